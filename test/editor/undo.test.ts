// Undo of a past change: the file is written only after a person's answer, after it is on record, and only as it was looked
// at; what is in conflict opens the merge editor and writes nothing.
import assert from "node:assert/strict";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { type AuditLog, Refusal } from "../../src/editor/auditLog.ts";
import { type SessionChange, Undos } from "../../src/editor/undo.ts";
import { UndoDocuments } from "../../src/editor/undoMerge.ts";
import type { FileOfRow } from "../../src/editor/undoSides.ts";
import type { Undone } from "../../src/gate/undone.ts";
import type { DetailFile, EvidenceLink, RowDetail } from "../../src/protocol/audit.ts";
import { message } from "../../src/protocol/messages.ts";
import { until } from "../support/until.ts";
import { answering, auditLog, detailOf, page, placeOf, rowOf, sample } from "./auditStage.ts";
import { gatepost, tabs } from "./stage.ts";

const BEFORE = "export function login(user) {\n\treturn user;\n}\n";
const AFTER = "export function login(user) {\n\tremember(user);\n\treturn user;\n}\n";
const PERSON = { osUser: "ada", claims: {}, assurance: 1 } as const;

interface Asked {
	question: string;
	detail: string;
	modal: boolean;
	button: string | undefined;
}

describe("undo of a past change", function () {
	this.timeout(60_000);
	let made: Awaited<ReturnType<typeof sample>>;
	let log: AuditLog;
	let detail: RowDetail;
	let file: string;
	const documents = new UndoDocuments();
	const recorded: (Undone & { onDisk: string | undefined })[] = [];
	const told: string[] = [];
	const asked: Asked[] = [];
	/** Runs while the question is open. */
	let meanwhile: () => Promise<unknown> = async () => undefined;
	let answer: "yes" | "no" = "yes";
	let record: (undone: Undone) => Promise<void> = async () => undefined;

	const undos = new Undos(
		{
			home: gatepost,
			folders: () => [made.root],
			approver: async () => PERSON,
			record: async (_place, undone) => {
				recorded.push({ ...undone, onDisk: await onDisk() });
				await record(undone);
			},
		},
		documents,
	);

	before(async () => {
		made = await sample("undo");
		log = auditLog(() => [made.root]);
		await log.sync();
		detail = await detailOf(log, made.requests.edit);
		file = join(made.root, "src/login.ts");
		await mkdir(dirname(file), { recursive: true });
	});
	after(async () => {
		documents.dispose();
		await log.close();
		await made.journal.close();
	});
	beforeEach(async () => {
		await writeFile(file, AFTER);
		await chmod(file, 0o640);
	});
	afterEach(async () => {
		for (const list of [recorded, told, asked]) list.length = 0;
		meanwhile = async () => undefined;
		record = async () => undefined;
		answer = "yes";
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
	});

	async function onDisk(): Promise<string | undefined> {
		return readFile(file, "utf8").catch(() => undefined);
	}

	/** With a person who answers the question. */
	function answered(run: () => Promise<void>): Promise<void> {
		return answering(
			{
				showWarningMessage: async (question: string, options?: vscode.MessageOptions | string, button?: string) => {
					if (typeof options !== "object") return void told.push(question);
					asked.push({ question, detail: options.detail ?? "", modal: options.modal === true, button });
					await meanwhile();
					return answer === "yes" ? button : undefined;
				},
				showInformationMessage: async (sentence: string) => void told.push(sentence),
			},
			run,
		);
	}

	function undo(part: Partial<Record<keyof DetailFile, unknown>> = {}): Promise<void> {
		const one: FileOfRow = [detail, { ...detail.files[0], ...part } as DetailFile];
		return answered(() => undos.one(placeOf(log), [one]));
	}

	/** The reason of a refusal. */
	async function refused(run: Promise<void>): Promise<string> {
		const error = await run.then(
			() => assert.fail("it was not refused"),
			(refusal) => refusal,
		);
		assert.equal(error.message, "undo.refused", String(error));
		return String(error.said.args.why);
	}

	it("asks, is on record, and then the file is exactly as it was, with its mode", async () => {
		await undo();
		assert.equal(await onDisk(), BEFORE);
		assert.equal((await stat(file)).mode & 0o777, 0o640);
		assert.equal(asked.length, 1);
		assert.equal(asked[0]?.modal, true);
		assert.match(asked[0]?.question ?? "", /^Put login\.ts back/);
		assert.match(asked[0]?.detail ?? "", /exactly the content before[\s\S]*1 lines go, 0 lines come/);
		const [one, ...more] = recorded;
		assert.equal(more.length, 0);
		assert.equal(one?.onDisk, AFTER, "on record before it is written");
		assert.equal(one?.request, made.requests.edit);
		assert.equal(one?.session, made.sessions.good);
		assert.deepEqual([one?.how, one?.path, one?.approver], ["restore", file, PERSON]);
		assert.deepEqual([String(one?.from), String(one?.to)], [AFTER, BEFORE]);
		assert.match(told[0] ?? "", /login\.ts is as it was before/);
	});

	it("writes and records nothing when the person says no", async () => {
		answer = "no";
		await undo();
		assert.equal(await onDisk(), AFTER);
		assert.deepEqual(recorded, []);
	});

	it("says so where there is nothing left to undo", async () => {
		await writeFile(file, BEFORE);
		await undo();
		assert.deepEqual([asked, recorded], [[], []]);
		assert.match(told[0] ?? "", /nothing of this change left/);
	});

	it("keeps what was changed since in other places", async () => {
		await writeFile(file, `${AFTER}\nexport const more = 1;\n`);
		await undo();
		assert.equal(await onDisk(), `${BEFORE}\nexport const more = 1;\n`);
		assert.equal(recorded[0]?.how, "merged");
	});

	it("removes a file that the action made, and makes one anew that it deleted", async () => {
		await undo({ op: "create", before: undefined });
		assert.equal(await onDisk(), undefined);
		assert.deepEqual([recorded[0]?.how, recorded[0]?.to], ["remove", undefined]);
		const { mode: _, ...side } = (detail.files[0] as DetailFile).before as EvidenceLink;
		await undo({ op: "delete", before: side, after: undefined });
		assert.equal(await onDisk(), BEFORE);
		assert.match(asked[1]?.detail ?? "", /does not say which permissions it had/);
		assert.deepEqual([recorded[1]?.how, recorded[1]?.from], ["restore", undefined]);
	});

	it("makes a file that was deleted anew with the permissions it had, where the log knows them", async () => {
		await rm(file);
		await undo({ op: "delete", before: { ...detail.files[0]?.before, mode: 0o750 }, after: undefined });
		assert.equal((await stat(file)).mode & 0o777, 0o750);
		assert.doesNotMatch(asked[0]?.detail ?? "", /permissions/);
	});

	it("keeps what a person changed between two changes of a session", async () => {
		const put = async (content: string) => ({
			...(await made.journal.evidence.put(Buffer.from(content))),
			redacted: false,
		});
		const mine = `${AFTER}\nexport const mine = 1;\n`;
		const second = mine.replace("return user", "return remembered(user)");
		const edit = async (before: string, after: string): Promise<FileOfRow> => [
			detail,
			{ path: file, op: "modify", before: await put(before), after: await put(after) },
		];
		const changes = [await edit(BEFORE, AFTER), await edit(mine, second)];
		await writeFile(file, second);
		await answered(() => undos.one(placeOf(log), changes));
		assert.equal(await onDisk(), `${BEFORE}\nexport const mine = 1;\n`);
		assert.deepEqual([recorded[0]?.how, String(recorded[0]?.to)], ["merged", await onDisk()]);
		assert.match(asked[0]?.detail ?? "", /Somebody else changed the file since, or in between/);

		// In the way of one of them: nothing is written, and no merge of three contents is offered for two changes.
		await writeFile(file, second.replace("remembered(user)", "user.name"));
		const why = await refused(answered(() => undos.one(placeOf(log), changes)));
		assert.match(why, /cannot be undone together/);
		assert.equal(asked.length, 1);
	});

	it("opens the merge editor on a conflict, is on record so, and writes nothing", async () => {
		const mine = AFTER.replace("remember(user)", "keep(user)");
		await writeFile(file, mine);
		await undo();
		assert.match(asked[0]?.question ?? "", /merge editor/);
		assert.match(asked[0]?.detail ?? "", /in 1 place that the action changed too/);
		assert.deepEqual([recorded[0]?.how, recorded[0]?.to], ["conflict", undefined]);
		await until("the merge editor is open", () => tabs().some((tab) => /login\.ts/.test(tab.label)));
		await until("its documents are open", () => {
			const open = vscode.workspace.textDocuments;
			const now = open.find(({ uri }) => uri.scheme === "gatepost-undo");
			const sides = open.filter(({ uri }) => uri.scheme === "gatepost-log").map((one) => one.getText());
			return now?.getText() === mine && sides.includes(BEFORE) && sides.includes(AFTER);
		});
		assert.equal(await onDisk(), mine);
	});

	it("is refused where the log does not hold the contents", async () => {
		const before = detail.files[0]?.before as object;
		assert.match(await refused(undo({ before: { ...before, redacted: true } })), /masked in the log/);
		const removedAt = "2026-01-02T03:04:05.000Z";
		assert.match(await refused(undo({ before: { ...before, removedAt } })), /removed by retention on 2026-01-02/);
		assert.match(await refused(undo({ before: { omitted: 99 } })), /too large for the log \(99 bytes\)/);
		const none = { digest: "0".repeat(64), size: 1, redacted: false };
		assert.match(await refused(undo({ before: none })), /not in the evidence store/);
		const altered = await made.journal.evidence.put(Buffer.from("as it was\n"));
		await writeFile(join(made.dir, "evidence", altered.digest), "GPEV1\nsomething else");
		assert.match(await refused(undo({ before: { ...altered, redacted: false } })), /It was altered/);
		await rm(join(made.dir, "evidence", altered.digest));
		assert.deepEqual([asked, recorded, await onDisk()], [[], [], AFTER]);
	});

	it("is refused for an action that was not allowed and done", async () => {
		const other = { ...detail, row: { ...detail.row, outcome: "denied" as const } };
		const one: FileOfRow = [other, detail.files[0]];
		assert.match(await refused(answered(() => undos.one(placeOf(log), [one]))), /was not allowed and done/);
	});

	it("is refused outside the folders of the window", async () => {
		assert.match(await refused(undo({ path: "/etc/gatepost-test" })), /outside the folders/);
		assert.match(await refused(undo({ path: join(gatepost, "policy.jsonc") })), /outside the folders/);
	});

	it("is refused while an editor has unsaved changes of the file", async () => {
		const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
		await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "// mine\n"));
		assert.match(await refused(undo()), /unsaved changes/);
		assert.equal(await onDisk(), AFTER);
		assert.deepEqual(asked, []);
	});

	it("is refused where the file changed while the question was open", async () => {
		meanwhile = () => writeFile(file, "another\n");
		assert.match(await refused(undo()), /changed while the question was open/);
		assert.deepEqual([await onDisk(), recorded], ["another\n", []]);
	});

	it("writes nothing that cannot be put on record", async () => {
		record = async () => {
			throw new Error("disk full");
		};
		assert.match(await refused(undo()), /could not be put on record in the log \(disk full\)/);
		assert.equal(await onDisk(), AFTER);
	});

	it("has a second entry where the file could not be written after the first", async () => {
		record = async ({ failed }) => {
			if (failed === undefined) await writeFile(file, "another\n");
		};
		assert.match(await refused(undo()), /Nothing was written/);
		assert.equal(await onDisk(), "another\n");
		assert.deepEqual(
			recorded.map(({ undo: id, failed }) => [id, failed]),
			[
				[recorded[0]?.undo, undefined],
				[recorded[0]?.undo, "changed meanwhile"],
			],
		);
	});

	it("asks one question at a time", async () => {
		const one: FileOfRow = [detail, detail.files[0]];
		meanwhile = () => assert.rejects(undos.one(placeOf(log), [one]), { message: "undo.running" });
		await undo();
		assert.equal(asked.length, 1);
	});

	describe("over a session", () => {
		const files = ["first.ts", "second.ts", "third.ts"];
		let changes: SessionChange[];

		beforeEach(async () => {
			changes = [];
			for (const [index, name] of files.entries()) {
				const path = join(made.root, name);
				await writeFile(path, AFTER);
				const one: FileOfRow = [detail, { ...(detail.files[0] as DetailFile), path }];
				changes.push({ path, row: index + 1, changes: async () => [one] });
			}
		});
		const contents = () => Promise.all(files.map((name) => readFile(join(made.root, name), "utf8")));
		const all = () => answered(() => undos.all(placeOf(log), changes));

		it("undoes all files after one question, the last changed first", async () => {
			await all();
			assert.deepEqual(await contents(), [BEFORE, BEFORE, BEFORE]);
			assert.equal(asked.length, 1);
			assert.match(asked[0]?.detail ?? "", /third\.ts: put back\nsecond\.ts: put back\nfirst\.ts: put back/);
			assert.deepEqual(
				recorded.map(({ path }) => path),
				[...changes].reverse().map(({ path }) => path),
			);
			assert.equal(told[0], "Undone in 3 files.");
		});

		it("leaves out those that are refused, with the reasons in the question and at the end", async () => {
			const mine = AFTER.replace("remember", "keep");
			await writeFile(join(made.root, "third.ts"), mine);
			const none = changes[1];
			assert(none);
			none.changes = async () => {
				throw new Refusal(message("undo.tooMany", { count: 201 }));
			};
			await all();
			assert.deepEqual(await contents(), [BEFORE, AFTER, mine]);
			const question = asked[0]?.detail ?? "";
			assert.match(question, /first\.ts: put back\n/);
			assert.match(question, /2 files are left as they are:\nthird\.ts: It was changed since in the same places/);
			assert.match(question, /\nsecond\.ts: The session changed this file 201 times/);
			assert.match(
				told[0] ?? "",
				/^Undone: first\.ts\. 2 files were left as they are: third\.ts: It was changed since/,
			);
			assert.equal(recorded.length, 1);
		});

		it("leaves out one that changed while the question was open", async () => {
			meanwhile = () => writeFile(join(made.root, "second.ts"), `${AFTER}// since\n`);
			await all();
			assert.deepEqual(await contents(), [BEFORE, `${AFTER}// since\n`, BEFORE]);
			assert.match(told[0] ?? "", /1 file was left as it is: second\.ts: .*changed while the question was open/s);
		});

		it("asks nothing where none can be undone, and says why", async () => {
			for (const name of files) await writeFile(join(made.root, name), AFTER.replace("remember", "keep"));
			await all();
			assert.deepEqual([asked, recorded], [[], []]);
			assert.match(told[0] ?? "", /^No file was undone\. 3 files were left as they are: third\.ts: /);
		});
	});

	it("comes from the page's messages only, with the log in view", async () => {
		const { messages, opened, told: said } = page(log);
		const { id } = await rowOf(log, made.requests.edit);
		const good = { agent: "claude-code", session: made.sessions.good };
		await messages.take({ type: "undo", row: id, file: 0 });
		await messages.take({ type: "undoSessionFile", ...good, path: file });
		await messages.take({ type: "undoSession", ...good });
		await messages.take({ type: "undoSessionFile", ...good, path: "/etc/passwd" });
		assert.deepEqual(
			opened.map(([name]) => name),
			["undo", "undo", "undoAll"],
		);
		const [one, , all] = opened;
		assert(one && all);
		assert.deepEqual(
			(one[2] as FileOfRow[]).map(([, of]) => of?.path),
			[file],
		);
		const [change] = all[2] as SessionChange[];
		assert.deepEqual(
			[change?.path, change?.row, (await change?.changes())?.map(([, of]) => of?.path)],
			[file, id, [file]],
		);
		assert.equal(said.length, 1);
		const commands = await vscode.commands.getCommands(false);
		assert.deepEqual(
			commands.filter((name) => /^gatepost\..*undo/i.test(name)),
			[],
		);
	});
});
