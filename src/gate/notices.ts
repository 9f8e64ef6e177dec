// What the gate notices around it and puts on record: breaches, other gates on its folders, sessions that do not ask.
import { redact } from "../actions/redact.ts";
import type { UngatedSession } from "../agents/index.ts";
import { message } from "../protocol/messages.ts";
import { sentences } from "./entries.ts";
import type { Gate } from "./gate.ts";
import type { Breach } from "./server.ts";
import type { OtherGate } from "./watchGates.ts";
import { contains, type Workspaces } from "./workspaces.ts";

/** Other gates that are put on record in one run. More are not honest, and anybody who may write the home can forge them. */
const MAX_RECORDED = 200;
/** Warnings about them that stand at once. */
const MAX_STANDING = 20;

export class Notices {
	readonly #gate: Gate;
	readonly #workspaces: Workspaces;
	/** Warnings about other gates that stand now. */
	#standing = new Set<string>();
	readonly #recorded = new Set<string>();

	constructor(gate: Gate, workspaces: Workspaces) {
		this.#gate = gate;
		this.#workspaces = workspaces;
	}

	/** An agent's session that does not ask this gate: a warning card and an entry. */
	ungated({ key, kind, folder, cwd, pid, sessionId, why }: UngatedSession): void {
		this.#gate.warn(`ungated:${key}`, why);
		const claimed = {
			cwd: redact(cwd).text,
			...(pid === undefined ? {} : { pid }),
			...(sessionId === undefined ? {} : { session: sessionId }),
		};
		this.#gap([folder], { kind: "ungated-session", how: kind, why: sentences([why]), claimed });
	}

	/** A client that did what no hook does: an entry in the log of every folder served, because it was aimed at all. */
	breach({ where, code, detail, unreported, request, agent, pid }: Breach): void {
		const claimed = {
			...(request === undefined ? {} : { request }),
			...(agent === undefined ? {} : { agent }),
			...(pid === undefined ? {} : { pid }),
		};
		this.#gap(this.#workspaces.folders, {
			kind: "breach",
			where,
			code,
			detail: redact(detail).text,
			unreported,
			claimed,
		});
		// A stranger at the door is for the log; a client that had the token is for the person, too.
		if (where === "connection") this.#gate.warn(`breach:${code}`, message("gate.breach", { code }));
	}

	/** Other gates serve folders of ours: hooks ask the older one, and the person should know that there are two. */
	otherGates(others: readonly OtherGate[]): void {
		const now = new Set<string>();
		for (const other of others) {
			// One that is restarting serves nobody; after a reload of this window it is our own former self.
			if (other.state !== "open") continue;
			for (const folder of this.#workspaces.folders) {
				const overlaps = other.folders.some((theirs) => contains(theirs, folder) || contains(folder, theirs));
				if (overlaps) this.#secondGate(folder, other, now);
			}
		}
		for (const gone of this.#standing) if (!now.has(gone)) this.#gate.dismiss(gone);
		this.#standing = now;
	}

	/** One warning however often the other window is reloaded; the log names each gate. */
	#secondGate(folder: string, { id, pid, editor, startedAt }: OtherGate, now: Set<string>): void {
		const warning = `second:${editor}:${folder}`;
		if (now.size < MAX_STANDING) {
			if (!this.#standing.has(warning) && !now.has(warning)) {
				this.#gate.warn(warning, message("gate.secondGate", { editor, folder }));
			}
			now.add(warning);
		}
		const entry = `${id}\n${folder}`;
		if (this.#recorded.has(entry) || this.#recorded.size >= MAX_RECORDED) return;
		this.#recorded.add(entry);
		const claimed = { editor: redact(editor).text, startedAt };
		this.#gap([folder], { kind: "second-gate", gate: id, pid, claimed });
	}

	#gap(folders: readonly string[], body: Parameters<Workspaces["record"]>[1][number]["body"]): void {
		for (const folder of folders) {
			this.#workspaces
				.record(folder, [{ type: "coverage.gap", body }])
				.catch((error) => this.#gate.logTrouble(folder, error));
		}
	}
}
