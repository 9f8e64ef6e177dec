// Asks the gates of a root until one has answered: submits, waits, and after a lost connection submits the same again.
import type { GateMessage } from "../../protocol/hook.ts";
import type { Output } from "./event.ts";
import { findGates, type GateEntry, removeEntry } from "./registry.ts";
import { ConnectError, type Connection, openConnection } from "./websocket.ts";

/** A gate that took the connection must answer the upgrade in this time: an editor's host can be busy for seconds. */
const HANDSHAKE_MS = 10_000;
const RETRY_MS = 50;
const MAX_RETRY_MS = 1000;
const RESTART_POLL_MS = 200;
/** Connections in a row that a gate may drop before it has said anything. */
const MAX_DROPS = 10;
/** A port that refuses this often belongs to nobody any more. */
const MAX_REFUSALS = 2;
/** A gate in need may drop connections before they are open; who does it this often is none. */
const MAX_HANG_UPS = 4;

export interface Question {
	home: string;
	root: string;
	id: string;
	/** JSON text of the submit, made when it is sent, because the deadline in it runs. */
	submit(): string;
	/** Whether a gate that is about to come back is worth waiting for. */
	waitsForRestart(): boolean;
	/** Called before anything is asked and whenever the hook begins to wait. */
	onWait(): void;
}

export type Answer =
	| { kind: "reply"; output: Output; take(): Promise<void> | undefined }
	/** The gate said that it will not decide. */
	| { kind: "refused"; reason: string }
	| { kind: "no-gate"; problems: string[] };

type Ending = Answer | { kind: "lost"; why: string; spoke: boolean };

/** Why a gate will not decide, by its error code. */
const REASONS: Record<string, string> = {
	"bad-message": "the gate could not read what the hook sent; is an older hook installed? Connect the agent again.",
	"too-large": "the agent's event is larger than the gate takes.",
	"too-many": "too many requests are waiting at the gate; answer some of them and try again.",
	"too-fast": "too many requests came at once; wait a moment and try again.",
	"same-id-other-content": "the request came a second time with other content.",
	"not-yours": "another hook has taken this request over.",
	spent: "this request is over already; ask again.",
	"not-my-folder": "the gate does not serve this folder any more.",
	internal: "the gate had an error; see Gatepost in the editor.",
};

export class Asker {
	readonly #question: Question;
	#connection: Connection | undefined;
	#stopped = false;

	constructor(question: Question) {
		this.#question = question;
	}

	/** Resolves with the first answer; waits as long as a gate lives or is about to come back. */
	async ask(): Promise<Answer> {
		const { home, root } = this.#question;
		const failures = new Map<string, number>();
		const skipped = new Map<string, string>();
		let drops = 0;
		for (;;) {
			const found = findGates(home, root);
			let again = false;
			for (const gate of found.live) {
				if (skipped.has(gate.id)) continue;
				const ending = await this.#askOne(gate);
				if (ending instanceof ConnectError) {
					const failed = (failures.get(gate.id) ?? 0) + 1;
					failures.set(gate.id, failed);
					const limit = { refused: MAX_REFUSALS, "hung-up": MAX_HANG_UPS, stranger: 1, denied: 1, silent: 1 }[
						ending.why
					];
					if (failed < limit) again = true;
					else if (ending.why === "refused") removeEntry(gate);
					else skipped.set(gate.id, `port ${gate.port} (${gate.editor}): ${ending.message}`);
					continue;
				}
				failures.delete(gate.id);
				if (ending.kind !== "lost") return ending;
				drops = ending.spoke ? 1 : drops + 1;
				if (drops >= MAX_DROPS) skipped.set(gate.id, `port ${gate.port} (${gate.editor}): ${ending.why}`);
				again = true;
				break;
			}
			if (this.#stopped) return new Promise(() => undefined);
			this.#question.onWait();
			if (again) await sleep(Math.min(RETRY_MS * 2 ** drops, MAX_RETRY_MS));
			else if (found.restarting && this.#question.waitsForRestart()) await sleep(RESTART_POLL_MS);
			else return { kind: "no-gate", problems: [...found.problems, ...skipped.values()] };
		}
	}

	/** Takes the request back, where it was made. Resolves when that has left this process. */
	withdraw(): Promise<void> | undefined {
		this.#stopped = true;
		return this.#connection?.close(JSON.stringify({ type: "withdraw", id: this.#question.id }));
	}

	async #askOne(gate: GateEntry): Promise<Ending | ConnectError> {
		let connection: Connection;
		try {
			connection = await openConnection(gate, HANDSHAKE_MS, this.#question.onWait);
		} catch (error) {
			if (error instanceof ConnectError) return error;
			throw error;
		}
		const { id } = this.#question;
		return new Promise((resolve, reject) => {
			let spoke = false;
			connection.listen({
				onText: (text) => {
					try {
						const message = JSON.parse(text) as GateMessage;
						spoke = true;
						if (message.type === "error") resolve(endOf(message.code));
						if (message.type === "reply" && message.id === id) {
							const { stdout, stderr, exit } = message;
							const take = () => connection.close(JSON.stringify({ type: "received", id }));
							resolve({ kind: "reply", output: checked({ stdout, stderr, exit }), take });
						}
					} catch (error) {
						reject(error);
					}
				},
				onLost: (code, reason) => {
					// By now the next one may be open.
					if (this.#connection === connection) this.#connection = undefined;
					resolve(code === 1009 ? endOf("too-large") : { kind: "lost", why: `${code} ${reason}`.trim(), spoke });
				},
			});
			if (this.#stopped) return;
			this.#connection = connection;
			connection.send(this.#question.submit());
		});
	}
}

function endOf(code: string): Ending {
	// A hook that was stopped before it could ask asks anew.
	if (code === "idle") return { kind: "lost", why: "the gate waited too long for a request", spoke: true };
	if (code === "stopping") return { kind: "lost", why: "the gate stops", spoke: true };
	return {
		kind: "refused",
		reason: REASONS[code] ?? `the gate answered with an error this hook does not know (${code}).`,
	};
}

/** The reply, if it is one: half a reply must not become an exit code of 0. */
function checked(output: Output): Output {
	const { stdout, stderr, exit } = output;
	const valid =
		typeof stdout === "string" && typeof stderr === "string" && Number.isInteger(exit) && exit >= 0 && exit <= 255;
	if (!valid) throw new Error("The gate's reply cannot be read.");
	return output;
}

function sleep(ms: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
