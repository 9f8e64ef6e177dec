import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { WebSocketServer } from "ws";
import { gateProof } from "../../../src/gate/authenticate.ts";
import { markRestarting, newEntry, writeEntry } from "../../../src/gate/registry.ts";
import { PROOF_HEADER } from "../../../src/protocol/hookWire.ts";
import { removeBundle } from "./bundle.ts";
import { ALLOW, event, type Place, place, runHook } from "./support.ts";

after(removeBundle);

function outbox(at: Place): string[] {
	const dir = join(at.home, "outbox");
	return existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : [];
}

test("without a gate, what would run is refused, with the folder and how to start a gate", async (t) => {
	const at = place(t);
	const inputs = [event(), event({ hook_event_name: "ConfigChange" }), "", "garbage", "{}", Buffer.from([0xff]), "[1]"];
	for (const input of inputs) {
		const { code, stdout, stderr } = await (await runHook(t, at, { input })).done;
		assert.deepEqual({ code, stdout }, { code: 2, stdout: "" }, String(input));
		assert.ok(stderr.includes(`gatepost serve --folder ${at.folder}`), stderr);
	}
	assert.deepEqual(outbox(at), []);
});

test("without a gate, the agent's own prompt is left alone", async (t) => {
	const at = place(t);
	const hook = await runHook(t, at, { input: event({ hook_event_name: "PermissionRequest" }) });
	assert.deepEqual(await hook.done, { code: 0, signal: null, stdout: "", stderr: "" });
});

test("without a gate, plain reads go on, and other reads do not", async (t) => {
	const at = place(t);
	const env = { CLAUDE_CODE_ENTRYPOINT: "cli" };
	writeFileSync(join(at.folder, "a"), "");
	writeFileSync(join(at.folder, ".env"), "");
	const read = (file_path: string) => event({ tool_name: "Read", tool_input: { file_path } });
	const plain = await runHook(t, at, { env, input: read(join(at.folder, "a")) });
	assert.deepEqual(await plain.done, { code: 0, signal: null, stdout: "", stderr: "" });
	const sensitive = await runHook(t, at, { env, input: read(join(at.folder, ".env")) });
	assert.equal((await sensitive.done).code, 2);
});

test("without a gate, events that only report are kept as private files and disturb nobody", async (t) => {
	const at = place(t);
	for (const name of ["PostToolUse", "Stop", "SessionEnd"]) {
		const input = event({ hook_event_name: name });
		const hook = await runHook(t, at, { input, env: { CI: "1", ANTHROPIC_API_KEY: "secret" } });
		assert.deepEqual(await hook.done, { code: 0, signal: null, stdout: "", stderr: "" }, name);
		const files = outbox(at);
		assert.equal(files.length, 1, name);
		const [file = ""] = files;
		assert.equal(statSync(file).mode & 0o777, 0o600);
		assert.equal(statSync(join(at.home, "outbox")).mode & 0o777, 0o700);
		const { submit, v, time } = JSON.parse(readFileSync(file, "utf8"));
		assert.equal(v, 1);
		assert.ok(Math.abs(Date.now() - Date.parse(time)) < 60_000);
		assert.equal(Buffer.from(submit.payload, "base64").toString(), input);
		assert.deepEqual(submit.env, { CI: "1", CLAUDE_PROJECT_DIR: at.folder });
		rmSync(file);
	}
});

test("of an event that is too large to keep, only that it was is kept", async (t) => {
	const at = place(t);
	const input = event({ hook_event_name: "PostToolUse", tool_response: "x".repeat(200_000) });
	assert.equal((await (await runHook(t, at, { input })).done).code, 0);
	const [file = ""] = outbox(at);
	const { submit, leftOut } = JSON.parse(readFileSync(file, "utf8"));
	assert.deepEqual([submit.payload, leftOut], ["", input.length]);
	assert.ok(statSync(file).size < 10_000);
});

test("a full outbox takes no more, and the agent is not disturbed by it", async (t) => {
	const at = place(t);
	const dir = join(at.home, "outbox");
	mkdirSync(dir, { mode: 0o700 });
	for (let i = 0; i < 500; i += 1) writeFileSync(join(dir, `${i}.json`), "");
	const { code, stdout, stderr } = await (await runHook(t, at, { input: event({ hook_event_name: "Stop" }) })).done;
	assert.deepEqual({ code, stdout }, { code: 0, stdout: "" });
	assert.match(stderr, /full/);
	assert.equal(readdirSync(dir).length, 500);
});

test("an event that only reports does not wait for a gate that restarts", async (t) => {
	const at = place(t);
	markRestarting(at.home, newEntry({ folders: [at.folder], editor: "Cursor", port: 1 }));
	const hook = await runHook(t, at, { input: event({ hook_event_name: "SessionEnd" }) });
	assert.equal((await hook.done).code, 0);
	assert.equal(outbox(at).length, 1);
});

test("a gate that does not listen any more is refused and its entry removed", async (t) => {
	const at = place(t);
	// A port that nothing gets by chance while the test runs.
	const port = 1;
	const entry = newEntry({ folders: [at.folder], editor: "Cursor", port });
	writeEntry(at.home, entry);
	const { code } = await (await runHook(t, at)).done;
	assert.equal(code, 2);
	assert.equal(existsSync(join(at.home, "gates", `${entry.id}.json`)), false);
});

test("who takes connections and drops them is refused in the end, and its entry stays", async (t) => {
	const at = place(t);
	let connections = 0;
	const server = createServer((socket) => {
		connections += 1;
		socket.on("error", () => undefined);
		socket.destroy();
	}).listen(0, "127.0.0.1");
	t.after(() => server.close());
	await once(server, "listening");
	const entry = newEntry({ folders: [at.folder], editor: "Cursor", port: (server.address() as { port: number }).port });
	writeEntry(at.home, entry);
	const { code, stdout } = await (await runHook(t, at)).done;
	assert.deepEqual({ code, stdout, connections }, { code: 2, stdout: "", connections: 4 });
	assert.equal(existsSync(join(at.home, "gates", `${entry.id}.json`)), true);
});

test("a stranger on the port of a gate is not believed and is shown nothing", async (t) => {
	const at = place(t);
	const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
	t.after(() => server.close());
	await once(server, "listening");
	let shown = 0;
	server.on("connection", (ws) => {
		const { id } = entry;
		ws.send(JSON.stringify({ type: "reply", id, stdout: ALLOW, stderr: "", exit: 0 }));
		ws.on("message", () => {
			shown += 1;
			ws.send(JSON.stringify({ type: "reply", id, stdout: ALLOW, stderr: "", exit: 0 }));
		});
	});
	const { port } = server.address() as { port: number };
	const entry = newEntry({ folders: [at.folder], editor: "Cursor", port });
	writeEntry(at.home, entry);
	const { code, stdout, stderr } = await (await runHook(t, at)).done;
	assert.deepEqual({ code, stdout, shown }, { code: 2, stdout: "", shown: 0 });
	assert.match(stderr, /could not prove/);
});

test("a gate whose words make no sense is refused", async (t) => {
	const at = place(t);
	const entry = newEntry({ folders: [at.folder], editor: "Cursor" });
	const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
	t.after(() => server.close());
	await once(server, "listening");
	server.on("headers", (headers, request) => {
		headers.push(`${PROOF_HEADER}: ${gateProof(entry.proofKey, String(request.headers["sec-websocket-key"]))}`);
	});
	const words: ((id: string) => unknown)[] = [
		(id) => ({ type: "reply", id, stdout: 1, stderr: "", exit: 0 }),
		(id) => ({ type: "reply", id, stdout: ALLOW, stderr: "" }),
		(id) => ({ type: "reply", id, stdout: ALLOW, stderr: "", exit: 256 }),
		(id) => ({ type: "reply", id, stdout: ALLOW, stderr: "", exit: -1 }),
		(id) => ({ type: "reply", id, stdout: ALLOW, stderr: "", exit: "0" }),
		(id) => ({ type: "error", id, code: "internal" }),
		(id) => ({ type: "error", id, code: "from the future" }),
		() => null,
		() => "{",
	];
	let say: (id: string) => unknown = () => null;
	server.on("connection", (ws) => {
		ws.on("message", (data) => {
			const { id } = JSON.parse(String(data));
			// Not for this hook, and unknown: neither counts.
			ws.send(JSON.stringify({ type: "reply", id: "other", stdout: ALLOW, stderr: "", exit: 0 }));
			ws.send(JSON.stringify({ type: "hello" }));
			const word = say(id);
			ws.send(typeof word === "string" ? word : JSON.stringify(word));
		});
	});
	writeEntry(at.home, { ...entry, port: (server.address() as { port: number }).port });
	for (const word of words) {
		say = word;
		const { code, stdout } = await (await runHook(t, at)).done;
		assert.deepEqual({ code, stdout }, { code: 2, stdout: "" }, String(word));
	}
});
