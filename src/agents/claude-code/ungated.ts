// Sessions of Claude Code in a gate's folders that do not ask the gate (DESIGN 7): seen by their process and session file,
// and by transcripts that grow. Finds and tells; it stops nothing.
import { isAbsolute, relative, sep } from "node:path";
import { type Message, message } from "../../protocol/messages.ts";
import { readFlags } from "./claudeProcess.ts";
import { Transcripts } from "./grown.ts";
import { configDir } from "./paths.ts";
import { type RunningSession, type SessionFinder, sessionFinder } from "./running.ts";

export interface UngatedSession {
	/** One warning for each: stays the same while the session runs. */
	key: string;
	/** How it was noticed: its command line turns hooks off, it never asked, or its transcript grows. */
	kind: "switch" | "silent" | "transcript";
	/** The gate's folder it runs in. */
	folder: string;
	cwd: string;
	pid?: number;
	sessionId?: string;
	why: Message;
}

export interface UngatedOptions {
	/** Real paths of the folders this gate serves. */
	folders: () => readonly string[];
	/** Real paths that other gates serve: a session there is theirs, unless a folder of ours holds it more closely. */
	elsewhere?: () => readonly string[];
	/** Session ids and process ids from which a hook event came. */
	seen: () => ReadonlySet<string | number>;
	userHome: string;
	/** CLAUDE_CONFIG_DIR of this process is looked into as well. */
	env?: { CLAUDE_CONFIG_DIR?: string | undefined };
	/** When this gate opened; what happened before is not held against a session. Milliseconds since the epoch. */
	since: number;
	/** How long a session may be silent. Default 20 s. */
	graceMs?: number;
	/** For tests. */
	finder?: SessionFinder;
}

interface Growing {
	/** When it was first seen growing, and when last. */
	at: number;
	last: number;
	cwd: string;
	sure: boolean;
}

/** A warning about a session that has stopped growing is over after this long. */
const GROWING_FOR_MS = 10 * 60_000;
const GRACE_MS = 20_000;
const POLL_MS = 5_000;

/** Looks again and again; keep one for a gate. */
export class Ungated {
	readonly #options: UngatedOptions;
	readonly #finder: SessionFinder;
	readonly #transcripts = new Map<string, Transcripts>();
	readonly #growing = new Map<string, Growing>();
	/** Processes whose command line turns hooks off, seen once: one that only prints its help is gone by the next look. */
	#switched = new Set<number>();

	constructor(options: UngatedOptions) {
		this.#options = options;
		this.#finder = options.finder ?? sessionFinder(options.userHome);
	}

	/** The sessions that are ungated now. */
	async find(now: number = Date.now()): Promise<UngatedSession[]> {
		const { folders, seen, userHome, env } = this.#options;
		if (folders().length === 0) return [];
		const own = new Set([configDir(userHome), configDir(userHome, env)]);
		const sessions = await this.#finder.find([...own]);
		const asked = seen();
		const found = new Map<string, UngatedSession>();
		const switched = new Set<number>();
		for (const session of sessions) {
			own.add(session.configDir);
			const folder = this.#ourFolder(session.cwd);
			if (folder === undefined) continue;
			const off = switchOf(session);
			if (off !== undefined) switched.add(session.pid);
			const sure = off !== undefined && this.#switched.has(session.pid);
			const quiet = off === undefined && this.#isSilent(session, asked, now);
			if (!sure && !quiet) continue;
			const { pid, sessionId, cwd } = session;
			const key = `pid:${pid}`;
			found.set(key, {
				key,
				kind: sure ? "switch" : "silent",
				folder,
				cwd,
				pid,
				...(sessionId === "" ? {} : { sessionId }),
				why: sure
					? message("ungated.switch", { folder, pid, what: off ?? "" })
					: message("ungated.silent", { folder, pid }),
			});
		}
		this.#switched = switched;
		const known = new Set([...found.values()].map(({ sessionId }) => sessionId));
		for (const one of await this.#growingUnasked([...own, ...this.#transcripts.keys()], asked, now)) {
			if (!known.has(one.sessionId)) found.set(one.key, one);
		}
		return [...found.values()];
	}

	/** Its SessionStart, or the prompt it works on, would have come by now. */
	#isSilent(
		{ pid, sessionId, startedAt, busySince }: RunningSession,
		asked: ReadonlySet<string | number>,
		now: number,
	) {
		const { since, graceMs = GRACE_MS } = this.#options;
		if (sessionId === "" || asked.has(sessionId) || asked.has(pid)) return false;
		if (startedAt >= since) return now - startedAt > graceMs;
		return busySince !== undefined && busySince >= since && now - busySince > graceMs;
	}

	/**
	 * A session that began after the gate would have told us so at once. One from before may think for long between two
	 * events, so its transcript must have grown twice, the grace apart, and still no event come by the next look.
	 */
	async #growingUnasked(dirs: string[], asked: ReadonlySet<string | number>, now: number): Promise<UngatedSession[]> {
		const { folders, graceMs = GRACE_MS } = this.#options;
		const found: UngatedSession[] = [];
		for (const [sessionId, { at, sure, cwd, last }] of this.#growing) {
			const folder = this.#ourFolder(cwd);
			const over = now - last > GROWING_FOR_MS;
			if (asked.has(sessionId) || folder === undefined || over) this.#growing.delete(sessionId);
			else if (sure && now - at > graceMs) {
				const why = message("ungated.transcript", { folder, session: sessionId });
				found.push({ key: `session:${sessionId}`, kind: "transcript", folder, cwd, sessionId, why });
			}
		}
		for (const dir of new Set(dirs)) {
			const transcripts = this.#transcripts.get(dir) ?? new Transcripts();
			this.#transcripts.set(dir, transcripts);
			for (const { sessionId, cwd, isNew } of await transcripts.grown(dir, folders(), asked)) {
				const { at = now, sure = isNew } = this.#growing.get(sessionId) ?? {};
				this.#growing.set(sessionId, { at, cwd, last: now, sure: sure || now - at > graceMs });
			}
		}
		return found;
	}

	/** Our folder that holds `cwd` most closely, unless another gate's holds it more closely still. */
	#ourFolder(cwd: string): string | undefined {
		const closest = (all: readonly string[]) =>
			all.filter((folder) => holds(folder, cwd)).sort((a, b) => b.length - a.length)[0];
		const ours = closest(this.#options.folders());
		const theirs = closest(this.#options.elsewhere?.() ?? []);
		return ours !== undefined && (theirs === undefined || theirs.length <= ours.length) ? ours : undefined;
	}
}

/** What in its command line or environment turns hooks off. */
function switchOf({ process: running }: RunningSession): string | undefined {
	if (running === undefined) return undefined;
	const off = running.args === undefined ? undefined : readFlags(running.args).off[0];
	return off ?? running.switches[0];
}

function holds(folder: string, path: string): boolean {
	const way = relative(folder, path);
	return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/**
 * Looks every few seconds and tells once for each session that is found, and once when it is over (it has ended, or asks
 * us now). A look that fails is told to `onError` and tried again. @returns what ends it
 */
export function watchUngated(
	options: UngatedOptions & {
		intervalMs?: number;
		onFound: (session: UngatedSession) => void;
		onOver?: (session: UngatedSession) => void;
		onError?: (error: unknown) => void;
	},
): { close(): void } {
	const ungated = new Ungated(options);
	const told = new Map<string, UngatedSession>();
	let closed = false;
	let timer: NodeJS.Timeout | undefined;
	const look = async () => {
		try {
			const found = await ungated.find();
			if (closed) return;
			const keys = new Set(found.map(({ key }) => key));
			for (const [key, session] of told) {
				if (keys.has(key)) continue;
				told.delete(key);
				options.onOver?.(session);
			}
			for (const session of found) {
				if (told.has(session.key)) continue;
				told.set(session.key, session);
				options.onFound(session);
			}
		} catch (error) {
			options.onError?.(error);
		}
		if (!closed) timer = setTimeout(look, options.intervalMs ?? POLL_MS).unref();
	};
	void look();
	return {
		close() {
			closed = true;
			clearTimeout(timer);
		},
	};
}
