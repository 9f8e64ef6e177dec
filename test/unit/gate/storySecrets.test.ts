// No secret stays: planted in every place an agent or a repository can reach, none is found in what the gate keeps.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { gatePlace, type Place, submitFor, testGate } from "../../support/gateClient.ts";

const planted = new Map<string, string>();

/** A secret of its own for each place, so that what is found says where it was. */
function secret(place: string): string {
	const value = `ghp_${String(planted.size).padStart(4, "0")}abcdefghijklmnopqrstuvwxyzABCDEFGH`;
	planted.set(value, place);
	return value;
}

/** Everything below the log's folders, evidence unpacked, in every encoding a secret may have been in. */
async function kept(at: Place): Promise<string> {
	const root = join(at.home, "workspaces");
	const texts: string[] = [];
	for (const item of readdirSync(root, { recursive: true, withFileTypes: true })) {
		if (!item.isFile()) continue;
		const path = join(item.parentPath, item.name);
		const bytes = item.parentPath.endsWith("/evidence")
			? await readEvidence(item.parentPath, item.name)
			: readFileSync(path);
		texts.push(path, bytes.toString("latin1"), bytes.toString("utf16le"));
	}
	return texts.join("\n");
}

test("no secret of an agent, its person or its repository is in the log or in the evidence", async (t) => {
	planted.clear();
	const at = gatePlace(t);
	const { folder } = at;
	mkdirSync(join(folder, ".git"));
	writeFileSync(join(folder, ".git/HEAD"), `ref: refs/heads/${secret("branch")}\n`);
	mkdirSync(join(folder, ".claude"));
	const hook = { matcher: "*", hooks: [{ type: "command", command: `notify --token ${secret("foreign hook")}` }] };
	writeFileSync(join(folder, ".claude/settings.json"), JSON.stringify({ hooks: { PreToolUse: [hook] } }));
	const files = {
		"utf8.txt": Buffer.from(`key ${secret("file")}\n`),
		"wide.txt": Buffer.from(`\ufeffkey ${secret("UTF-16 file")}\r\n`, "utf16le"),
		"binary.bin": Buffer.from(`\0\x01 ${secret("binary file")} \xff`, "latin1"),
	};
	for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);

	const gate = await testGate(t, { connected: true }, at);
	const common = {
		transcript_path: `/t/${secret("transcript")}.jsonl`,
		cwd: `${folder}/${secret("cwd")}`,
		prompt_id: secret("prompt id"),
		permission_mode: secret("mode"),
		agent_id: secret("sub-agent"),
	};
	const session = secret("session");
	const named = submitFor(at, "PreToolUse-Bash", { session }).env as Record<string, string>;
	const env = { ...named, TERM_PROGRAM: secret("environment") };
	const call = (payload: string, members = {}, submit = {}) =>
		gate.call(payload, { session, members: { ...common, ...members }, submit: { env, ...submit } });

	await (await call("SessionStart-startup", { source: secret("source"), model: secret("model") })).reply();
	await (await call("UserPromptSubmit", { prompt: `publish with ${secret("prompt")} please` })).reply();
	const input = {
		command: `curl -H "X-Api-Key: ${secret("header")}" https://u:${secret("URL")}@example.com`,
		description: `sends ${secret("description")}`,
		[secret("member")]: 1,
	};
	const bash = await call("PreToolUse-Bash", { tool_input: input, tool_use_id: secret("tool_use_id") });
	gate.answer(await gate.card(), "deny", { reason: `not ${secret("reason")}` });
	await bash.reply();
	const tool = { tool_name: `mcp__srv-${secret("tool")}`, tool_input: { list: ["--token", secret("list")] } };
	const mcp = await call("PreToolUse-Bash", tool);
	gate.answer(await gate.card(), "allow");
	await mcp.reply();
	const response = { tool_response: { text: secret("result"), long: `${"x ".repeat(4000)}${secret("long result")}` } };
	await (await call("PostToolUse-Bash", { ...tool, ...response })).reply();
	await (await call("PostToolUseFailure-Bash", { error: secret("error"), tool_use_id: "unseen" })).reply();
	for (const name of Object.keys(files)) {
		const content = `new ${secret(`new ${name}`)}\n`;
		const write = await call("PreToolUse-Write", {
			tool_input: { file_path: join(folder, name), content },
			tool_use_id: name,
		});
		gate.answer(await gate.card(), "deny");
		await write.reply();
	}
	const long = await call("PreToolUse-Bash", {
		tool_input: { command: `echo ${secret("long input")} ${"x ".repeat(200_000)}` },
		tool_use_id: "long",
	});
	gate.answer(await gate.card(), "deny");
	await long.reply();
	await (await call("PreToolUse-AskUserQuestion", { tool_input: { questions: [secret("question")] } })).reply();
	const settings = {
		hook_event_name: "ConfigChange",
		source: "user_settings",
		file_path: `/${secret("settings file")}`,
	};
	await (await call("Stop", settings)).reply();
	await (await call("PreToolUse-Bash", {}, { root: `/${secret("root")}` })).reply();
	await (await call("SessionEnd-other", { reason: secret("end") })).reply();

	await gate.verified();
	const text = await kept(at);
	assert.match(text, /session\.started/);
	assert.match(text, /\[redacted:/);
	const found = [...planted].filter(([value]) => text.includes(value)).map(([, place]) => place);
	assert.deepEqual(found, []);
});

test("what is masked stays on the card: the person must see what would run", async (t) => {
	const gate = await testGate(t);
	const command = `curl -H "X-Api-Key: ${secret("card")}" https://example.com`;
	await gate.call("PreToolUse-Bash", { members: { tool_input: { command } } });
	assert.equal((await gate.card()).target, command);
});
