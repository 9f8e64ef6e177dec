import assert from "node:assert/strict";
import { test } from "node:test";
import { type ModelServer, type Script, scriptedModel, toolUseId } from "../../support/claude/modelServer.ts";

const actingTools = [{ name: "Bash" }, { name: "Read" }];

async function serve(t: { after(fn: () => Promise<void>): void }, script: Script): Promise<ModelServer> {
	const server = await scriptedModel(script);
	t.after(() => server.close());
	return server;
}

async function ask(server: ModelServer, body: object, headers: Record<string, string> = {}) {
	const response = await fetch(`${server.url}/v1/messages?beta=true`, {
		method: "POST",
		headers: { "x-claude-code-session-id": "s", ...headers },
		body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "go" }], tools: actingTools, ...body }),
	});
	return { status: response.status, text: await response.text() };
}

const said = (answer: { text: string }) => JSON.parse(answer.text).content;

test("the scripted model says its turns in order, then that the script is over", async (t) => {
	const server = await serve(t, { turns: [{ tools: [{ name: "Bash", input: { command: "ls" } }] }, { text: "bye" }] });
	assert.equal(server.unused, 2);
	const first = await ask(server, {});
	assert.deepEqual(said(first), [
		{ type: "tool_use", id: toolUseId("main", 0), name: "Bash", input: { command: "ls" } },
	]);
	assert.equal(JSON.parse(first.text).stop_reason, "tool_use");
	assert.deepEqual(said(await ask(server, { messages: [{ role: "user", content: "2" }] })), [
		{ type: "text", text: "bye" },
	]);
	assert.equal(server.unused, 0);
	assert.match((await ask(server, { messages: [{ role: "user", content: "3" }] })).text, /The script is over/);
});

test("a repeated request gets the same answer and uses up no turn", async (t) => {
	const server = await serve(t, { turns: [{ text: "one" }, { text: "two" }] });
	const once = await ask(server, {});
	const again = await ask(server, {}, { "x-stainless-retry-count": "1" });
	assert.deepEqual(said(again), said(once));
	assert.equal(server.unused, 1);
});

test("streamed events carry the same blocks", async (t) => {
	const server = await serve(t, { turns: [{ text: "hm", tools: [{ name: "Bash", input: { command: "é" } }] }] });
	const { text } = await ask(server, { stream: true });
	const events = [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(String(match[1])));
	assert.equal(events[0].type, "message_start");
	const deltas = events.filter((event) => event.type === "content_block_delta").map((event) => event.delta);
	assert.deepEqual(deltas[0], { type: "text_delta", text: "hm" });
	assert.deepEqual(JSON.parse(deltas[1].partial_json), { command: "é" });
	assert.equal(events.find((event) => event.type === "message_delta").delta.stop_reason, "tool_use");
	assert.equal(events.at(-1).type, "message_stop");
});

test("titles, suggestions and classifiers do not use up the script", async (t) => {
	const server = await serve(t, {
		turns: [{ text: "mine" }],
		auxiliary: (request) => (request.body?.max_tokens === 1 ? "quota" : undefined),
	});
	const title = await ask(server, { tools: [] });
	assert.deepEqual(JSON.parse(said(title)[0].text), { title: "Scripted session" });
	assert.equal(said(await ask(server, { max_tokens: 1, tools: [] }))[0].text, "quota");
	await ask(server, { messages: [{ role: "user", content: [{ type: "text", text: "[SUGGESTION MODE: x]" }] }] });
	await ask(server, {}, { "x-claude-code-request-class": "auxiliary" });
	assert.equal(server.unused, 1);
	assert.ok(server.requests.every((request) => request.kind === "auxiliary"));
});

test("every sub-agent walks the script its prompt names, from the start", async (t) => {
	const look = { tools: [{ name: "Bash", input: { command: "ls" } }] };
	const server = await serve(t, { turns: [{ text: "main" }], agents: { sub: [look, { text: "seen" }] } });
	const messages = [{ role: "user", content: "please look [script:sub]" }];
	const askAs = (agent: string, more: object[] = []) =>
		ask(server, { messages: [...messages, ...more] }, { "x-claude-code-agent-id": agent });
	assert.equal(said(await askAs("a1"))[0].id, toolUseId("sub", 0));
	assert.equal(said(await askAs("a2"))[0].id, toolUseId("sub-2", 0));
	assert.equal(said(await askAs("a1", [{ role: "user", content: "on" }]))[0].text, "seen");
	assert.equal(server.unused, 1);
});

test("a turn may be made from what was asked before, and one that throws is told", async (t) => {
	const server = await serve(t, {
		turns: [
			async (request, earlier) => ({ text: `${request.body?.messages.length} ${earlier.length}` }),
			() => {
				throw new Error("boom");
			},
		],
	});
	assert.equal(said(await ask(server, {}))[0].text, "1 0");
	const failed = await ask(server, { messages: [{ role: "user", content: "2" }] });
	assert.equal(failed.status, 400);
	assert.match(failed.text, /boom/);
	assert.equal(server.failures.length, 1);
});

test("what the model was told about its calls can be asked for, also before it comes", async (t) => {
	const server = await serve(t, { turns: [] });
	const waiting = server.toolResult("toolu_b");
	const told = [
		{ type: "tool_result", tool_use_id: "toolu_a", content: "plain" },
		{ type: "tool_result", tool_use_id: "toolu_b", content: [{ type: "text", text: "refused" }], is_error: true },
	];
	await ask(server, { messages: [{ role: "user", content: told }] });
	assert.deepEqual(await waiting, { id: "toolu_b", text: "refused", isError: true });
	assert.deepEqual(
		server.toolResults().map((result) => result.text),
		["plain", "refused"],
	);
	await assert.rejects(server.toolResult("toolu_c", 1), /saw no result of toolu_c/);
});

test("unknown paths are answered harmlessly and recorded", async (t) => {
	const server = await serve(t, { turns: [] });
	assert.equal((await fetch(`${server.url}/api/hello`, { method: "HEAD" })).status, 404);
	const counted = await fetch(`${server.url}/v1/messages/count_tokens`, { method: "POST", body: "{}" });
	assert.deepEqual(await counted.json(), { input_tokens: 100 });
	assert.equal((await fetch(`${server.url}/v1/models`)).status, 200);
	assert.deepEqual(
		server.requests.map((request) => `${request.kind} ${request.method} ${request.path}`),
		["other HEAD /api/hello", "other POST /v1/messages/count_tokens", "other GET /v1/models"],
	);
});
