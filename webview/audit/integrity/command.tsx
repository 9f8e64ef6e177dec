// Commands of the command line that look at the log a person sees here, to be copied into a shell.
import type { JSX } from "preact";
import type { Integrity } from "../../../src/protocol/auditPanel.ts";
import { Visible } from "../../ui/agentText.tsx";
import { Button } from "../../ui/button.tsx";
import { t } from "../../ui/texts.ts";
import { visibleText } from "../../ui/visible.ts";
import type { Store } from "../store.ts";

/** What the panel calls the log of what belongs to no folder. */
const OUTSIDE = "_outside";

interface Wanted {
	/** Of the log: a folder's path, or "_outside". */
	folder: string;
	/** Public keys that may have signed. What is no key is left out. */
	keys?: readonly string[];
	head?: Integrity["head"];
}

/**
 * `gatepost log verify` for this log. Undefined for a folder whose path holds what a terminal does not show: such a
 * character could end the line that is pasted.
 */
export function verifyCommand({ folder, keys = [], head }: Wanted): string | undefined {
	if (visibleText(folder) !== folder) return undefined;
	const words = ["gatepost log verify", folder === OUTSIDE ? "--outside" : `--folder ${shellWord(folder)}`];
	for (const key of keys) if (isKey(key)) words.push(`--key ${key}`);
	const text = headText(head);
	if (text !== undefined) words.push(`--head ${text}`);
	return words.join(" ");
}

/** One word of a POSIX shell: quoted where it must be. */
export function shellWord(text: string): string {
	return /^[\w/][\w@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function isKey(text: string): boolean {
	return /^[0-9a-f]{64}$/i.test(text);
}

/** `SEGMENT:ENTRIES:HASH`, as --head takes it; undefined for what is no head. */
export function headText(head: Integrity["head"]): string | undefined {
	if (head === undefined) return undefined;
	const { segment, entries, hash } = head;
	const isHead = /^[0-9A-Za-z][0-9A-Za-z._-]{0,200}$/.test(segment) && isKey(hash) && Number.isSafeInteger(entries);
	return isHead && entries > 0 ? `${segment}:${entries}:${hash}` : undefined;
}

/** The command, and a button that copies it. */
export function Command({ store, command }: { store: Store; command: string }): JSX.Element {
	return (
		<div class="av-command">
			<code>
				<Visible text={command} />
			</code>
			<Button look="secondary" onClick={() => copyText(store, command)}>
				{t("integrity.copyCommand")}
			</Button>
		</div>
	);
}

export function copyText(store: Store, text: string): void {
	store.post({ type: "copy", text });
	store.announce(t("integrity.copied"));
}
