// The page's questions go to the index of a real log, as the editor's host sends them (src/editor/auditMessages.ts).
import type { LogIndex } from "../../../src/audit/index/logIndex.ts";
import type { LogState } from "../../../src/protocol/auditPanel.ts";
import { type AuditHostMessage, AuditPanelMessage } from "../../../src/protocol/auditPanel.ts";
import type { WebviewPage } from "../webviewHarness/page.ts";

export interface RealIndex {
	/** Messages of the page that no host would take. */
	dropped: unknown[];
	/** Characters of the longest answer, by its type. */
	longest: Map<string, number>;
}

/** Joins a page and an index; the page is told of the log when the index is ready. @param folder what the log is of */
export async function joinIndex({ page }: WebviewPage, index: LogIndex, folder: string): Promise<RealIndex> {
	const joined: RealIndex = { dropped: [], longest: new Map() };
	const send = async (message: AuditHostMessage) => {
		const json = JSON.stringify(message);
		joined.longest.set(message.type, Math.max(json.length, joined.longest.get(message.type) ?? 0));
		// As a text first: the editor's wire hands over what is read already.
		await page.evaluate(`globalThis.letter = ${JSON.stringify(json)}; undefined`);
		await page.evaluate("window.postMessage(JSON.parse(letter), window.origin)");
	};
	const answer = async (message: AuditPanelMessage): Promise<AuditHostMessage | undefined> => {
		switch (message.type) {
			case "ready": {
				await send({ type: "strings", contents: {} });
				await index.ask("rows", { filter: {}, order: "newest", offset: 0, limit: 1 });
				const { detail: _, ...state } = index.state;
				const log: LogState = {
					folders: [{ folder, label: folder }],
					folder,
					index: state,
					integrity: { state: "unknown" },
				};
				return { type: "log", log };
			}
			case "rows": {
				const { n, filter, order, offset, limit } = message;
				return { type: "rows", n, offset, ...(await index.ask("rows", { filter, order, offset, limit })) };
			}
			case "detail": {
				const { n, row } = message;
				const detail = await index.ask("detail", { row });
				return detail && { type: "detail", n, detail };
			}
			case "facets":
				return { type: "facets", n: message.n, facets: await index.ask("facets", {}) };
			case "sessions": {
				const { n, filter, offset, limit } = message;
				return { type: "sessions", n, offset, ...(await index.ask("sessions", { filter, offset, limit })) };
			}
			case "session": {
				const { n, agent, session, offset, limit } = message;
				const detail = await index.ask("session", { agent, session, offset, limit });
				return detail && { type: "session", n, detail };
			}
			case "overview": {
				const { n, filter } = message;
				return { type: "overview", n, overview: await index.ask("overview", { filter }) };
			}
		}
		return undefined;
	};
	// One letter at a time, in the order in which they were answered.
	let last: Promise<void> = Promise.resolve();
	await page.exposeFunction("toHost", async (raw: unknown) => {
		const parsed = AuditPanelMessage.safeParse(raw);
		if (!parsed.success) return void joined.dropped.push(raw);
		const said = await answer(parsed.data);
		if (said === undefined) return;
		last = last.then(() => send(said));
		await last;
	});
	await page.evaluate(`(() => {
		const push = posted.push.bind(posted);
		globalThis.open = 0;
		const ask = (message) => { open++; toHost(message).finally(() => open--); };
		posted.push = (message) => { ask(message); return push(message); };
		for (const message of posted) ask(message);
	})()`);
	return joined;
}
