// Changes a person makes to actions before allowing them: what is being written, what the editor is working out, what it
// refused and why. What would run is always what the card shows: nothing here changes a card, only the editor does.
import type { CardModel } from "../../src/protocol/card.ts";
import type { MessageCode } from "../../src/protocol/messages.ts";
import type { PendingViewMessage } from "../../src/protocol/pendingView.ts";
import type { AnyMessage } from "../ui/texts.ts";

type EditOf = Extract<PendingViewMessage, { type: "edit" }>["edit"];

/**
 * What can be changed of a card: its command, which parts of a change are kept, or, where not all parts are on the card,
 * the content of its files in the editor's diff.
 */
export type Form = "command" | "parts" | "diff";

/** The change of one card. */
export interface Edit {
	/** The form that is open. */
	form: Form | undefined;
	/** The command as typed. */
	text: string;
	/** The file whose parts are chosen, and those that are left out. */
	file: number;
	leftOut: ReadonlySet<number>;
	/** Sent, and neither refused nor drawn yet. */
	isWorking: boolean;
	/** Why it was not taken. */
	problem: AnyMessage | undefined;
}

/** Working out a change of a large file takes its time; with no word for this long, it is not coming. */
const REPLY_MS = 30_000;

/** The form with which a card can be changed; undefined when it cannot. */
export function formFor(card: CardModel): Form | undefined {
	if (card.kind === "shell") return "command";
	// The parts of a card that was changed are those that are left; what was left out is not on it any more.
	if (card.edited === undefined && card.files.some(hasParts)) return "parts";
	return card.files.some(isEditable) ? "diff" : undefined;
}

/** True when what would be written of this file can be edited in the editor's diff, also when the card cannot show it all. */
export function isEditable({ binary, op, after }: CardModel["files"][number]): boolean {
	return !binary && op !== "delete" && after !== undefined;
}

/** True when parts of this file can be left out: all of them are on the card. */
export function hasParts({ binary, op, cut, hunks }: CardModel["files"][number]): boolean {
	return !binary && op !== "delete" && !cut && hunks.length > 0;
}

export class Edits {
	readonly #edits = new Map<string, Edit>();
	readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
	readonly #post: (message: PendingViewMessage) => void;
	readonly #onChange: () => void;

	constructor(post: (message: PendingViewMessage) => void, onChange: () => void) {
		this.#post = post;
		this.#onChange = onChange;
	}

	of(id: string): Edit | undefined {
		return this.#edits.get(id);
	}

	/** Opens the form, with what was typed and refused before. */
	begin(card: CardModel, form: Form): void {
		const known = this.#edits.get(card.id);
		const file = Math.max(0, card.files.findIndex(hasParts));
		const fresh = { text: card.target, file, leftOut: new Set<number>(), isWorking: false, problem: undefined };
		this.#edits.set(card.id, { ...fresh, ...known, form });
		this.#onChange();
	}

	type(id: string, text: string): void {
		this.#update(id, { text, problem: undefined });
	}

	/** Keeps a part, or leaves it out. Of one file at a time: another file counts only while the first is whole. */
	keep(id: string, file: number, hunk: number, keep: boolean): void {
		const edit = this.#edits.get(id);
		if (!edit || (edit.file !== file && edit.leftOut.size > 0)) return;
		const leftOut = new Set(edit.leftOut);
		if (keep) leftOut.delete(hunk);
		else leftOut.add(hunk);
		this.#update(id, { file, leftOut, problem: undefined });
	}

	/** Why what stands in the form cannot be applied; undefined when it can. */
	problemOf(card: CardModel, { form, text, file, leftOut, isWorking }: Edit): MessageCode | undefined {
		if (isWorking) return "ui.edit.working";
		if (form === "command") {
			if (text.trim() === "") return "ui.edit.empty";
			return text === card.target ? "ui.edit.same" : undefined;
		}
		if (form === "diff" || leftOut.size === 0) return "ui.edit.same";
		return leftOut.size === card.files[file]?.hunks.length ? "ui.edit.none" : undefined;
	}

	/** Has the editor work out what stands in the form. */
	apply(card: CardModel): void {
		const edit = this.#edits.get(card.id);
		if (!edit || this.problemOf(card, edit) !== undefined) return;
		const { form, text, file, leftOut } = edit;
		if (form === "command") this.post(card.id, text === card.edited?.target ? { original: true } : { command: text });
		else this.post(card.id, { file, leftOut: [...leftOut].sort((a, b) => a - b) });
	}

	post(id: string, edit: EditOf): void {
		const known = this.#edits.get(id);
		if (known?.isWorking) return;
		const none = { form: undefined, text: "", file: 0, leftOut: new Set<number>() };
		this.#edits.set(id, { ...none, ...known, isWorking: true, problem: undefined });
		this.#timers.set(
			id,
			setTimeout(() => this.refuse(id, { code: "ui.edit.noReply" }), REPLY_MS),
		);
		this.#post({ type: "edit", id, edit });
		this.#onChange();
	}

	/** The native diff with a right side that can be edited; the card comes again when that is saved. Closes the form. */
	openInDiff(id: string, file: number): void {
		this.#post({ type: "openEdit", id, file });
		this.cancel(id);
	}

	/** The editor did not take it; what was typed stays. */
	refuse(id: string, problem: AnyMessage): void {
		clearTimeout(this.#timers.get(id));
		const none = { form: undefined, text: "", file: 0, leftOut: new Set<number>() };
		this.#edits.set(id, { ...none, ...this.#edits.get(id), isWorking: false, problem });
		this.#onChange();
	}

	/** The card came again with other words. What is still being typed stays; chosen parts were those of another card. */
	replaced(id: string): void {
		const edit = this.#edits.get(id);
		if (edit?.form !== "command" || edit.isWorking) this.end(id);
	}

	/** Why the card cannot be allowed now: the person is about to change it. */
	whyNotAllow(id: string): MessageCode | undefined {
		const edit = this.#edits.get(id);
		if (edit?.isWorking) return "ui.edit.notYet";
		return edit?.form === undefined ? undefined : "ui.edit.open";
	}

	/** The person gives the change up. One that is being worked out goes on. */
	cancel(id: string): void {
		if (this.#edits.get(id)?.isWorking) this.#update(id, { form: undefined });
		else {
			this.end(id);
			this.#onChange();
		}
	}

	end(id: string): void {
		clearTimeout(this.#timers.get(id));
		this.#timers.delete(id);
		this.#edits.delete(id);
	}

	/** Another form opens, or another card: what was typed stays for when this one is opened again. */
	closeForms(): void {
		for (const [id, edit] of this.#edits) this.#edits.set(id, { ...edit, form: undefined });
	}

	/** Forgets all requests but these. */
	keepOnly(ids: ReadonlySet<string>): void {
		for (const id of this.#edits.keys()) if (!ids.has(id)) this.end(id);
	}

	#update(id: string, more: Partial<Edit>): void {
		const edit = this.#edits.get(id);
		if (!edit) return;
		this.#edits.set(id, { ...edit, ...more });
		this.#onChange();
	}
}
