// Every export looks at its signal again and again: its steps, told to whoever wants to cancel or kill it at one of them.

/** A signal that tells how often it was looked at, from 1 on. @param abort called with the step; what it aborts counts at once */
export function steps(tell: (step: number) => void, cancel = new AbortController()): AbortSignal {
	let step = 0;
	const { signal } = cancel;
	const look = signal.throwIfAborted.bind(signal);
	signal.throwIfAborted = () => {
		tell(++step);
		look();
	};
	return signal;
}
