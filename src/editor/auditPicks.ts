// Questions of the command that exports a log: which log, which format, how much of it.
import * as vscode from "vscode";
import type { AuditFilter, SessionRow } from "../protocol/audit.ts";
import type { ExportFormat, ExportScope } from "../protocol/auditPanel.ts";
import type { LogPlace } from "./auditLog.ts";
import { say } from "./text.ts";

const FORMATS: readonly ExportFormat[] = ["html", "bundle", "csv", "jsonl", "sqlite", "ocsf"];

export interface PickOptions {
	places: readonly LogPlace[];
	/** What the panel shows, if it is open. */
	shown: { place: LogPlace | undefined; filter: AuditFilter | undefined };
	/** Sessions of a log, the newest first. */
	sessions: (place: LogPlace) => Promise<SessionRow[]>;
}

/** The panel's page may take the focus while it comes up: the answers given so far are not lost for that. */
const STAYS = { ignoreFocusOut: true };

/** Undefined when the person gave up. */
export async function pickExport(
	options: PickOptions,
): Promise<{ place: LogPlace; format: ExportFormat; scope: ExportScope } | undefined> {
	const place = await pickPlace(options, say("auditHost.export.log"));
	if (place === undefined) return undefined;
	const formats = FORMATS.map((format) => ({ label: say(`auditHost.export.${format}`), format }));
	const format = await vscode.window.showQuickPick(formats, { ...STAYS, placeHolder: say("auditHost.export.format") });
	if (format === undefined) return undefined;
	const scope = await pickScope(options, place);
	return scope === undefined ? undefined : { place, format: format.format, scope };
}

/** Which log is meant: not asked when there is one only, and first the one that the panel shows. */
export async function pickPlace(
	{ places, shown }: Pick<PickOptions, "places"> & { shown: Pick<PickOptions["shown"], "place"> },
	placeHolder: string,
): Promise<LogPlace | undefined> {
	if (places.length === 0) {
		void vscode.window.showInformationMessage(say("auditHost.noLog"));
		return undefined;
	}
	const rows = places
		.map((place) => ({ label: place.label, description: place.root ?? "", place }))
		.sort((a, b) => Number(b.place.dir === shown.place?.dir) - Number(a.place.dir === shown.place?.dir));
	if (rows.length === 1) return rows[0]?.place;
	return (await vscode.window.showQuickPick(rows, { ...STAYS, placeHolder }))?.place;
}

async function pickScope(options: PickOptions, place: LogPlace): Promise<ExportScope | undefined> {
	const { filter } = options.shown;
	const isShown = options.shown.place?.dir === place.dir;
	const rows: (vscode.QuickPickItem & { scope: ExportScope | "session" })[] = [
		{ label: say("auditHost.export.all"), scope: { of: "all" } },
		{ label: say("auditHost.export.oneSession"), scope: "session" },
	];
	if (isShown && filter !== undefined) {
		const detail = say("auditHost.export.filterDetail");
		rows.unshift({ label: say("auditHost.export.filter"), detail, scope: { of: "filter", filter } });
	}
	const picked = await vscode.window.showQuickPick(rows, { ...STAYS, placeHolder: say("auditHost.export.scope") });
	if (picked?.scope !== "session") return picked?.scope;
	const sessions = await options.sessions(place);
	if (sessions.length === 0) {
		void vscode.window.showInformationMessage(say("auditHost.export.noSessions"));
		return undefined;
	}
	const items = await Promise.all(sessions.map(itemOf));
	const session = await vscode.window.showQuickPick(items, {
		...STAYS,
		placeHolder: say("auditHost.export.session"),
		matchOnDescription: true,
		matchOnDetail: true,
	});
	return session?.scope;
}

async function itemOf({ agent, session, label, startedAt }: SessionRow) {
	const { terminalText } = await import("./core.ts");
	// An agent's words draw no icons.
	const plain = (text: string) => terminalText(text).replaceAll("$(", "$ (");
	return {
		label: plain(label === "" ? session : label),
		description: plain(agent),
		detail: plain(`${startedAt} · ${session}`),
		scope: { of: "session", agent, session } satisfies ExportScope,
	};
}
