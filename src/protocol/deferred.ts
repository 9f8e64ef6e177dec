// A promise with its two ends. The language's own `Promise.withResolvers` is not in Node 20, on which the command line runs.

export interface Deferred<T> {
	promise: Promise<T>;
	resolve(value: T | PromiseLike<T>): void;
	reject(reason?: unknown): void;
}

export function deferred<T>(): Deferred<T> {
	let ends: Omit<Deferred<T>, "promise"> | undefined;
	const promise = new Promise<T>((resolve, reject) => {
		ends = { resolve, reject };
	});
	return { promise, ...(ends as unknown as Omit<Deferred<T>, "promise">) };
}
