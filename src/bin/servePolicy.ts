// Policy files in the terminal of `gatepost serve`: shown whole, and accepted by what is typed there. What is accepted here
// counts as long as this gate runs; nothing else on the command line can accept.
import { userInfo } from "node:os";
import type { OpenGate } from "../gate/open.ts";
import type { LayerView } from "../policy/rules/layers.ts";
import { format, message } from "../protocol/messages.ts";
import { LEAST_SHOWN_MS } from "./leastShown.ts";
import { terminalText, wrapped } from "./terminalText.ts";

type Policy = Pick<OpenGate, "policyFiles" | "refreshPolicy" | "acceptPolicy">;

/** Lines that were shown of one file, and those that were not yet. */
interface Shown {
	file: LayerView;
	unseen: string[];
	/** When the last of it came on screen. */
	at: number;
}

export class ServePolicy {
	readonly #policy: Policy;
	/** By number, from 1. */
	#shown: Shown[] = [];

	constructor(policy: Policy) {
		this.#policy = policy;
	}

	/** One line where files wait to be accepted; "" where none does. */
	notice(): string {
		const waiting = this.#policy.policyFiles().filter(({ accepted }) => accepted === "waiting");
		return waiting.length === 0 ? "" : `${format(message("serve.policyWaits", { count: waiting.length }))}\n`;
	}

	/**
	 * All policy files, and the next screen of the first one that waits and was not shown whole.
	 * @param rows of a screen @param columns of it: a line that is wider takes several rows
	 */
	show(rows: number, columns: number): string {
		this.#policy.refreshPolicy();
		const files = this.#policy.policyFiles();
		if (files.length === 0) return `${format(message("serve.noPolicy"))}\n`;
		this.#shown = files.map((file, index) => {
			const known = this.#shown[index];
			if (known?.file.file === file.file && known.file.sha256 === file.sha256) return { ...known, file };
			const lines = file.text.split("\n").map((line) => `  │ ${terminalText(line)}`);
			return {
				file,
				unseen: file.accepted === "waiting" ? wrapped(lines.join("\n"), columns) : [],
				at: performance.now(),
			};
		});
		const titles = this.#shown.map(({ file }, index) => titleOf(file, index + 1)).join("");
		const next = this.#shown.findIndex(({ unseen }) => unseen.length > 0);
		const shown = this.#shown[next];
		if (shown === undefined) return titles;
		// The titles and what follows take rows of the same screen.
		const page = shown.unseen.splice(0, Math.max(1, rows - this.#shown.length - 1));
		shown.at = performance.now();
		const more = shown.unseen.length > 0 ? `  ... ${shown.unseen.length} more lines: policy` : `  accept ${next + 1}`;
		return `${titles}${page.join("\n")}\n${more}\n`;
	}

	/** `accept N`: the file that was shown under that number, exactly as it was shown. */
	async accept(typed: string): Promise<string> {
		const shown = this.#shown[Number(typed) - 1];
		if (shown === undefined) return `${format(message("serve.policyUnknown"))}\n`;
		// Typed ahead, it was meant for what stood there before.
		const seen = shown.unseen.length === 0 && performance.now() - shown.at >= LEAST_SHOWN_MS;
		if (!seen) return `${format(message("serve.policyUnseen"))}\n`;
		const { layer, file, sha256 } = shown.file;
		const refused = await this.#policy.acceptPolicy({ layer, file, sha256 }, { osUser: userInfo().username });
		return `${terminalText(format(refused ?? message("serve.policyAccepted", { file })))}\n`;
	}
}

function titleOf({ accepted, allows, file, layer }: LayerView, number: number): string {
	return `${number}  ${terminalText(file)}  (${layer}; ${format(message(`serve.policy.${accepted}`, { count: allows }))})\n`;
}
