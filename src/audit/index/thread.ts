// What the index thread and its host say to each other, and the thread's side of it.
import type { MessagePort } from "node:worker_threads";
import { JournalError, type JournalErrorCode } from "../errors.ts";
import { Lens } from "./lens.ts";
import type { IndexQuestion, IndexQuestions, IndexState } from "./messages.ts";

/** How the thread is started, as its workerData. */
export interface IndexJob {
	job: "index";
	/** The workspace's folder. */
	dir: string;
	homeKey?: Uint8Array;
	/** The editor's own key of the snapshot. */
	snapshotKey?: Uint8Array;
}

export type ToIndex =
	| { say: "ask"; n: number; question: IndexQuestion; takes: unknown }
	/** Answered when it is done. */
	| { say: "refresh" | "rebuild" | "close"; n: number };

export type FromIndex =
	| { say: "state"; state: IndexState }
	| { say: "gives"; n: number; gives: unknown }
	| { say: "error"; n: number; error: PlainError };

/** Classes do not travel between threads. */
export interface PlainError {
	name: string;
	message: string;
	code?: string;
}

export function plainError(error: unknown): PlainError {
	if (!(error instanceof Error)) return { name: "Error", message: String(error) };
	const { name, message } = error;
	return "code" in error && typeof error.code === "string" ? { name, message, code: error.code } : { name, message };
}

/** The error again: a JournalError as one, another by its name, message and code. */
export function errorFrom({ name, message, code }: PlainError): Error {
	if (name === "JournalError") return new JournalError(code as JournalErrorCode, message);
	return Object.assign(new Error(message), { name }, code === undefined ? {} : { code });
}

/** Follows the log of a workspace until it is told to close. */
export function runIndex({ dir, homeKey, snapshotKey }: IndexJob, port: MessagePort): void {
	const send = (message: FromIndex) => port.postMessage(message);
	const lens = new Lens({ dir, homeKey, snapshotKey, onState: (state) => send({ say: "state", state }) });
	const done = (n: number, work: Promise<unknown>) =>
		void work.then(
			(gives) => send({ say: "gives", n, gives }),
			(error) => send({ say: "error", n, error: plainError(error) }),
		);
	port.on("message", (message: ToIndex) => {
		const { n } = message;
		if (message.say === "ask")
			done(n, lens.ask(message.question, message.takes as IndexQuestions[IndexQuestion]["takes"]));
		else done(n, lens[message.say]());
	});
	void lens.start();
}
