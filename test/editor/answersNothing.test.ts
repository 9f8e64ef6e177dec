// Invariant 3 against what any other extension can do: run commands, open links, show and press notifications and quick
// picks. While a request waits all of it is tried, and nothing may answer. That the tries reach their target is shown
// first, with a notification and a quick pick of the tests' own.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { type HookCall, writeCall } from "../support/hookCall.ts";
import { until } from "../support/until.ts";
import {
	extension,
	folder,
	gatepost,
	held,
	home,
	log,
	setNotifying,
	settlesSoon,
	side,
	story,
	tabsOf,
	waiting,
} from "./stage.ts";

const SHOWN = "0".repeat(64);

/** What a program might hope that a command takes. */
function hopefulArguments(request: string): unknown[][] {
	const shown = { digest: SHOWN, extent: "whole", ms: 60_000 };
	return [
		[],
		[request],
		[request, "allow"],
		[{ id: request, verdict: "allow" }],
		[{ type: "answer", id: request, verdict: "allow", gesture: "pointer", shown }],
		[{ request, decision: { by: "person", verdict: "allow" } }],
	];
}

/** And what it might hope to get accepted, granted or revoked. */
function hopefulRules(request: string): unknown[][] {
	const shown = { digest: policyDigest, extent: "whole", ms: 60_000 };
	return [
		[{ type: "answer", id: request, verdict: "allow", gesture: "pointer", shown, grant: GRANT }],
		[request, GRANT],
		[{ type: "acceptPolicy", layer: "workspace", file: policyFile(), sha256: policyDigest, shown }],
		["workspace", policyFile(), policyDigest],
		[{ type: "revokeGrant", grant: GRANTED }],
		[GRANTED],
	];
}

const GRANT = { lasts: { for: "always" }, rule: { member: "path", patterns: ["**"] } };

/** A file of a hostile repository: it would let the waiting request pass, and whatever comes. */
const POLICY =
	'{ "rules": [{ "id": "all", "effect": "allow", "kind": ["write", "edit"], "path": ["*", "src/**"] }] }\n';
const policyDigest = createHash("sha256").update(POLICY).digest("hex");
const policyFile = () => join(folder(0), ".gatepost", "policy.jsonc");
/** The person's own file, with a rule as a grant writes it. */
const GRANTED = "always-write-1a2b";
const USER_POLICY = `{ "rules": [{ "id": "${GRANTED}", "effect": "allow", "kind": "write", "path": "docs/**" }] }\n`;
const userPolicy = join(gatepost, "policy.jsonc");

/** Goes down the list that has the focus and presses each row's first button. */
const DOWN: string[] = ["list.focusFirst", "notification.acceptPrimaryAction"].concat(
	...Array.from({ length: 4 }, () => ["list.focusDown", "list.select", "notification.acceptPrimaryAction"]),
);

/**
 * Everything that presses, accepts or selects whatever is on screen, in an order that reaches each notification. VS Code
 * with its smoke test driver on draws no toasts, so there it is the list of notifications that counts.
 */
const PRESSES: (string | [string, ...unknown[]])[] = [
	"notifications.focusToasts",
	"notification.acceptPrimaryAction",
	"notifications.focusFirstToast",
	"notification.acceptPrimaryAction",
	"notifications.focusNextToast",
	"notification.acceptPrimaryAction",
	"notifications.focusLastToast",
	"notification.acceptPrimaryAction",
	"list.select",
	"notification.expand",
	"notification.toggle",
	"notifications.showList",
	...DOWN,
	"list.expand",
	"notifications.toggleList",
	"notifications.showList",
	...DOWN,
	"notifications.hideList",
	"notifications.hideToasts",
	"workbench.action.focusSideBar",
	"list.focusFirst",
	"list.select",
	"list.toggleExpand",
	"list.selectAll",
	"workbench.action.quickOpenSelectNext",
	"workbench.action.quickOpenSelectPrevious",
	"workbench.action.acceptSelectedQuickOpenItem",
	"workbench.action.quickOpenNavigateNext",
	"workbench.action.quickPickManyToggle",
	"quickInput.accept",
	"quickInput.acceptInBackground",
	"quickInput.first",
	"quickInput.next",
	"workbench.action.closeQuickOpen",
	["type", { text: "\n" }],
	["default:type", { text: "\n" }],
	"acceptSelectedSuggestion",
];

/** Runs a command, known here or not, and waits for its end for a moment only: some wait for a person. */
async function tryCommand(id: string, ...args: unknown[]): Promise<void> {
	await settlesSoon(vscode.commands.executeCommand(id, ...args), 500);
}

async function press(): Promise<void> {
	for (const step of PRESSES) await (typeof step === "string" ? tryCommand(step) : tryCommand(...step));
}

describe("no command, link, notification or quick pick answers a request", () => {
	let call: HookCall;
	let request = "";
	let path = "";

	before(async () => {
		await setNotifying(true);
		// The notification comes only while the view is hidden.
		await vscode.commands.executeCommand("workbench.view.explorer");
		await mkdir(join(folder(0), ".gatepost"), { recursive: true });
		await writeFile(policyFile(), POLICY);
		await writeFile(userPolicy, USER_POLICY);
		path = join(folder(0), "unanswered.txt");
		call = writeCall(home, folder(0), "unanswered.txt", "never\n");
		request = await held(call, folder(0));
	});

	after(async () => {
		await call.kill();
		await until("no card is left", async () => (await waiting()) === 0);
		await vscode.commands.executeCommand("gatepost.pending.focus");
		await rm(join(folder(0), ".gatepost"), { recursive: true, force: true });
		await rm(userPolicy, { force: true });
	});

	afterEach(async () => {
		await stillWaits();
	});

	/** The hook waits, its card is up, and nothing was decided. */
	async function stillWaits(): Promise<void> {
		assert(call.isWaiting(), "the hook was answered");
		assert.equal(await waiting(), 1, "the card is gone");
		const after = await vscode.workspace.fs.readFile(side(request, "after", path));
		assert.equal(String(after), "never\n", "the proposed change is gone");
		const types = (await story(call, folder(0))).map(({ type }) => type);
		assert.deepEqual(types, ["action.requested"]);
		assert.equal(existsSync(path), false);
	}

	it("although these tests do press the buttons of notifications", async function () {
		this.timeout(60_000);
		const pressed = vscode.window.showInformationMessage("A notification of the tests", "Allow", "Deny");
		// Newer ones, as the progress notification may be, do not hide it from them.
		void vscode.window.showInformationMessage("A newer one without a button");
		void vscode.window.showInformationMessage("Another one");
		await press();
		assert(await settlesSoon(pressed), "no button was pressed");
		assert.equal(await pressed, "Allow");
	});

	it("although these tests do accept quick picks", async () => {
		for (const accept of ["workbench.action.acceptSelectedQuickOpenItem", "quickInput.accept"]) {
			const known = (await vscode.commands.getCommands()).includes(accept);
			// `quickInput.accept` came after 1.105.
			if (!known) continue;
			const picked = vscode.window.showQuickPick(["Allow", "Deny"]);
			await until("the row is picked", async () => {
				await tryCommand(accept);
				return settlesSoon(picked, 200);
			});
			assert.equal(await picked, "Allow");
		}
	});

	it("by pressing whatever is on screen, with the progress notification up", async function () {
		this.timeout(60_000);
		await press();
	});

	it("by taking the progress notification away", async () => {
		for (const id of ["notifications.showList", "notification.clear", "notifications.clearAll"]) await tryCommand(id);
	});

	it("by pressing whatever is on screen, with the Requests view open and focused", async function () {
		this.timeout(60_000);
		await vscode.commands.executeCommand("gatepost.pending.focus");
		await press();
		await vscode.commands.executeCommand("gatepost.pending.focus");
		for (const id of ["list.select", "list.focusDown", "quickInput.accept"]) await tryCommand(id);
	});

	it("by any command that has to do with Gatepost, whatever it is given", async function () {
		this.timeout(120_000);
		const ours = (await vscode.commands.getCommands(false)).filter((id) => /gatepost/i.test(id));
		for (const known of ["gatepost.review", "gatepost.pending.focus", "gatepost.sessions.focus"]) {
			assert(ours.includes(known), `${known} is not among ${ours}`);
		}
		const contributed = extension().packageJSON.contributes.commands.map(({ command }: { command: string }) => command);
		const own = ours.filter((id) => id.startsWith("gatepost.") && !/^gatepost\.(pending|sessions)\./.test(id));
		assert.deepEqual(own.sort(), contributed.sort(), "a command that package.json does not show");
		// While all is paused no allow is taken anyway: that command comes after everything else.
		for (const id of ours.filter((one) => one !== "gatepost.pause")) {
			const rules = own.includes(id) ? hopefulRules(request) : [];
			for (const args of [...hopefulArguments(request), ...rules]) await tryCommand(id, ...args);
			// A quick pick or notification of theirs is accepted at once, as an attacker would.
			for (const accept of ["workbench.action.acceptSelectedQuickOpenItem", "notifications.focusToasts"]) {
				await tryCommand(accept);
			}
			await tryCommand("notification.acceptPrimaryAction");
		}
		await press();
	});

	it("by those commands either open a diff", () => {
		assert.deepEqual(tabsOf("gatepost"), []);
	});

	it("nor do they connect, change or disconnect an agent", () => {
		assert.equal(existsSync(join(home, ".claude/settings.json")), false);
	});

	it("by a command that no one has registered but someone may guess", async () => {
		const guesses = [
			"allow",
			"answer",
			"approve",
			"accept",
			"decide",
			"resume",
			"unpause",
			"grant",
			"pending.allow",
		].concat([
			"acceptPolicy",
			"policy.accept",
			"grantAlways",
			"addGrant",
			"revoke",
			"revokeGrant",
			"setPolicy",
			"addRule",
		]);
		for (const guess of guesses) {
			const run = async () => vscode.commands.executeCommand(`gatepost.${guess}`, request, "allow");
			await assert.rejects(run, /not found/, guess);
		}
	});

	it("by a link to the extension", async () => {
		for (const scheme of [vscode.env.uriScheme, "vscode", "vscode-insiders", "cursor", "code-oss"]) {
			for (const what of [`allow?id=${request}`, `answer?id=${request}&verdict=allow`, request]) {
				const uri = vscode.Uri.parse(`${scheme}://gatepost.gatepost/${what}`);
				await settlesSoon(vscode.env.openExternal(uri), 300);
				await tryCommand("vscode.open", uri);
			}
		}
		// Nobody could be listening: the API through which links come in is not in the program.
		const dist = join(extension().extensionPath, "dist");
		const files = (await readdir(dist)).filter((name) => name.endsWith(".cjs"));
		const program = (await Promise.all(files.map((name) => readFile(join(dist, name), "utf8")))).join("");
		assert(program.includes("registerWebviewViewProvider"), "this is the program");
		assert(!program.includes("registerUriHandler"));
	});

	it("by anything that the extension exports", () => {
		assert.equal(extension().exports, undefined);
	});

	it("by writing to its documents or sending keys to an editor on them", async () => {
		await vscode.window.showTextDocument(side(request, "after", path), { preview: true });
		for (const id of ["type", "default:type"]) await tryCommand(id, { text: "allow\n" });
		for (const id of ["editor.action.acceptInlineSuggestion", "workbench.action.files.save"]) await tryCommand(id);
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
	});

	it("by the command that pauses, whatever it is given, run last because no command resumes", async () => {
		for (const args of hopefulArguments(request)) await tryCommand("gatepost.pause", ...args);
	});

	it("and no answer is in the log, not even a late one", async () => {
		const types = new Set((await log(folder(0))).map(({ type }) => type));
		assert(!types.has("answer.late"), "an answer was tried");
		for (const type of ["grant.added", "grant.revoked", "policy.accepted"]) assert(!types.has(type), type);
	});

	it("nor is a policy file accepted, changed or taken away", async () => {
		assert.equal(existsSync(join(gatepost, "policy-accepted.json")), false);
		assert.equal(await readFile(policyFile(), "utf8"), POLICY);
		assert.equal(await readFile(userPolicy, "utf8"), USER_POLICY);
	});
});
