// Real-shaped secrets in every place an agent, a person or a repository can reach: none is found in what the gate keeps,
// and the person still sees all of them on the card.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { redact } from "../../../src/actions/redact.ts";
import { collectSecrets, setSecretKey } from "../../../src/actions/redactDigests.ts";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { Maker, PLACED, randomOf, TOKENS } from "../../fixtures/secrets/samples.ts";
import { gatePlace, type Place, testGate } from "../../support/gateClient.ts";

after(() => setSecretKey(undefined));

/** All files of the home, evidence unpacked, by path. */
async function kept(at: Place): Promise<Map<string, string>> {
	const files = new Map<string, string>();
	for (const item of readdirSync(at.home, { recursive: true, withFileTypes: true })) {
		if (!item.isFile()) continue;
		const path = join(item.parentPath, item.name);
		const isEvidence = item.parentPath.endsWith("/evidence");
		const bytes = isEvidence ? await readEvidence(item.parentPath, item.name) : readFileSync(path);
		files.set(path, bytes.toString("utf8"));
	}
	return files;
}

test("samples of every kind in every place: none is in the home, and no digest of one is in the log", async (t) => {
	const at = gatePlace(t);
	setSecretKey(Buffer.alloc(32, 7));
	const gate = await testGate(t, { connected: true }, at);
	const secrets = new Map<string, string>();
	let seed = 0;
	/** Samples of all kinds, new ones at each call, and where they went. */
	const samples = (place: string): string => {
		const maker = new Maker(randomOf(1000 + ++seed));
		const texts: string[] = [];
		for (const [name, make] of Object.entries(TOKENS)) {
			const token = make(maker);
			secrets.set(token, `${name} in ${place}`);
			texts.push(`use "${token}" here`);
		}
		for (const [name, make] of Object.entries(PLACED)) {
			const { text, secrets: hidden } = make(maker);
			// Plain words may stand elsewhere, too.
			for (const one of hidden) if (one.length > 8) secrets.set(one, `${name} in ${place}`);
			texts.push(text);
		}
		return texts.join("\n");
	};
	const token = (place: string): string => {
		const value = (TOKENS["GitHub personal token"] as (maker: Maker) => string)(new Maker(randomOf(5000 + ++seed)));
		secrets.set(value, place);
		return value;
	};
	const session = "s1";
	await (await gate.call("SessionStart-startup", { session })).reply();
	await (await gate.call("UserPromptSubmit", { session, members: { prompt: samples("a prompt") } })).reply();
	await (
		await gate.call("UserPromptSubmit", { session, members: { prompt: `take \`${token("a quoted prompt")}\`` } })
	).reply();

	const command = samples("a command");
	const bash = await gate.call("PreToolUse-Bash", {
		session,
		members: { tool_input: { command, description: samples("a description") }, tool_use_id: "t1" },
	});
	const card = await gate.card();
	assert.equal(card.target, command, "the card shows the command as it is");
	gate.answer(card, "allow");
	await bash.reply();
	const output = { stdout: samples("a result"), stderr: `\`${token("a quoted result")}\``, code: 1 };
	await (
		await gate.call("PostToolUse-Bash", {
			session,
			members: { tool_input: { command }, tool_response: output, tool_use_id: "t1" },
		})
	).reply();

	const path = join(at.folder, `${token("a file's name")}.env`);
	writeFileSync(path, samples("the old file"));
	const content = samples("the new file");
	const write = await gate.call("PreToolUse-Write", {
		session,
		members: { tool_input: { file_path: path, content }, tool_use_id: "t2" },
	});
	const second = await gate.card();
	assert.ok(JSON.stringify(second).includes(JSON.stringify(content.split("\n")[0]).slice(1, -1)), "so does a diff");
	gate.answer(second, "deny", { reason: `no: ${samples("a reason")}`.slice(0, 1900) });
	await write.reply();
	const url = `https://ann:${token("a password in a path")}@example.org/x`;
	const read = await gate.call("PreToolUse-Bash", {
		session,
		members: { tool_name: "WebFetch", tool_input: { url, prompt: samples("a fetch") }, tool_use_id: "t3" },
	});
	gate.answer(await gate.card(), "deny");
	await read.reply();
	await (await gate.call("SessionEnd-other", { session })).reply();
	await gate.verified();

	const files = await kept(at);
	const found = [...secrets].flatMap(([secret, place]) =>
		[...files]
			.filter(([, text]) => [secret, JSON.stringify(secret).slice(1, -1)].some((one) => text.includes(one)))
			.map(([file]) => `${place}: ${file.slice(at.home.length)}`),
	);
	assert.ok(secrets.size > 1000);
	assert.deepEqual(found, []);

	const macs = collectSecrets(() => [...secrets.keys()].map((secret) => redact(`A_PASSWORD="${secret}"`))).secrets;
	assert.ok(macs.length >= 200);
	const log = [...files].filter(([file]) => !/secrets(?:\.old)?\.jsonl$/.test(file)).map(([, text]) => text);
	for (const { mac } of macs) assert.ok(!log.some((text) => text.includes(mac)), "a digest left the book");
	const books = [...files.keys()].filter((file) => file.endsWith("secrets.jsonl"));
	if (books.length === 0) t.diagnostic("this gate keeps no book of secrets");
	for (const book of books) assert.ok(existsSync(book) && /"mac":"[0-9a-f]{32}"/.test(files.get(book) ?? ""));
});
