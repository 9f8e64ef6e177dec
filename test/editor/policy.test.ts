// Policy files in the editor: problems at their place, completions, a file from a template, and explanations. That none of
// it accepts anything is in answersNothing.test.ts.
import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import { until } from "../support/until.ts";
import { folder, gatepost, log, tabsOf } from "./stage.ts";

const WRONG = `{
	// made by hand
	"rules": [
		{ "id": "tests", "effect": "allow", "comand": "npm test" }
	]
}
`;
const RIGHT = WRONG.replace("comand", "command");
const DENIES = RIGHT.replace('"allow"', '"deny"').replace("npm test", "npm publish *");

const file = () => join(folder(0), ".gatepost", "policy.jsonc");
const uri = () => vscode.Uri.file(file());

async function write(text: string): Promise<void> {
	await mkdir(join(folder(0), ".gatepost"), { recursive: true });
	await writeFile(file(), text);
}

/** What Gatepost says of the file; the editor's own JSON support speaks for itself. */
function ours(of = uri()): vscode.Diagnostic[] {
	return vscode.languages.getDiagnostics(of).filter(({ source }) => source === "Gatepost");
}

/** Puts an answer of the tests in the place of a picker, for one call. */
async function answering<T>(
	name: "showInputBox" | "showQuickPick",
	answer: (given: never) => unknown,
	run: () => Thenable<T>,
) {
	const real = vscode.window[name];
	const put = (value: unknown) => Object.assign(vscode.window, { [name]: value });
	put(answer);
	try {
		return await run();
	} finally {
		put(real);
	}
}

describe("a policy file in the editor", () => {
	afterEach(async () => {
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		await rm(join(folder(0), ".gatepost"), { recursive: true, force: true });
		await until("nothing is said of a file that is gone", () => ours().length === 0);
	});

	it("shows a mistake at its place while it is typed, and forgets it when it is corrected", async () => {
		await write(RIGHT);
		const document = await vscode.workspace.openTextDocument(uri());
		await vscode.window.showTextDocument(document);
		await until("the document is the file", () => document.getText() === RIGHT);
		assert.equal(document.languageId, "jsonc");
		const at = document.positionAt(document.getText().indexOf("command"));
		const edit = new vscode.WorkspaceEdit();
		edit.replace(uri(), new vscode.Range(at, at.translate(0, "command".length)), "comand");
		assert(await vscode.workspace.applyEdit(edit));
		await until("the mistake is shown", () => ours().length > 0);
		const [problem] = ours();
		assert.equal(problem?.range.start.line, 3);
		assert.equal(document.getText(problem?.range), '"comand"');
		assert.equal(problem?.severity, vscode.DiagnosticSeverity.Error);
		assert.match(problem?.message ?? "", /comand.*command/);
		await vscode.commands.executeCommand("undo");
		await until("the mistake is forgotten", () => ours().length === 0);
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
	});

	it("shows the mistake of a file that nobody has open", async () => {
		await write(WRONG);
		await until("the mistake is shown", () => ours().length > 0);
		const [problem] = ours();
		assert.deepEqual(
			[problem?.range.start.line, problem?.range.start.character],
			[3, WRONG.split("\n")[3]?.indexOf('"comand"')],
		);
	});

	it("says nothing of a file of that name elsewhere", async () => {
		const other = join(folder(0), "policy.jsonc");
		await writeFile(other, WRONG);
		try {
			await vscode.window.showTextDocument(vscode.Uri.file(other));
			await write(WRONG);
			await until("the one in force is looked at", () => ours().length > 0);
			assert.deepEqual(ours(vscode.Uri.file(other)), []);
		} finally {
			await rm(other);
		}
	});

	it("completes members and values from the schema", async () => {
		const text = '{ "rules": [ { "id": "a", "effect": "" } ] }\n';
		await write(text);
		const document = await vscode.workspace.openTextDocument(uri());
		await vscode.window.showTextDocument(document);
		// The editor may have kept what the file held for an earlier test.
		await until("the document is the file", () => document.getText() === text);
		const place = document.positionAt(text.indexOf('""') + 1);
		let labels: string[] = [];
		await until(
			"the values are offered",
			async () => {
				const list = await vscode.commands.executeCommand<vscode.CompletionList>(
					"vscode.executeCompletionItemProvider",
					uri(),
					place,
				);
				labels = list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
				return labels.some((label) => label.includes("allow"));
			},
			20_000,
		);
		for (const value of ["allow", "ask", "deny"])
			assert(
				labels.some((label) => label.includes(value)),
				labels.join(),
			);
	});
});

describe('"Open Policy File"', () => {
	const user = join(gatepost, "policy.jsonc");

	afterEach(async () => {
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		await rm(join(folder(0), ".gatepost"), { recursive: true, force: true });
		await rm(user, { force: true });
	});

	/** Chooses the place of this path. */
	const choose = (path: string) =>
		answering(
			"showQuickPick",
			(rows: { detail: string }[]) => rows.find(({ detail }) => detail === path) ?? assert.fail(JSON.stringify(rows)),
			() => vscode.commands.executeCommand("gatepost.openPolicy"),
		);

	it("writes a file that allows nothing where there is none, and opens it", async () => {
		for (const path of [user, file()]) {
			await choose(path);
			assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, path);
			const lines = (await readFile(path, "utf8")).split("\n");
			const { rules } = JSON.parse(lines.filter((line) => !line.trim().startsWith("//")).join("\n"));
			assert.deepEqual(rules, []);
			assert.ok(
				lines.some((line) => line.includes('"effect": "deny"')),
				"the comments show rules",
			);
			// Those of an earlier content of the file go when it was read again.
			await until("nothing is wrong with it", async () => ours(vscode.Uri.file(path)).length === 0);
		}
		assert.equal(statSync(user).mode & 0o077, 0, "others may read the user's policy");
	});

	it("leaves a file that is there as it is", async () => {
		await write(RIGHT);
		await choose(file());
		assert.equal(await readFile(file(), "utf8"), RIGHT);
	});

	it("writes nothing when nothing is chosen", async () => {
		await answering(
			"showQuickPick",
			() => undefined,
			() => vscode.commands.executeCommand("gatepost.openPolicy"),
		);
		assert.equal(existsSync(file()), false);
		assert.equal(existsSync(user), false);
	});
});

describe('"Explain Command"', () => {
	afterEach(async () => {
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		await rm(join(folder(0), ".gatepost"), { recursive: true, force: true });
	});

	type Box = Required<Pick<vscode.InputBoxOptions, "validateInput">>;

	it("says while a line is typed what policy would decide, and then why", async () => {
		await write(DENIES);
		const said: Record<string, string> = {};
		await answering(
			"showInputBox",
			async ({ validateInput }: Box) => {
				for (const line of ["ls -la", "rm -rf build", "npm publish --tag next", "", "echo \u202ehi"]) {
					const word = await validateInput(line);
					said[line] = typeof word === "string" ? word : (word?.message ?? "");
				}
				return "npm publish --tag next";
			},
			() => vscode.commands.executeCommand("gatepost.explainCommand"),
		);
		assert.match(said["ls -la"] ?? "", /^Passes without a question/);
		assert.match(said["rm -rf build"] ?? "", /^Asks a person/);
		assert.match(said["npm publish --tag next"] ?? "", /^Is denied/);
		assert.equal(said[""], "");
		assert.doesNotMatch(said["echo \u202ehi"] ?? "", /\u202e/);
		const { document } = vscode.window.activeTextEditor ?? assert.fail("no document was opened");
		assert.equal(basename(document.uri.path), "explain.txt");
		const text = document.getText();
		assert(text.startsWith("    npm publish --tag next\n"), text);
		assert(text.includes(`${file()}:4`), text);
		assert(text.includes("tests"), text);
	});

	it("runs, records and answers nothing, and opens nothing without a line", async () => {
		const before = (await log(folder(0))).length;
		for (const line of [undefined, "", "  "]) {
			await answering(
				"showInputBox",
				() => line,
				() => vscode.commands.executeCommand("gatepost.explainCommand"),
			);
		}
		assert.deepEqual(tabsOf("gatepost-text"), []);
		await answering(
			"showInputBox",
			() => "touch made",
			() => vscode.commands.executeCommand("gatepost.explainCommand"),
		);
		assert.equal(existsSync(join(folder(0), "made")), false);
		assert.equal((await log(folder(0))).length, before);
	});
});
