// Policy through real parts: a session of more than thirty mixed calls by the real Claude Code in a real VS Code asks for
// exactly the ones it should. What is asked is answered by real clicks; a policy file is accepted and a rule granted there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Frame, Page } from "playwright-core";
import { runHeadless } from "../support/claude/headless.ts";
import { skipRealClaude } from "../support/claude/install.ts";
import { toolUseId } from "../support/claude/modelServer.ts";
import type { ScriptedTool } from "../support/claude/script.ts";
import { click, editorStage, openCard, requests, until } from "../support/editorStage.ts";
import { bash, exists } from "../support/gateStage.ts";
import { screenshot } from "../support/host/browser.ts";
import { logEntries, logVerify } from "../support/log.ts";

const skip = skipRealClaude();

/** What is expected of a call: it passes by the floor, a rule or a grant, is denied by a rule, or is asked. */
type Expected = "passes" | "denied" | "asks";

interface Call {
	tool: ScriptedTool;
	expected: Expected;
	/** What a sub-agent does on the way. */
	inside?: string[];
	/** On its card. */
	text?: string;
	/** How it is answered; denied by default. */
	answer?: "allow" | "grant";
	/** Done before the card is answered. */
	before?: (page: Page, frame: Frame) => Promise<void>;
}

const POLICY = `{
	// What a team might write down.
	"rules": [
		{ "id": "no-push", "effect": "deny", "command": "git push *", "reason": "Pushing is for people." },
		{ "id": "look-at-plans", "effect": "ask", "path": "docs/**" },
		{ "id": "tests", "effect": "allow", "command": "npm test" }
	]
}
`;

function passes(...commands: string[]): Call[] {
	return commands.map((command) => ({ tool: bash(command), expected: "passes" }));
}

function asks(command: string, more: Partial<Call> = {}): Call {
	return { tool: bash(command), expected: "asks", text: command, ...more };
}

function calls(cwd: string): Call[] {
	const read = (path: string) => ({ name: "Read", input: { file_path: path } });
	return [
		...passes(
			"ls -la",
			"git status && git log --oneline -3",
			"grep -rn TODO src | head -5",
			"find . -name '*.ts' | xargs wc -l",
			'for f in src/*.ts; do head -3 "$f"; done',
			"cat package.json | grep name",
			"sed -n '1,5p' src/a.ts",
			"awk '{print $1}' src/a.ts | sort | uniq -c",
			"node --version; uname -a; pwd",
			"[ -f src/a.ts ] && echo yes || echo no",
			"ls /usr/bin | head -3",
			"cat /etc/hostname 2>/dev/null",
			'echo "✓ $(git rev-parse --abbrev-ref HEAD)"',
			"wc -l src/*.ts; date +%F",
		),
		{ tool: read(join(cwd, "src/a.ts")), expected: "passes" },
		{
			tool: {
				name: "Agent",
				input: { description: "look", prompt: "[script:look] Look", subagent_type: "general-purpose" },
			},
			expected: "passes",
			inside: ["passes Bash ls src"],
		},
		{
			tool: { name: "Edit", input: { file_path: join(cwd, "src/a.ts"), old_string: "a = 1", new_string: "a = 2" } },
			expected: "asks",
			text: "src/a.ts",
		},
		{
			tool: { name: "WebFetch", input: { url: "https://example.com/x", prompt: "what" } },
			expected: "asks",
			text: "example.com",
		},
		asks("cat .env"),
		asks("touch evil.txt"),
		asks("sort -o evil.txt src/a.ts"),
		asks("echo hi > evil.txt"),
		asks("ls; cat src/a.ts | tee evil.txt"),
		asks("git diff --output=evil.txt"),
		asks("find . -name '*.ts' -delete"),
		{ tool: read(join(cwd, "..", "elsewhere.txt")), expected: "asks", text: "elsewhere.txt" },
		{ tool: read(join(cwd, "docs/plan.md")), expected: "asks", text: "docs/plan.md" },
		{
			tool: { name: "Write", input: { file_path: join(cwd, "evil.txt"), content: "x" } },
			expected: "asks",
			text: "evil.txt",
		},
		{ tool: bash("git push origin main"), expected: "denied" },
		{ tool: bash("cd src && git -C .. push --force"), expected: "denied" },
		// Its allow rule does not count yet; while it waits, the person accepts the file, which counts from the next call on.
		asks("npm test", { before: acceptPolicy }),
		...passes("npm test"),
		asks("npm run build", { answer: "grant" }),
		...passes("npm run build"),
		// What the grant rests on has changed.
		{
			tool: { name: "Write", input: { file_path: join(cwd, "package.json"), content: '{"name":"x"}\n' } },
			expected: "asks",
			text: "package.json",
			answer: "allow",
		},
		asks("npm run build"),
	];
}

/** Opens the policy file that waits, has all of it in view, and accepts it. */
async function acceptPolicy(page: Page, frame: Frame): Promise<void> {
	await frame.getByRole("button", { name: "Look at it" }).click();
	const accept = frame.locator("button.accept, .accept");
	await accept.first().waitFor();
	await frame.locator(".policy-text").first().hover();
	for (let step = 0; step < 50 && (await frame.getByText("All of it was shown.").count()) === 0; step += 1) {
		await page.mouse.wheel(0, 120);
		await page.waitForTimeout(60);
	}
	await screenshot(page, "editor-policy-file");
	await accept.first().scrollIntoViewIfNeeded();
	await accept.first().hover();
	await page.waitForTimeout(700);
	await accept.first().click();
	await frame.getByText(/accepted by you/).waitFor();
}

/** Allows for the session, with the narrowest rule. */
async function grant(page: Page, card: Awaited<ReturnType<typeof openCard>>): Promise<void> {
	await card.getByRole("button", { name: /more/i }).click();
	await card.getByRole("menuitem", { name: /for this session/i }).click();
	const button = card.locator(".do-grant");
	await button.waitFor();
	await card.getByText(/In the last 30 days/).waitFor();
	await card
		.getByText(/package\.json/)
		.first()
		.waitFor();
	await screenshot(page, "editor-grant");
	await button.scrollIntoViewIfNeeded();
	await button.hover();
	await page.waitForTimeout(700);
	await button.click();
	await page.mouse.move(900, 300);
}

test("a session of mixed calls asks exactly for those it should", { skip, timeout: 300_000 }, async (t) => {
	let script: Call[] = [];
	const set = await editorStage(
		t,
		(cwd) => {
			script = calls(cwd);
			return {
				turns: [...script.map(({ tool }) => ({ tools: [tool] })), { text: "all done" }],
				agents: { look: [{ tools: [bash("ls src")] }, { text: "looked" }] },
			};
		},
		{ prepare: prepareProject },
	);
	assert.ok(script.length > 30);
	const { page } = set;
	const frame = await requests(page);
	const run = await runHeadless({ ...set, prompt: "Please look around", mode: "bypassPermissions" });
	set.finally(() => run.kill("SIGKILL"));

	for (const { text = "", answer, before } of script.filter(({ expected }) => expected === "asks")) {
		const card = await openCard(frame, text, 60_000);
		await before?.(page, frame);
		if (answer === "grant") await grant(page, card);
		else await click(page, frame, card, answer ?? "deny");
		await card.waitFor({ state: "detached", timeout: 10_000 }).catch(() => undefined);
	}
	assert.equal((await run.done).stdout, "all done\n");
	assert.equal(await exists(join(set.cwd, "evil.txt")), false, "nothing that was denied has run");

	const entries = await logEntries(set.gatepost, set.cwd);
	const decided = new Map(
		entries.filter(({ type }) => type === "action.decided").map(({ body }) => [body.request, body]),
	);
	const got = entries
		.filter(({ type }) => type === "action.requested")
		.map(({ body }) => {
			const { decision } = decided.get(body.request) ?? {};
			const how = decision?.by === "person" ? "asks" : decision?.verdict === "allow" ? "passes" : "denied";
			return `${how} ${body.tool} ${body.claimed.input.command ?? ""}`;
		});
	const wanted = script.flatMap(({ tool, expected, inside = [] }) => {
		return [`${expected} ${tool.name} ${tool.input.command ?? ""}`, ...inside];
	});
	// A sub-agent works beside its session.
	assert.deepEqual(got.sort(), wanted.sort());

	// What decided is named: rule, and for the denied ones the reason that the model read.
	const rules = [...decided.values()]
		.filter(({ decision }) => decision.by === "rule")
		.map(({ decision }) => decision.ruleId);
	for (const rule of ["no-push", "tests", "floor.read"]) assert.ok(rules.includes(rule), rule);
	assert.ok(rules.some((rule: string) => rule.startsWith("floor.shell.")));
	const push = script.findIndex(({ tool }) => tool.input.command === "git push origin main");
	assert.match((await set.model.toolResult(toolUseId("main", push))).text, /Pushing is for people\./);
	const of = (type: string) => entries.filter((entry) => entry.type === type);
	assert.equal(of("policy.accepted").length, 1);
	assert.equal(of("grant.added").length, 1);
	assert.equal(of("coverage.gap").length + of("digest.mismatch").length, 0);
	const verified = await logVerify(set.gatepost, set.cwd);
	assert.equal(verified.code, 0, verified.text);
	await until("the view has settled", async () => (await frame.locator("[data-card] .bar .buttons").count()) === 0);
	await screenshot(page, "editor-policy-after");
});

async function prepareProject(cwd: string): Promise<void> {
	for (const folder of ["src", "docs", ".gatepost"]) await mkdir(join(cwd, folder), { recursive: true });
	const scripts = { test: "node -e 0", build: "node -e 0" };
	await writeFile(join(cwd, "package.json"), JSON.stringify({ name: "x", scripts }, undefined, "\t"));
	await writeFile(join(cwd, "src/a.ts"), "export const a = 1; // TODO: more\n");
	await writeFile(join(cwd, "src/b.ts"), "export const b = 2;\n");
	await writeFile(join(cwd, "docs/plan.md"), "# Plan\n");
	await writeFile(join(cwd, ".env"), "KEY=abc\n");
	await writeFile(join(cwd, ".gatepost/policy.jsonc"), POLICY);
	const git = (...args: string[]) =>
		execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd });
	git("init", "-q", "-b", "main");
	git("add", "src", "package.json");
	git("commit", "-q", "-m", "one");
}
