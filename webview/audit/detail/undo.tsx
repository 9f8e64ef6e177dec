// Buttons that ask the host to undo. They write nothing: the host asks the person in a dialog of the editor first.
import type { JSX } from "preact";
import type { DetailFile, RowDetail } from "../../../src/protocol/audit.ts";
import type { AuditPanelMessage } from "../../../src/protocol/auditPanel.ts";
import type { MessageCode } from "../../../src/protocol/messages.ts";
import { Button } from "../../ui/button.tsx";
import { t } from "../../ui/texts.ts";
import type { Store } from "../store.ts";

/** An action whose changes can be undone: it was allowed, and the agent has reported that it ran. */
export function canUndo({ row }: Pick<RowDetail, "row">): boolean {
	return row.kind === "action" && row.outcome === "allowed" && row.result === "done";
}

/** Why the log cannot give back what the change did; undefined where it can. */
export function whyNot(file: DetailFile): MessageCode | undefined {
	if (file.link !== undefined) return "undo.not.link";
	for (const [side, none] of [
		[file.before, "create"],
		[file.after, "delete"],
	] as const) {
		if (side === undefined) {
			if (file.op !== none) return "undo.not.unknown";
		} else if ("omitted" in side) return "undo.not.omitted";
		else if (side.redacted) return "undo.not.redacted";
		else if (side.removedAt !== undefined) return "undo.not.removed";
	}
	return undefined;
}

interface UndoButtonProps {
	store: Store;
	/** What is sent for it. */
	msg: Extract<AuditPanelMessage, { type: "undo" | "undoSessionFile" }>;
	/** Its name, with nothing in it that does not show. */
	file: string;
	/** Why it is not possible: it can be reached and says so, and does nothing. */
	not?: MessageCode | undefined;
}

export function UndoButton({ store, msg, file, not }: UndoButtonProps): JSX.Element {
	const why = not === undefined ? undefined : t(not);
	return (
		<Button
			look="secondary"
			label={why === undefined ? t("undo.buttonOf", { file }) : t("undo.buttonNotOf", { file, why })}
			title={why}
			unavailable={why === undefined ? undefined : true}
			onClick={() => {
				if (why === undefined) store.post(msg);
				else store.announce(why);
			}}
		>
			{t("undo.button")}
		</Button>
	);
}

/** All files of a session. */
export function UndoAllButton({
	store,
	agent,
	session,
}: {
	store: Store;
	agent: string;
	session: string;
}): JSX.Element {
	return (
		<Button
			look="secondary"
			label={t("undo.buttonAllOf")}
			onClick={() => store.post({ type: "undoSession", agent, session })}
		>
			{t("undo.buttonAll")}
		</Button>
	);
}
