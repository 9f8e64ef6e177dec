// The wire to the editor. The host is trusted, but only what has the right shape is taken: a message this build does not
// understand must show as such, not as an empty log.
import type { AuditHostMessage, AuditPanelMessage } from "../../src/protocol/auditPanel.ts";
import { editorApi } from "../ui/editorApi.ts";

export class Host {
	readonly #api = editorApi<AuditPanelMessage, unknown>();

	post(message: AuditPanelMessage): void {
		this.#api.postMessage(message);
	}

	/** What the panel keeps for itself between two lives of its document; undefined at first. Checked by who reads it. */
	get memory(): unknown {
		return this.#api.getState();
	}

	set memory(memory: object) {
		this.#api.setState(memory);
	}

	/** @param onOther called for what cannot be understood */
	listen(onMessage: (message: AuditHostMessage) => void, onOther: () => void): void {
		window.addEventListener("message", (event) => {
			// Only the webview's own frame relays messages; another origin has nothing to say here.
			if (event.origin !== window.origin) return;
			if (isHostMessage(event.data)) onMessage(event.data);
			else onOther();
		});
	}
}

function isHostMessage(data: unknown): data is AuditHostMessage {
	if (!isObject(data)) return false;
	switch (data.type) {
		case "strings":
			return isObject(data.contents);
		case "log":
			return isObject(data.log) && isLog(data.log);
		case "show":
			return ["log", "sessions", "overview", "integrity"].includes(data.view as string);
		default:
			return typeof data.n === "number" && isAnswer(data);
	}
}

function isAnswer(data: Record<string, unknown>): boolean {
	switch (data.type) {
		case "rows":
			return isPage(data, "rows") && (data.rows as unknown[]).every(isRow);
		case "sessions":
			return isPage(data, "sessions");
		case "detail":
			return isObject(data.detail) && isRow(data.detail.row) && has(data.detail, "entries", "files", "sameSecrets");
		case "facets":
			return isObject(data.facets) && isObject(data.facets.labels);
		case "session":
			return isObject(data.detail) && isObject(data.detail.session) && has(data.detail, "rows", "files");
		case "overview":
			return isObject(data.overview) && has(data.overview, "days", "agents", "channels", "by", "asked");
		case "refused":
			return isObject(data.message);
		default:
			return false;
	}
}

function isLog({ folders, index, integrity }: Record<string, unknown>): boolean {
	return Array.isArray(folders) && isObject(index) && typeof index.entries === "number" && isObject(integrity);
}

function isPage(data: Record<string, unknown>, list: string): boolean {
	return typeof data.offset === "number" && typeof data.total === "number" && has(data, list);
}

function isRow(row: unknown): boolean {
	return isObject(row) && typeof row.id === "number" && typeof row.target === "string" && has(row, "files", "flags");
}

function has(object: Record<string, unknown>, ...lists: string[]): boolean {
	return lists.every((name) => Array.isArray(object[name]));
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
