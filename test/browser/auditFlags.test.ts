// The flags of changes in the audit panel's filter, over the real index of a log that the real journal wrote: what a person
// ticks is what they get to see.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { LogIndex } from "../../src/audit/index/logIndex.ts";
import type { Journal } from "../../src/audit/journal.ts";
import { joinIndex } from "../support/auditHarness/realIndex.ts";
import { describeViolations, until, type WebviewPage } from "../support/webviewHarness/page.ts";
import { useWebview } from "../support/webviewHarness/useWebview.ts";
import { placeIn } from "../unit/audit/support.ts";

const APPROVER = { osUser: "ada", claims: { gitName: "Ada" }, assurance: 1 };
const [ASKED, MADE, OTHER] = ["11".repeat(32), "22".repeat(32), "33".repeat(32)];

/** What becomes of an action that a person allows: they change it first, a file ends as another one, another action runs. */
interface Ends {
	edited?: boolean;
	unexpected?: boolean;
	mismatch?: boolean;
}
const ACTIONS: Record<string, Ends> = {
	"make plain": {},
	"make edited": { edited: true },
	"make unexpected": { unexpected: true },
	"make both": { edited: true, unexpected: true },
	"make another": { mismatch: true },
};

async function record(journal: Journal): Promise<void> {
	const add = (type: Parameters<Journal["append"]>[0], body: object) =>
		journal.append(type, { agent: "claude-code", enforcement: "enforced", ...body }, { session: "s1" });
	for (const [n, [command, { edited, unexpected, mismatch }]] of Object.entries(ACTIONS).entries()) {
		const request = `00000000-0000-4000-8000-00000000000${n}`;
		const ran = edited ? MADE : ASKED;
		await add("action.requested", {
			request,
			kind: "shell",
			tool: "Bash",
			actionMac: ASKED,
			guard: false,
			claimed: { input: { command }, paths: [] },
		});
		await add("action.decided", {
			request,
			actionMac: ran,
			decision: { by: "person", verdict: "allow", approver: APPROVER, channel: "editor" },
			...(edited
				? {
						edited: {
							actionMac: MADE,
							from: ASKED,
							through: "view",
							claimed: { input: { command: `${command} --dry-run` } },
						},
					}
				: {}),
		});
		await add("action.executed", { request, outcome: "done", claimed: {} });
		if (unexpected)
			await add("digest.mismatch", {
				request,
				decided: ran,
				ran,
				files: [{ path: "/w/a.txt", op: "modify", approved: "44".repeat(32), found: null }],
			});
		if (mismatch) await add("digest.mismatch", { request, decided: ran, ran: OTHER });
	}
	// What was taken back was a person's change, too.
	const request = "00000000-0000-4000-8000-00000000000a";
	await add("action.requested", {
		request,
		kind: "shell",
		tool: "Bash",
		actionMac: ASKED,
		guard: false,
		claimed: { input: { command: "make withdrawn" }, paths: [] },
	});
	await add("action.withdrawn", {
		request,
		actionMac: ASKED,
		edited: { actionMac: MADE, from: ASKED, through: "document" },
		decision: { by: "withdrawn", verdict: "deny" },
	});
	await journal.close();
}

describe("the flags of changes", () => {
	let dir: string;
	let root: string;
	let index: LogIndex;
	const views = useWebview("audit");

	before(async () => {
		dir = mkdtempSync(join(tmpdir(), "gatepost-flags-"));
		const at = placeIn(dir);
		root = at.root;
		const journal = await at.open("flags");
		await record(journal);
		index = new LogIndex({ dir: journal.dir, onState: () => {} });
	});
	after(async () => {
		await index?.close();
		rmSync(dir, { recursive: true, force: true });
	});

	async function open(): Promise<WebviewPage> {
		const view = await views.open({ width: 1400, height: 800 });
		await joinIndex(view, index, root);
		await until(view.page, "document.querySelector('.grid tbody tr time') !== null");
		return view;
	}

	/** The commands of the rows that are drawn, the first first, once they are these. */
	async function shows({ page }: WebviewPage, commands: string[]): Promise<void> {
		const drawn = `[...document.querySelectorAll(".grid tbody tr .c-target")].map((cell) => cell.textContent.match(/make \\w+/)?.[0]).filter(Boolean).sort()`;
		const wanted = [...commands].sort();
		await until(page, `JSON.stringify(${drawn}) === ${JSON.stringify(JSON.stringify(wanted))}`).catch(async () =>
			assert.deepEqual(await page.evaluate(drawn), wanted),
		);
	}

	async function tick(view: WebviewPage, word: RegExp): Promise<void> {
		await view.page.getByRole("dialog", { name: "More" }).getByRole("checkbox", { name: word }).check();
	}

	async function openFlags({ page }: WebviewPage): Promise<void> {
		await page.locator(".filter-bar").getByRole("button", { name: "More", exact: true }).click();
		await page.getByRole("dialog", { name: "More" }).getByRole("button", { name: "Something odd" }).click();
	}

	const EDITED = /Changed by a person first/;
	const UNEXPECTED = /Not what was allowed is in the file/;

	it("are offered with how many rows have them", async () => {
		const view = await open();
		await shows(view, [...Object.keys(ACTIONS), "make withdrawn"]);
		await openFlags(view);
		const dialog = view.page.getByRole("dialog", { name: "More" });
		for (const [word, count] of [
			[EDITED, 3],
			[UNEXPECTED, 2],
			[/Something else ran/, 1],
		] as const) {
			const label = dialog.getByRole("checkbox", { name: word }).locator("xpath=ancestor::label");
			assert.match(((await label.textContent()) ?? "").trim(), new RegExp(`${word.source}\\s*${count}$`));
		}
		assert.equal(describeViolations(await view.axe()), "");
	});

	it("show the actions that a person changed, whatever came of them, and none else", async () => {
		const view = await open();
		await openFlags(view);
		await tick(view, EDITED);
		await shows(view, ["make edited", "make both", "make withdrawn"]);
		assert.deepEqual(await view.problems(), []);
	});

	it("show the actions whose files did not hold what was allowed, and not those that ran as something else", async () => {
		const view = await open();
		await openFlags(view);
		await tick(view, UNEXPECTED);
		await shows(view, ["make unexpected", "make both"]);
		await view.page.keyboard.press("Escape");
		const chips = view.page.getByRole("list", { name: "Filters in force" });
		await chips.getByRole("button", { name: /^Remove: .*Not what was allowed is in the file/ }).click();
		await shows(view, [...Object.keys(ACTIONS), "make withdrawn"]);
	});

	it("show what has either, when both are ticked", async () => {
		const view = await open();
		await openFlags(view);
		await tick(view, EDITED);
		await tick(view, UNEXPECTED);
		await shows(view, ["make edited", "make unexpected", "make both", "make withdrawn"]);
	});

	it("stand at each row in words, and a person's change is no warning", async () => {
		const view = await open();
		const mark = (command: string) =>
			view.page.locator(".grid tbody tr").filter({ hasText: command }).locator(".flagged");
		assert.equal(await mark("make plain").count(), 0);
		assert.match((await mark("make edited").getAttribute("class")) ?? "", /by-person/);
		assert.match((await mark("make edited").getAttribute("title")) ?? "", /^Changed by a person first$/);
		assert.doesNotMatch((await mark("make both").getAttribute("class")) ?? "", /by-person/);
		assert.match((await mark("make both").getAttribute("title")) ?? "", EDITED);
		assert.match((await mark("make both").getAttribute("title")) ?? "", UNEXPECTED);
	});
});
