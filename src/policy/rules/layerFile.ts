// One policy file over time: what it says, what it said before it broke, and whether its owner can be trusted.
//
// The last version without errors stays in force while the file is broken or cannot be read. A copy of it lies in the home,
// for a start with a broken file. Any program of the user can write there, so of a copy the rules that ask or deny count,
// and rules that allow only when exactly that content was accepted.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Message, message } from "../../protocol/messages.ts";
import { look, type Read, readPlain, sha256, unsafePlace, writePrivate } from "./files.ts";
import { type ParsedPolicy, type Problem, parsePolicy } from "./parse.ts";
import type { Layer } from "./schema.ts";

/** File systems tell times apart to two seconds at worst: a file that changed less than that ago may change unseen. */
const SETTLED_MS = 2000;
/** How long cards say that a file with rules is gone: long enough to be seen, and it may have been meant. */
const GONE_MS = 10 * 60_000;

export interface LayerProblem {
	severity: "error" | "warning";
	layer: Layer;
	file: string;
	/** From 1; 1 when it is about the whole file. */
	line: number;
	/** What happened to the file, for cards. */
	message: Message;
	/** What is wrong in that line. */
	cause?: Message;
}

export interface Good {
	parsed: ParsedPolicy;
	sha256: string;
	/** Of an organisation's file: nobody but root could have written it. */
	trusted: boolean;
}

export interface LayerFileOptions {
	layer: Layer;
	file: string;
	/** The folder whose workspace file this is. */
	folder?: string | undefined;
	home: string;
	/** User id that must own an organisation's file. */
	owner: number;
	/** Keep copies of good versions in the home. */
	keepCopies: boolean;
	/** Milliseconds. */
	clock: () => number;
}

export class LayerFile {
	readonly layer: Layer;
	readonly file: string;
	readonly folder: string | undefined;
	readonly #options: LayerFileOptions;
	/** Where the copy lies. */
	readonly #kept: string;
	#state: "new" | "absent" | "good" | "broken" | "unreadable" = "new";
	#identity: string | undefined;
	#settled = false;
	#current: { text: string; sha256: string } | undefined;
	#good: Good | undefined;
	#problems: Problem[] = [];
	#trouble = "";
	#unsafe: string | undefined;
	#gone: { count: number; until: number } | undefined;

	constructor(options: LayerFileOptions) {
		this.#options = options;
		this.layer = options.layer;
		this.file = options.file;
		this.folder = options.folder;
		const name = sha256(`${options.layer}\0${options.file}`).slice(0, 16);
		this.#kept = join(options.home, "policy-good", `${name}.jsonc`);
	}

	/** What counts of this file, if anything; `trusted` as of now. */
	get good(): Good | undefined {
		const good = this.#good;
		return good === undefined ? undefined : { ...good, trusted: good.trusted && this.#unsafe === undefined };
	}

	/** The text there is now, whatever is wrong with it. */
	get current(): { text: string; sha256: string } | undefined {
		return this.#current;
	}

	/** Of the text there is now. */
	get findings(): readonly Problem[] {
		return this.#problems;
	}

	/** There is a file, but nobody can say for sure what it would mean: a copy could be anybody's. */
	get unknown(): boolean {
		return (this.#state === "broken" || this.#state === "unreadable") && this.good?.trusted !== true;
	}

	/** Looks whether the file changed. @returns whether anything that `good` or `unknown` say may be different now */
	refresh(): boolean {
		const links = this.layer === "organisation" ? "refuse" : "follow";
		const seen = look(this.file, links);
		const identity = "identity" in seen ? seen.identity : "absent" in seen ? "absent" : `trouble ${seen.trouble}`;
		const owner = this.layer === "organisation" && "identity" in seen && this.#checkOwner();
		if (identity === this.#identity && this.#settled) return owner;
		this.#identity = identity;
		this.#settled = !("identity" in seen) || this.#options.clock() - seen.changedMs > SETTLED_MS;
		const read = "identity" in seen ? readPlain(this.file, links) : seen;
		return this.#take(read) || owner;
	}

	problems(): LayerProblem[] {
		const { layer, file } = this;
		const found: LayerProblem[] = [];
		const add = (severity: LayerProblem["severity"], line: number, said: Message, cause?: Message) =>
			found.push({ severity, layer, file, line, message: said, ...(cause === undefined ? {} : { cause }) });
		const kept = this.#good !== undefined;
		if (this.#state === "broken") {
			const first = this.#problems.find(({ severity }) => severity === "error");
			const line = first?.line ?? 1;
			add(
				"error",
				line,
				message(kept ? "policyFile.keptGood" : "policyFile.nothingKept", { file, line }),
				first?.message,
			);
		}
		if (this.#state === "unreadable") {
			const args = { file, detail: this.#trouble };
			add("error", 1, message(kept ? "policyFile.unreadableKept" : "policyFile.unreadable", args));
		}
		if (layer === "organisation" && this.unknown) add("error", 1, message("policyFile.organisationUnknown", { file }));
		if (this.#unsafe !== undefined) {
			add("error", 1, message("policyFile.organisationUnsafe", { file, path: this.#unsafe }));
		}
		if (this.#gone !== undefined && this.#options.clock() < this.#gone.until) {
			add("warning", 1, message("policyFile.vanished", { file, count: this.#gone.count }));
		}
		return found;
	}

	#checkOwner(): boolean {
		let unsafe: string | undefined;
		try {
			unsafe = unsafePlace(this.file, this.#options.owner);
		} catch {
			// It changed while it was looked at, or cannot be looked at.
			unsafe = this.file;
		}
		const changed = unsafe !== this.#unsafe;
		this.#unsafe = unsafe;
		// The file as it stands is root's again. One that is broken must not vouch for what was said before.
		if (this.#good !== undefined && this.#state === "good") this.#good.trusted = unsafe === undefined;
		return changed;
	}

	#take(read: Read): boolean {
		if ("text" in read) return this.#takeText(read);
		if ("absent" in read) return this.#takeAbsence();
		if (this.#state === "new") this.#recall();
		const changed = this.#state !== "unreadable";
		this.#state = "unreadable";
		this.#trouble = read.trouble;
		this.#current = undefined;
		this.#problems = [];
		return changed;
	}

	#takeText(read: { text: string; sha256: string }): boolean {
		if (read.sha256 === this.#current?.sha256) return false;
		this.#gone = undefined;
		this.#current = read;
		const { file: parsed, problems } = parsePolicy(read.text, this.layer);
		this.#problems = problems;
		if (parsed === undefined) {
			if (this.#state === "new") this.#recall();
			this.#state = "broken";
			return true;
		}
		this.#state = "good";
		this.#good = { parsed, sha256: read.sha256, trusted: this.layer === "organisation" && this.#unsafe === undefined };
		this.#keep(read);
		return true;
	}

	#takeAbsence(): boolean {
		if (this.#state === "absent") return false;
		if (this.#state === "new") this.#recall();
		const rules = this.#good?.parsed.rules ?? [];
		const count = rules.filter(({ rule }) => rule.effect !== "allow").length;
		const changed = this.#good !== undefined || this.#state !== "new";
		if (count > 0) this.#gone = { count, until: this.#options.clock() + GONE_MS };
		if (this.#good !== undefined) this.#forget();
		this.#state = "absent";
		this.#good = undefined;
		this.#current = undefined;
		this.#problems = [];
		this.#unsafe = undefined;
		return changed;
	}

	/** The copy of the last good version. */
	#recall(): void {
		const read = readPlain(this.#kept, "refuse");
		if (!("text" in read)) return;
		const { file: parsed } = parsePolicy(read.text, this.layer);
		if (parsed !== undefined) this.#good = { parsed, sha256: read.sha256, trusted: false };
	}

	#keep({ text, sha256: digest }: { text: string; sha256: string }): void {
		if (!this.#options.keepCopies) return;
		const before = readPlain(this.#kept, "refuse");
		if ("text" in before && before.sha256 === digest) return;
		try {
			writePrivate(this.#kept, text);
		} catch {
			// Only a restart with a broken file would miss it.
		}
	}

	#forget(): void {
		try {
			if (this.#options.keepCopies) rmSync(this.#kept, { force: true });
		} catch {
			// It would be said once more after a restart.
		}
	}
}
