// Grants that last always: rules in the person's own policy file, where they can be seen, changed and taken out by hand.
import { realpathSync } from "node:fs";
import type { GrantMember, GrantRule } from "../../protocol/grants.ts";
import { format, type Message, message } from "../../protocol/messages.ts";
import type { LayerName } from "../policy.ts";
import { addRule, removeRule } from "../rules/edit.ts";
import { readPlain, sha256, writePrivate } from "../rules/files.ts";
import type { Layers } from "../rules/layers.ts";
import { list } from "../rules/match.ts";
import { type ParsedPolicy, parsePolicy } from "../rules/parse.ts";
import type { Rule } from "../rules/schema.ts";
import { ALWAYS } from "./ids.ts";

/** Who grants, as far as the file says it. */
export interface GrantedBy {
	osUser: string;
	name?: string;
}

/** A rule that a grant wrote. */
export interface AlwaysGrant {
	id: string;
	rule: Rule;
	said: GrantRule;
	by: string;
	/** ISO; "" where the rule does not say. */
	at: string;
	/** The whole file does not count now. */
	held?: Message;
}

/** What is accepted. */
export interface Accepts {
	layer: LayerName;
	file: string;
	sha256: string;
	/** Nothing new: what was accepted before counts again, because a rule could not be written after all. */
	restored?: true;
}

export interface AlwaysOptions {
	/** The person's own policy file. */
	file: string;
	layers: Pick<Layers, "refresh" | "files">;
	/** Real paths of the folders served. */
	folders: () => readonly string[];
	/** Accepts exactly this content of the file in the person's name, on record first. @throws when it cannot be kept */
	accept: (what: Accepts, by: GrantedBy) => Promise<void>;
	/** Milliseconds since the epoch. */
	clock?: () => number;
}

type FileTrouble = "grant.fileUnreadable" | "grant.fileBroken" | "grant.acceptFirst" | "grant.fileMoved";

const MEMBERS: readonly GrantMember[] = ["command", "path", "host", "tool"];
const SAID_BY = /^Granted by (.{1,200}) on (\d{4}-\d\d-\d\dT[\d:.]+Z)\.$/;

export class AlwaysRules {
	readonly #options: AlwaysOptions;
	#parsed: { sha256: string; file: ParsedPolicy | undefined } | undefined;
	/** Ends when the edits before have: each accepts the file as it leaves it, so two at once would undo each other. */
	#editing: Promise<unknown> = Promise.resolve();

	constructor(options: AlwaysOptions) {
		this.#options = options;
	}

	/** Why none can be added now: what is in the file was not accepted, and a new rule must not bring it along. */
	problem(): Message | undefined {
		const view = this.#view();
		if (view === undefined) {
			const read = readPlain(this.#options.file, "follow");
			return "trouble" in read ? this.#wrong("grant.fileUnreadable", read.trouble) : undefined;
		}
		if (view.accepted === "broken") return this.#wrong("grant.fileBroken");
		return view.accepted === "waiting" ? this.#wrong("grant.acceptFirst") : undefined;
	}

	/** Writes a rule and accepts the file as it then is. @throws Error, with nothing changed, when that is not possible */
	keep(rule: Rule, by: GrantedBy): Promise<void> {
		return this.#inTurn(() => this.#keep(rule, by));
	}

	/** Takes a rule out. What was accepted before stays accepted without it. @throws Error when the file cannot be written */
	drop(id: string, by: GrantedBy): Promise<void> {
		return this.#inTurn(async () => {
			const accepted = this.#view()?.accepted === "accepted";
			await this.#edit(by, accepted, (text) => removeRule(text ?? "", id));
		});
	}

	#inTurn(edit: () => Promise<void>): Promise<void> {
		const done = this.#editing.then(edit);
		this.#editing = done.catch(() => undefined);
		return done;
	}

	async #keep(rule: Rule, by: GrantedBy): Promise<void> {
		const problem = this.problem();
		if (problem !== undefined) throw new Error(format(problem));
		const at = new Date(this.#options.clock?.() ?? Date.now()).toISOString();
		const said: Rule = { ...rule, reason: `Granted by ${plain(by.name ?? by.osUser)} on ${at}.` };
		await this.#edit(by, true, (text) => {
			if (parsePolicy(text ?? "").file?.rules.some(({ rule: { id } }) => id === rule.id) === true) {
				throw new Error(`the id ${rule.id} is taken`);
			}
			return addRule(text, said);
		});
	}

	/** The rules that grants wrote, the newest last. */
	rows(): AlwaysGrant[] {
		const view = this.#view();
		if (view === undefined || view.accepted === "broken") return [];
		if (this.#parsed?.sha256 !== view.sha256) {
			this.#parsed = { sha256: view.sha256, file: parsePolicy(view.text, "user").file };
		}
		const held = view.accepted === "waiting" ? this.#wrong("grant.acceptFirst") : undefined;
		return (this.#parsed.file?.rules ?? []).flatMap(({ rule }) => {
			const said = saidIn(rule);
			if (!rule.id.startsWith(ALWAYS) || rule.effect !== "allow" || said === undefined) return [];
			const [, by = "", at = ""] = SAID_BY.exec(rule.reason ?? "") ?? [];
			return [{ id: rule.id, rule, said, by, at, ...(held === undefined ? {} : { held }) }];
		});
	}

	#view(): ReturnType<Layers["files"]>[number] | undefined {
		const { layers, folders, file } = this.#options;
		layers.refresh(folders());
		return layers.files().find((view) => view.layer === "user" && view.file === file);
	}

	async #edit(
		by: GrantedBy,
		accepts: boolean,
		edit: (text: string | undefined) => ReturnType<typeof addRule>,
	): Promise<void> {
		const { file, accept } = this.#options;
		const before = this.#read();
		// What is edited is what was looked at: anything else may hold rules that nobody has accepted.
		if (before !== undefined && this.#view()?.sha256 !== before.sha256) throw this.#error("grant.fileMoved");
		const edited = edit(before?.text);
		if ("problems" in edited) throw this.#error("grant.fileBroken");
		const { text } = edited;
		if (text === before?.text) return;
		const counted = this.#view()?.accepted === "accepted";
		if (accepts) await accept({ layer: "user", file, sha256: sha256(text) }, by);
		try {
			if (this.#read()?.sha256 !== before?.sha256) throw this.#error("grant.fileMoved");
			// A link stays a link: people keep such files in a folder of their own.
			writePrivate(before === undefined ? file : realpathSync(file), text);
		} catch (error) {
			// An acceptance takes the place of the one before: that is put back, where it still is about what is there.
			if (accepts && counted && before !== undefined && this.#holds(before.sha256)) {
				await accept({ layer: "user", file, sha256: before.sha256, restored: true }, by);
			}
			throw error;
		}
	}

	#holds(sha256: string): boolean {
		const read = readPlain(this.#options.file, "follow");
		return "text" in read && read.sha256 === sha256;
	}

	#read(): { text: string; sha256: string } | undefined {
		const read = readPlain(this.#options.file, "follow");
		if ("trouble" in read) throw this.#error("grant.fileUnreadable", read.trouble);
		return "text" in read ? read : undefined;
	}

	#error(code: FileTrouble, detail?: string): Error {
		return new Error(format(this.#wrong(code, detail)));
	}

	#wrong(code: FileTrouble, detail = ""): Message {
		return message(code, { file: this.#options.file, detail });
	}
}

function saidIn(rule: Rule): GrantRule | undefined {
	const member = MEMBERS.find((one) => rule[one] !== undefined);
	const value = member === undefined ? undefined : rule[member];
	return member === undefined || value === undefined ? undefined : { member, patterns: [...list(value)] };
}

/** A name for one line of a file. */
function plain(name: string): string {
	return (
		name
			.replaceAll(/[^\p{L}\p{N}\p{P} ]/gu, "")
			.slice(0, 80)
			.trim() || "somebody"
	);
}
