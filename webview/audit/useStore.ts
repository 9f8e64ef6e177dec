// The store in components: its state, and answers as they come.
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import { type Message, message } from "../../src/protocol/messages.ts";
import { type Answer, type PanelState, type Question, Refused, type Store } from "./store.ts";

/** After the log has grown, a list is asked for again at most this often. */
const GROWTH_PAUSE_MS = 1000;

/** The state; draws anew after every change. */
export function useStore(store: Store): PanelState {
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	useEffect(() => store.subscribe(() => redraw(undefined)), [store]);
	return store.state;
}

export type Asked<Type extends Question["type"]> = {
	/** The last answer, also while a newer one is waited for; undefined before the first and for another question. */
	answer: Answer<Type> | undefined;
	/** Why there is none. */
	refused: Message | undefined;
	loading: boolean;
	/** Asks once more. */
	again(): void;
};

/**
 * Asks whenever the question changes (compared by its JSON), the log changes or has grown. Nothing is asked while the
 * index is not ready, or for `undefined`.
 * @param follow ask again when entries were added
 */
export function useAnswer<Type extends Question["type"]>(
	store: Store,
	question: Extract<Question, { type: Type }> | undefined,
	follow = true,
): Asked<Type> {
	const { log, generation } = useStore(store);
	const [attempt, again] = useReducer((n: number) => n + 1, 0);
	const [got, setGot] = useState<{ key: string; answer?: Answer<Type>; refused?: Message; loading: boolean }>();
	const ready = log?.index.state === "ready";
	const key = question === undefined ? undefined : `${generation} ${JSON.stringify(question)}`;
	const grown = useRef<(() => void) | undefined>(undefined);
	useEffect(() => {
		if (question === undefined || key === undefined || !ready) return undefined;
		const aborter = new AbortController();
		let waiting = false;
		let isOld = false;
		let pause: ReturnType<typeof setTimeout> | undefined;
		const ask = () => {
			waiting = true;
			isOld = false;
			setGot((last) => ({ ...(last?.key === key ? last : {}), key, loading: true }));
			const end = (more: { answer?: Answer<Type>; refused?: Message }) => {
				if (aborter.signal.aborted) return;
				waiting = false;
				setGot({ key, ...more, loading: false });
				if (isOld) later();
			};
			store.ask(question, aborter.signal).then(
				(answer) => end({ answer }),
				(error: unknown) => end({ refused: reasonOf(error) }),
			);
		};
		const later = () => {
			pause ??= setTimeout(() => {
				pause = undefined;
				ask();
			}, GROWTH_PAUSE_MS);
		};
		// What is being answered is not asked again before it is: a log that grows all the time would never be answered.
		grown.current = () => {
			if (waiting) isOld = true;
			else later();
		};
		ask();
		return () => {
			grown.current = undefined;
			clearTimeout(pause);
			aborter.abort();
		};
		// The question by its text.
	}, [store, key, ready, attempt]);
	const entries = log?.index.entries;
	const before = useRef(entries);
	useEffect(() => {
		if (before.current === entries) return;
		before.current = entries;
		if (follow) grown.current?.();
	}, [entries, follow]);
	const current = got?.key === key ? got : undefined;
	return {
		answer: current?.answer,
		refused: current?.refused,
		loading: key !== undefined && (current?.loading ?? true),
		again: () => again(undefined),
	};
}

/** Why something was not answered, as a sentence. */
export function reasonOf(error: unknown): Message {
	if (error instanceof Refused) return error.reason;
	return message("audit.trouble", { detail: error instanceof Error ? error.message : String(error) });
}
