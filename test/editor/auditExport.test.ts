// Exports from the editor: the file, the note in the log, and nothing at all when it is cancelled or fails.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import type { LeftOut } from "../../src/audit/export/types.ts";
import { AuditExports, exportName, type RunExport } from "../../src/editor/auditExport.ts";
import type { LogPlace } from "../../src/editor/auditLog.ts";
import { until } from "../support/until.ts";
import { answering } from "./auditStage.ts";
import { folder, gatepost, home, log } from "./stage.ts";

const APPROVER = { osUser: "ada", claims: { gitName: "Ada" }, assurance: 1 } as const;
const place = (): LogPlace => ({
	folder: folder(0),
	label: "first",
	dir: join(gatepost, "workspaces/x"),
	root: folder(0),
});

describe("an export of the audit log", function () {
	this.timeout(60_000);
	let dir = "";
	beforeEach(async () => {
		dir = await mkdtemp(join(home, "exports-"));
	});
	afterEach(async () => {
		await rm(dir, { recursive: true, force: true });
		await vscode.commands.executeCommand("notifications.clearAll");
	});

	/** Runs the command and answers its questions. */
	function exportBy(format: RegExp, scope: RegExp, file: string | undefined): Thenable<unknown> {
		const wanted = [new RegExp(`^${folder(0).split("/").at(-1)}$`), format, scope];
		const showQuickPick = async (items: Thenable<vscode.QuickPickItem[]>) => {
			const rows = await items;
			const pattern = wanted.shift();
			const row = rows.find(({ label }) => pattern?.test(label) === true);
			assert(row, `${pattern} is not among ${rows.map(({ label }) => label)}`);
			return row;
		};
		const showSaveDialog = async () => (file === undefined ? undefined : vscode.Uri.file(file));
		return answering({ showQuickPick, showSaveDialog }, () => vscode.commands.executeCommand("gatepost.exportLog"));
	}

	const notes = async () => (await log(folder(0))).filter(({ type }) => type === "export.made");

	it("as JSON lines is the entries as they are, and is on record with who made it", async () => {
		const before = (await notes()).length;
		const file = join(dir, "all.jsonl");
		const entries = (await log(folder(0))).length;
		await exportBy(/^JSON lines/, /^Everything$/, file);
		assert.deepEqual(await readdir(dir), ["all.jsonl"]);
		const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
		assert(lines.length >= entries, `${lines.length} lines of ${entries} entries`);
		for (const line of lines) assert.equal(typeof JSON.parse(line).hash, "string");
		assert.equal(JSON.parse(lines[0] ?? "").head.type, "gate.started");
		await until("it is on record", async () => (await notes()).length === before + 1);
		const { body } = (await notes()).at(-1) ?? assert.fail();
		assert.equal(body.format, "jsonl");
		assert.deepEqual(body.scope, { of: "all" });
		assert.equal(body.file, file);
		assert.equal(body.bytes, (await readFile(file)).length);
		assert.equal(
			body.sha256,
			createHash("sha256")
				.update(await readFile(file))
				.digest("hex"),
		);
		assert.equal(body.entries, lines.length);
		assert.equal(typeof body.osUser, "string");
		assert.equal(body.approver.osUser, body.osUser);
		assert.equal(body.approver.assurance, 1);
	});

	it("is not made, and not on record, when no file was chosen", async () => {
		const before = (await notes()).length;
		await exportBy(/^CSV/, /^Everything$/, undefined);
		assert.deepEqual(await readdir(dir), []);
		assert.equal((await notes()).length, before);
	});

	it("never goes into Gatepost's own home, not even through a link", async () => {
		const before = (await notes()).length;
		await symlink(gatepost, join(dir, "link"));
		const errors: string[] = [];
		const showErrorMessage = async (text: string) => void errors.push(text);
		for (const file of [join(gatepost, "policy.jsonc"), join(dir, "link", "workspaces", "x.jsonl")]) {
			await answering({ showErrorMessage }, () => exportBy(/^JSON lines/, /^Everything$/, file));
		}
		assert.equal(errors.length, 2);
		for (const error of errors) assert.match(error, /Gatepost's own files/);
		assert.equal(existsSync(join(gatepost, "policy.jsonc")), false);
		assert.equal((await notes()).length, before);
	});

	function exports(run: RunExport, file: string, recorded: unknown[]): AuditExports {
		return new AuditExports({
			home: gatepost,
			version: "0.0.0",
			approver: async () => APPROVER,
			record: async (_, body) => void recorded.push(body),
			choose: async () => vscode.Uri.file(file),
			run,
		});
	}

	it("that is cancelled leaves nothing, is not on record, and says so", async () => {
		const file = join(dir, "cancelled.csv");
		const recorded: unknown[] = [];
		const said: string[] = [];
		const source = new vscode.CancellationTokenSource();
		const percents: (number | undefined)[] = [];
		const run: RunExport = async ({ signal, onProgress }) => {
			onProgress?.(50, 100);
			source.cancel();
			assert(signal);
			signal.throwIfAborted();
			await writeFile(file, "half");
			assert.fail("not cancelled");
		};
		await answering(
			{
				showInformationMessage: async (text: string) => void said.push(text),
				withProgress: (
					{ cancellable }: vscode.ProgressOptions,
					task: (progress: unknown, token: vscode.CancellationToken) => Thenable<unknown>,
				) => {
					assert.equal(cancellable, true);
					const report = ({ increment }: { increment?: number }) => percents.push(increment);
					return task({ report }, source.token);
				},
			},
			() => exports(run, file, recorded).export(place(), "csv", { of: "all" }),
		);
		assert.deepEqual(said, ["The export was cancelled and left no file."]);
		assert.deepEqual(percents, [50]);
		assert.deepEqual(await readdir(dir), []);
		assert.deepEqual(recorded, []);
	});

	it("that had to leave something out says what, beside where it is", async () => {
		const file = join(dir, "partly.csv");
		const said: string[] = [];
		const none = { count: 0, names: [] };
		const segments = { count: 30, names: ["20260101T000000.000Z-planted.jsonl"] };
		const evidence = { count: 1, names: ["ab".repeat(32)] };
		let leftOut: LeftOut = { segments, evidence: none };
		const run: RunExport = async ({ out }) => {
			await writeFile(out, "a,b\r\n");
			return { out, bytes: 5, rows: 1, entries: 2, leftOut };
		};
		const made = exports(run, file, []);
		const exported = () =>
			answering({ showWarningMessage: async (text: string) => void said.push(text) }, () =>
				made.export(place(), "csv", { of: "all" }),
			);
		await exported();
		leftOut = { segments: none, evidence };
		await exported();
		leftOut = { segments, evidence };
		await exported();
		assert.equal(said.length, 3);
		const [names, piece, both] = said;
		assert.match(names ?? "", /partly\.csv\. 30 names in the log folder are no files.*planted\.jsonl, …/);
		assert.doesNotMatch(names ?? "", /evidence/);
		assert.match(piece ?? "", /partly\.csv\. 1 piece of evidence is not in it.*\(abababababab\)/);
		assert.doesNotMatch(piece ?? "", /no file/);
		assert.match(both ?? "", /30 names.*1 piece of evidence/);
	});

	it("that fails is not on record, and the next one may run", async () => {
		const file = join(dir, "failed.csv");
		const recorded: unknown[] = [];
		let fails = true;
		const made = exports(
			async ({ out, bom }) => {
				if (fails) throw new Error("no space left on device");
				assert.equal(bom, true);
				await writeFile(out, "a,b\r\n");
				return { out, bytes: 5, rows: 1, entries: 2 };
			},
			file,
			recorded,
		);
		await assert.rejects(made.export(place(), "csv", { of: "all" }), {
			said: { code: "auditHost.export.failed", args: { detail: "no space left on device" } },
		});
		assert.deepEqual([recorded, await readdir(dir)], [[], []]);
		fails = false;
		await made.export(place(), "csv", { of: "filter", filter: { text: "npm" } });
		assert.equal(recorded.length, 1);
	});

	it("waits for no other: a second one is refused", async () => {
		const { promise, resolve } = Promise.withResolvers<void>();
		const made = exports(
			async ({ out }) => {
				await promise;
				return { out, bytes: 0, rows: 0, entries: 0 };
			},
			join(dir, "slow.html"),
			[],
		);
		const first = made.export(place(), "html", { of: "all" });
		await assert.rejects(made.export(place(), "html", { of: "all" }), { message: "auditHost.export.running" });
		await writeFile(join(dir, "slow.html"), "");
		resolve();
		await first;
	});

	it("gets a name that says what it is and is one everywhere", () => {
		const now = new Date(2026, 0, 5);
		const named = (label: string, scope: Parameters<typeof exportName>[2]) =>
			exportName({ ...place(), label }, "bundle", scope, now);
		assert.equal(named("shop", { of: "all" }), "gatepost-shop-all-2026-01-05.zip");
		assert.equal(named("/a b/../c:d", { of: "filter", filter: {} }), "gatepost-c-d-filter-2026-01-05.zip");
		const session = { of: "session", agent: "x", session: "../../etc/passwd" } as const;
		assert.match(named("..", session), /^gatepost-session-[A-Za-z0-9-]*-2026-01-05\.zip$/);
	});
});
