// What files were like when an agent last saw them: so that a card can say that a file has changed since.
//
// A file is looked at when the result of a read, an edit or a write arrives, a moment after the agent saw it: what
// changes it within that moment is not noticed.
import { realpath, stat } from "node:fs/promises";
import { codeOf, realPlace } from "../actions/paths.ts";
import type { AfterEvent } from "./context.ts";
import type { Session } from "./sessions.ts";

/** Files remembered of one session, and sessions. */
const MAX_FILES = 500;
const MAX_SESSIONS = 200;
/** Paths of one action. */
const MAX_PATHS = 50;

interface Seen {
	/** By real path, the oldest first. */
	files: Map<string, string>;
	/** Looking is not over. */
	looking: Promise<void>;
}

export class Reads {
	readonly #sessions = new Map<string, Seen>();

	/** A result arrived: the agent knows the files it read or wrote as they are now. Never throws; looks by itself. */
	note({ key }: Pick<Session, "key">, { action, outcome }: Pick<AfterEvent, "action" | "outcome">): void {
		if (outcome !== "done" || !["read", "edit", "write"].includes(action.kind)) return;
		const seen = this.#sessions.get(key) ?? { files: new Map(), looking: Promise.resolve() };
		this.#sessions.delete(key);
		this.#sessions.set(key, seen);
		for (const [oldest] of this.#sessions) {
			if (this.#sessions.size <= MAX_SESSIONS) break;
			this.#sessions.delete(oldest);
		}
		const paths = action.paths.slice(0, MAX_PATHS);
		const work = Promise.all(paths.map((path) => look(path))).then((all) => {
			for (const { real, stamp } of all) {
				if (real === undefined) continue;
				seen.files.delete(real);
				if (stamp !== undefined) seen.files.set(real, stamp);
			}
			for (const [oldest] of seen.files) {
				if (seen.files.size <= MAX_FILES) break;
				seen.files.delete(oldest);
			}
		});
		seen.looking = Promise.all([seen.looking, work]).then(() => {});
	}

	/** How a file differs from what the agent of a session last saw of it; undefined where it does not, or never saw it. */
	async since({ key }: Pick<Session, "key">, path: string): Promise<"changed" | "gone" | undefined> {
		const seen = this.#sessions.get(key);
		if (seen === undefined) return undefined;
		await seen.looking;
		const { real, stamp, gone } = await look(path);
		const before = real === undefined ? undefined : seen.files.get(real);
		if (before === undefined) return undefined;
		if (gone) return "gone";
		return stamp === undefined || stamp === before ? undefined : "changed";
	}
}

interface Looked {
	real?: string;
	/** Changes when the file does, as far as the system tells. */
	stamp?: string;
	gone?: boolean;
}

/** A plain file behind all links. What cannot be followed is not said anything of. */
async function look(path: string): Promise<Looked> {
	try {
		const real = await realpath(path);
		const about = await stat(real, { bigint: true });
		return about.isFile() ? { real, stamp: [about.ino, about.size, about.mtimeNs].join(":") } : { real };
	} catch (error) {
		if (codeOf(error) !== "ENOENT") return {};
		return realPlace(path).then(
			(real) => ({ real, gone: true }),
			() => ({}),
		);
	}
}
