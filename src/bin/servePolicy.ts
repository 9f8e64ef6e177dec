// Policy files in the terminal of `gatepost serve`: shown whole, and accepted by what is typed there. What is accepted here
// counts as long as this gate runs; nothing else on the command line can accept.
import { userInfo } from "node:os";
import type { OpenGate } from "../gate/open.ts";
import type { LayerView } from "../policy/rules/layers.ts";
import { format, message } from "../protocol/messages.ts";
import { terminalText } from "./terminalText.ts";

type Policy = Pick<OpenGate, "policyFiles" | "refreshPolicy" | "acceptPolicy">;

/** Lines that were shown of one file, and those that were not yet. */
interface Shown {
	file: LayerView;
	unseen: string[];
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

	/** All policy files; the text of those that wait, a screen at a time. @param rows of a screen */
	show(rows: number): string {
		this.#policy.refreshPolicy();
		const files = this.#policy.policyFiles();
		if (files.length === 0) return `${format(message("serve.noPolicy"))}\n`;
		const same = (file: LayerView, index: number) => this.#shown[index]?.file.sha256 === file.sha256;
		this.#shown = files.map((file, index) => {
			const known = this.#shown[index];
			return known !== undefined && same(file, index) && known.file.file === file.file
				? known
				: { file, unseen: file.text.split("\n").map((line) => `  │ ${terminalText(line)}`) };
		});
		return this.#shown.map((one, index) => this.#page(one, index + 1, rows)).join("");
	}

	/** `accept N`: the file that was shown under that number, exactly as it was shown. */
	async accept(typed: string): Promise<string> {
		const shown = this.#shown[Number(typed) - 1];
		if (shown === undefined) return `${format(message("serve.policyUnknown"))}\n`;
		if (shown.unseen.length > 0) return `${format(message("serve.policyUnseen"))}\n`;
		const { layer, file, sha256 } = shown.file;
		const refused = await this.#policy.acceptPolicy({ layer, file, sha256 }, { osUser: userInfo().username });
		return `${terminalText(format(refused ?? message("serve.policyAccepted", { file })))}\n`;
	}

	#page({ file, unseen }: Shown, number: number, rows: number): string {
		const { accepted, allows, layer } = file;
		const title = `${number}  ${terminalText(file.file)}  (${layer}; ${format(message(`serve.policy.${accepted}`, { count: allows }))})\n`;
		if (accepted !== "waiting") return title;
		const page = unseen.splice(0, rows);
		const more = unseen.length > 0 ? `  ... ${unseen.length} more lines: policy` : `  accept ${number}`;
		return `${title}${page.join("\n")}\n${more}\n`;
	}
}
