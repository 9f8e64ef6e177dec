// The policy files in force: organisation, user, workspace. Every file may tighten at once. What the user's and the
// workspaces' files allow counts only when a person accepted exactly that content, so neither a cloned repository nor an
// approved script can give itself rights.
import { join } from "node:path";
import { canonical } from "../../protocol/canonical.ts";
import { type Message, message } from "../../protocol/messages.ts";
import type { Acceptance } from "./accepted.ts";
import { sha256 } from "./files.ts";
import { LayerFile, type LayerProblem } from "./layerFile.ts";
import type { Problem } from "./report.ts";
import { LAYERS, type Layer, type Rule } from "./schema.ts";

export type { LayerProblem } from "./layerFile.ts";

/** One rule of a file that is in force. */
export interface LayeredRule {
	/** As in the file; a workspace's rule has that workspace as its "folder". */
	rule: Rule;
	layer: Layer;
	file: string;
	/** From 1. */
	line: number;
	counts: boolean;
	/** Why it does not count. */
	why?: Message;
}

export interface InForce {
	/** Organisation first, then user, then workspaces; in each as in the file. */
	rules: readonly LayeredRule[];
	/** Reads over the network pass like other reads. */
	networkReads: boolean;
	/** Only the organisation's rules may allow, and no grant counts. */
	locked: boolean;
	/** Hex SHA-256 over what counts. */
	digest: string;
}

/** One policy file, for people. */
export interface LayerView {
	layer: Layer;
	file: string;
	folder?: string;
	/** Of the text there is now. */
	sha256: string;
	text: string;
	/** Rules in it that allow; "networkReads": true is one more. */
	allows: number;
	/** "none": nothing in it needs to be accepted. "broken": not before its errors are corrected. */
	accepted: "none" | "waiting" | "accepted" | "broken";
	problems: readonly Problem[];
}

export interface LayersOptions {
	/** Gatepost home. */
	home: string;
	acceptance: Pick<Acceptance, "isAccepted" | "refresh" | "version">;
	/** Default: /etc/gatepost/policy.jsonc; none on Windows, where its owner cannot be checked. */
	organisationFile?: string | undefined;
	/** User id that must own it. Default: 0, root. */
	organisationOwner?: number;
	/** False for programs that only look: nothing is written. Default: true. */
	keepCopies?: boolean;
	/** Milliseconds; for tests. */
	clock?: () => number;
}

export const ORGANISATION_FILE = "/etc/gatepost/policy.jsonc";

export class Layers {
	readonly #options: LayersOptions;
	readonly #clock: () => number;
	readonly #machine: readonly LayerFile[];
	/** By folder. */
	readonly #workspaces = new Map<string, LayerFile>();
	#dirty = true;
	#acceptances = -1;
	#force: InForce | undefined;
	/** When a rule in force ends by itself. */
	#expires = Number.POSITIVE_INFINITY;

	constructor(options: LayersOptions) {
		this.#options = options;
		this.#clock = options.clock ?? Date.now;
		const standard = process.platform === "win32" ? undefined : ORGANISATION_FILE;
		const organisation = options.organisationFile ?? standard;
		this.#machine = [
			...(organisation === undefined ? [] : [this.#file("organisation", organisation)]),
			this.#file("user", join(options.home, "policy.jsonc")),
		];
	}

	/**
	 * Reads again what changed. Called before each decision; a few looks at the file system when nothing did.
	 * @param folders real paths of the folders that are served
	 */
	refresh(folders: readonly string[]): void {
		for (const folder of this.#workspaces.keys()) {
			if (folders.includes(folder)) continue;
			this.#workspaces.delete(folder);
			this.#dirty = true;
		}
		for (const folder of folders) {
			if (this.#workspaces.has(folder)) continue;
			this.#workspaces.set(folder, this.#file("workspace", join(folder, ".gatepost", "policy.jsonc"), folder));
		}
		for (const file of this.#files()) if (file.refresh()) this.#dirty = true;
		this.#options.acceptance.refresh();
	}

	/** What counts, as of the last `refresh`. */
	inForce(): InForce {
		const { version } = this.#options.acceptance;
		const now = this.#clock();
		if (this.#force === undefined || this.#dirty || version !== this.#acceptances || now >= this.#expires) {
			this.#force = this.#work(now);
			this.#dirty = false;
			this.#acceptances = version;
		}
		return this.#force;
	}

	/** What people should know about the files, on every card. */
	problems(): LayerProblem[] {
		return this.#files().flatMap((file) => file.problems());
	}

	/** The files there are, with what waits to be accepted. */
	files(): LayerView[] {
		return this.#files().flatMap((file) => {
			const { current, layer, folder } = file;
			if (current === undefined) return [];
			const parsed = file.good?.sha256 === current.sha256 ? file.good.parsed : undefined;
			const rules = parsed?.rules ?? [];
			const allows =
				rules.filter(({ rule }) => rule.effect === "allow").length + (parsed?.policy.networkReads === true ? 1 : 0);
			const asks = layer !== "organisation" && allows > 0;
			const accepted = this.#options.acceptance.isAccepted(layer, file.file, current.sha256);
			return {
				layer,
				file: file.file,
				...(folder === undefined ? {} : { folder }),
				...current,
				allows,
				accepted: parsed === undefined ? "broken" : !asks ? "none" : accepted ? "accepted" : "waiting",
				problems: file.findings,
			};
		});
	}

	#files(): LayerFile[] {
		return [...this.#machine, ...this.#workspaces.values()];
	}

	#file(layer: Layer, file: string, folder?: string): LayerFile {
		const { home, organisationOwner = 0, keepCopies = true } = this.#options;
		return new LayerFile({ layer, file, folder, home, owner: organisationOwner, keepCopies, clock: this.#clock });
	}

	#work(now: number): InForce {
		const files = this.#files().toSorted((a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer));
		// What an organisation denies may be anything while nobody knows it.
		const locked = files.some(
			(file) => file.layer === "organisation" && (file.unknown || file.good?.parsed.policy.locked === true),
		);
		const rules: LayeredRule[] = [];
		let networkReads: boolean | undefined;
		this.#expires = Number.POSITIVE_INFINITY;
		for (const file of files) {
			const { good } = file;
			if (good === undefined) continue;
			const refused = this.#mayNotAllow(file, locked);
			// One file that says no is enough.
			if (good.parsed.policy.networkReads === false) networkReads = false;
			else if (good.parsed.policy.networkReads === true && refused === undefined) networkReads ??= true;
			for (const { rule, line } of good.parsed.rules) {
				const until = rule.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(rule.until);
				const over = now >= until ? message("policyFile.expired", { until: rule.until ?? "" }) : undefined;
				if (over === undefined) this.#expires = Math.min(this.#expires, until);
				const why = over ?? (rule.effect === "allow" ? refused : undefined);
				rules.push({
					rule: file.folder === undefined ? rule : { ...rule, folder: file.folder },
					layer: file.layer,
					file: file.file,
					line,
					counts: why === undefined,
					...(why === undefined ? {} : { why }),
				});
			}
		}
		const counting = rules.filter(({ counts }) => counts).map(({ layer, rule }) => ({ layer, rule }));
		const reads = networkReads ?? false;
		const digest = sha256(canonical({ rules: counting, networkReads: reads, locked }));
		return { rules, networkReads: reads, locked, digest };
	}

	/** Why what a file allows does not count; undefined when it does. */
	#mayNotAllow({ layer, file, good }: LayerFile, locked: boolean): Message | undefined {
		if (layer === "organisation")
			return good?.trusted === true ? undefined : message("policyFile.unsafeAllow", { file });
		if (locked) return message("policyFile.lockedOut");
		const accepted = good !== undefined && this.#options.acceptance.isAccepted(layer, file, good.sha256);
		return accepted ? undefined : message("policyFile.notAccepted", { file });
	}
}
