import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { commandLine, policyCheck, policyExplain } from "../../../src/bin/policy.ts";
import { policyClassify } from "../../../src/bin/policyClassify.ts";
import { policyReplay, sinceTime } from "../../../src/bin/policyReplay.ts";
import { testGate } from "../../support/gateClient.ts";

let top: string;
let home: string;
let folder: string;
before(() => {
	top = realpathSync(mkdtempSync(join(tmpdir(), "bin-policy-")));
	home = join(top, "home");
	folder = join(top, "ws");
	mkdirSync(join(folder, ".gatepost"), { recursive: true });
});
after(() => rmSync(top, { recursive: true, force: true }));

function output(): { out: (text: string) => void; text: () => string } {
	let all = "";
	return {
		out: (text) => {
			all += text;
		},
		text: () => all,
	};
}

async function classified(
	lines: string,
): Promise<{ code: number; rows: { cmd: string | null; verdict: string; reason: string }[] }> {
	const { out, text } = output();
	const code = await policyClassify({ input: Readable.from([lines]), out, networkReads: false });
	return {
		code,
		rows: text()
			.split("\n")
			.filter((line) => line !== "")
			.map((line) => JSON.parse(line)),
	};
}

test("classify answers every line in order, and what is no command asks", async () => {
	const cmds = ["ls", "rm -rf /", "cat .env", "echo '\u2713\u2028'", "git status", "ls\ntouch x", ""];
	const { code, rows } = await classified(cmds.map((cmd) => JSON.stringify({ cmd })).join("\n"));
	assert.equal(code, 0);
	assert.deepEqual(
		rows.map(({ cmd }) => cmd),
		cmds,
	);
	assert.deepEqual(
		rows.map(({ verdict }) => verdict),
		["read-only", "ask", "ask", "ask", "read-only", "ask", "read-only"],
	);
	assert.ok(rows.every(({ reason }) => reason.length > 5 && !/[{}]/.test(reason)));
	const bad = await classified('{"cmd":3}\nnot json\n[]\n{"cmd":"ls"}\r\n');
	assert.equal(bad.code, 1);
	assert.deepEqual(
		bad.rows.map(({ cmd, verdict }) => [cmd, verdict]),
		[
			[null, "ask"],
			[null, "ask"],
			[null, "ask"],
			["ls", "read-only"],
		],
	);
});

const base = () => ({ home, folder, json: false, agent: "claude-code" });

test("explain says which rule, layer, file and line, and writes nothing", async () => {
	const file = join(folder, ".gatepost", "policy.jsonc");
	writeFileSync(
		file,
		'{\n\t"rules": [\n\t\t{ "id": "no", "effect": "deny", "command": "git push", "reason": "Not you." }\n\t]\n}\n',
	);
	const denied = output();
	assert.equal(await policyExplain({ ...base(), command: "git push origin", out: denied.out }), 1);
	assert.match(denied.text(), /Is denied.*\n.*Not you\. \(rule no\)/);
	assert.ok(denied.text().includes(`${file}:3`), denied.text());
	const passes = output();
	assert.equal(await policyExplain({ ...base(), command: "ls", out: passes.out }), 0);
	assert.match(passes.text(), /floor\.shell\.ls \(built in\)/);
	const tool = output();
	assert.equal(
		await policyExplain({
			...base(),
			tool: "Write",
			input: JSON.stringify({ file_path: "/x", content: "" }),
			out: tool.out,
		}),
		1,
	);
	await assert.rejects(policyExplain({ ...base(), tool: "Write", input: "{", out: tool.out }), /--json is not JSON/);
	await assert.rejects(
		policyExplain({ ...base(), folder: join(top, "none"), command: "ls", out: tool.out }),
		/Check --folder/,
	);
	const json = output();
	await policyExplain({ ...base(), json: true, command: "ls", out: json.out });
	assert.equal(JSON.parse(json.text()).verdict.ruleId, "floor.shell.ls");
	assert.throws(() => readdirSync(home), /ENOENT/, "no home is made by looking");
});

test("words behind -- become the line a shell would read them from", () => {
	assert.equal(commandLine(["ls -la | wc"]), "ls -la | wc");
	assert.equal(commandLine(["git", "commit", "-m", "it's done; rm x"]), "git commit -m 'it'\\''s done; rm x'");
});

test("check says every problem with its place", async () => {
	const file = join(folder, ".gatepost", "policy.jsonc");
	writeFileSync(file, '{ "rules": [ { "id": "a", "effect": "maybe" } ] }');
	const one = output();
	assert.equal(await policyCheck({ ...base(), file, out: one.out }), 1);
	assert.match(one.text(), /policy\.jsonc:1:\d+: error: /);
	const all = output();
	assert.equal(await policyCheck({ ...base(), out: all.out }), 1);
	writeFileSync(file, '{ "rules": [ { "id": "a", "effect": "allow", "command": "npm test" } ] }');
	const waiting = output();
	assert.equal(await policyCheck({ ...base(), out: waiting.out }), 0);
	assert.match(waiting.text(), /not accepted/);
});

test("replay tells what today's policy would have decided, and suggests rules for what was always allowed", async (t) => {
	const gate = await testGate(t, {});
	const call = async (command: string, verdict: "allow" | "deny") => {
		const members = { tool_input: { command, description: "d" } };
		const one = await gate.call("PreToolUse-Bash", { toolUseId: randomUUID(), members });
		gate.answer(await gate.card(), verdict);
		await one.reply();
	};
	for (let times = 0; times < 3; times += 1) await call("npm test", "allow");
	await call("git push origin main", "deny");
	const { home: gateHome, folder: root } = gate.place;
	const options = { home: gateHome, folder: root, json: false, since: "1d" };
	const first = output();
	assert.equal(await policyReplay({ ...options, out: first.out }), 0);
	assert.match(first.text(), /4 actions since .*: 4 would be decided as they were/);
	assert.match(first.text(), /\{"id":"often-npm-test","effect":"allow","command":"npm test"\} {2}\(3 times\)/);
	mkdirSync(join(root, ".gatepost"), { recursive: true });
	writeFileSync(
		join(root, ".gatepost", "policy.jsonc"),
		'{ "rules": [ { "id": "no-tests", "effect": "deny", "command": "npm test" } ] }',
	);
	const stricter = output();
	await policyReplay({ ...options, out: stricter.out });
	assert.match(stricter.text(), /A person was asked, would be denied now: 3/);
	const json = output();
	await policyReplay({ ...options, json: true, out: json.out });
	assert.equal(
		json
			.text()
			.split("\n")
			.filter((line) => line.includes('"asked-denied"')).length,
		3,
	);
});

test("--since takes days, hours and dates, and says so", () => {
	assert.equal(sinceTime("2d", 200_000_000), 200_000_000 - 2 * 86_400_000);
	assert.equal(sinceTime("3h", 20_000_000), 20_000_000 - 3 * 3_600_000);
	assert.equal(sinceTime("2026-01-31", 0), Date.parse("2026-01-31"));
	assert.throws(() => sinceTime("soon", 0), /--since is like/);
});
