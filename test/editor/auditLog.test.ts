import assert from "node:assert/strict";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import { logDir } from "../../src/bin/log.ts";
import type { Found } from "../../src/editor/auditIntegrity.ts";
import { verifyLog } from "../../src/editor/logDocuments.ts";
import { writeCall } from "../support/hookCall.ts";
import { until } from "../support/until.ts";
import { answering } from "./auditStage.ts";
import { log as entriesOf, folder, gatepost, held, home, tabsOf, waiting } from "./stage.ts";

/** Runs the command with its questions answered; the first folder is picked. @returns what was said, by kind */
async function verify(): Promise<{ good: string[]; bad: string[] }> {
	const said = { good: [] as string[], bad: [] as string[] };
	const answers = {
		showQuickPick: async (rows: unknown[]) => rows[0],
		showInformationMessage: async (text: string) => void said.good.push(text),
		// The one button there is shows the details.
		showErrorMessage: async (text: string, button: string) => {
			said.bad.push(text);
			return button;
		},
	};
	await answering(answers, () => vscode.commands.executeCommand("gatepost.verifyLog"));
	return said;
}

describe("the audit log in the editor", function () {
	this.timeout(60_000);

	afterEach(async () => {
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
	});

	it("is verified without a word of trouble when nothing was altered", async () => {
		const { good, bad } = await verify();
		assert.deepEqual(bad, []);
		assert.equal(good.length, 1);
		assert.match(good[0] ?? "", /[1-9]\d* entries/);
		assert.deepEqual(tabsOf("gatepost-text"), []);
	});

	it("is missed as far as this window's gate wrote it, when its segment is gone together with its head file", async () => {
		const call = writeCall(home, folder(0), "seen.txt", "one\n");
		const request = await held(call, folder(0));
		await call.kill();
		await until("no card is left", async () => (await waiting()) === 0);
		await until("its end is on record", async () =>
			(await entriesOf(folder(0))).some(({ type, body }) => type === "action.withdrawn" && body.request === request),
		);
		const dir = logDir(gatepost, folder(0));
		const segment = (await readdir(join(dir, "journal"))).filter((name) => name.endsWith(".jsonl")).at(-1);
		assert(segment);
		const path = join(dir, "journal", segment);
		const head = join(dir, "heads", `${segment}.head`);
		const entries = (await readFile(path, "utf8")).split("\n").length - 1;
		await rename(path, join(home, segment));
		await rename(head, join(home, `${segment}.head`));
		try {
			const { good, bad } = await verify();
			assert.deepEqual(good, []);
			assert.match(bad[0] ?? "", new RegExp(`${segment}.*this editor has seen ${entries} entries of this segment`));
		} finally {
			await rename(join(home, segment), path);
			await rename(join(home, `${segment}.head`), head);
		}
		assert.deepEqual((await verify()).bad, []);
	});

	it("says how many problems there are, also of those that are not listed, and what this editor's key proves", async () => {
		const place = { folder: "/a/shop", label: "shop", dir: join(home, "x"), root: "/a/shop" };
		const problem = { segment: "s.jsonl", line: 3, kind: "edited" as const, detail: "its hash is another" };
		const good = {
			...{ ok: true, entries: 40, segments: 1, heads: [], problems: [], moreProblems: 0 },
			signer: { pinned: false, keys: [] },
		};
		const said: string[] = [];
		const shown: string[] = [];
		const answers = {
			showInformationMessage: async (text: string) => void said.push(text),
			showErrorMessage: async (text: string, button: string) => {
				said.push(text);
				return button;
			},
		};
		const documents = { show: async (...given: string[]) => void shown.push(...given) };
		const run = (found: Found) =>
			answering(answers, () => verifyLog({ places: [place], shown: undefined, verify: async () => found, documents }));
		await run(good);
		await run({ ...good, own: { publicKey: "ab", all: false } });
		await run({ ...good, own: { publicKey: "ab", all: true } });
		await run({ ...good, ok: false, problems: [problem, problem], moreProblems: 998 });
		assert.match(said[0] ?? "", /shop is consistent: 40 entries in 1 segment\. .*only known from this home/);
		assert.equal(said[1], said[0]);
		assert.match(said[2] ?? "", /shop is verified: 40 entries in 1 segment, signed by this editor's own key/);
		assert.match(said[3] ?? "", /shop has 1000 problems; the first: edited: s\.jsonl:3: its hash is another/);
		assert.deepEqual([shown.length, shown[0]], [2, "shop.verify.txt"]);
		assert.match(shown[1] ?? "", /another\n.*another\n.*998 more problems are not listed/);
	});

	it("says what is wrong when a line was altered", async () => {
		const journal = join(logDir(gatepost, folder(0)), "journal");
		const [segment] = (await readdir(journal)).filter((name) => name.endsWith(".jsonl"));
		assert(segment);
		const path = join(journal, segment);
		const kept = join(home, segment);
		// Moved away and back: the gate goes on writing to the same file.
		await rename(path, kept);
		try {
			await writeFile(path, (await readFile(kept, "utf8")).replace("gate.started", "gate.stopped"));
			const { good, bad } = await verify();
			assert.deepEqual(good, []);
			assert.match(bad[0] ?? "", /has a problem: edited|problems; the first: edited/);
			const { document } = vscode.window.activeTextEditor ?? assert.fail("no document was opened");
			assert.equal(basename(document.uri.path), `${basename(folder(0))}.verify.txt`);
			assert(document.getText().includes(segment), document.getText());
		} finally {
			await rename(kept, path);
		}
	});
});
