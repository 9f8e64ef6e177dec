import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { WebSocketServer } from "ws";
import { newEntry, removeEntry, writeEntry } from "../../../src/gate/registry.ts";
import { type OtherGate, watchGates } from "../../../src/gate/watchGates.ts";
import { openClient, type Place, place, provesService, startGate, until } from "../hook/support.ts";

/** Follows the gates and keeps what was told last. */
function follow(t: TestContext, at: Place, except?: string): { gates(): OtherGate[]; waiting(): number[] } {
	let last: OtherGate[] = [];
	const watch = watchGates(
		at.home,
		(gates) => {
			last = gates;
		},
		{ everyMs: 20, ...(except === undefined ? {} : { except }) },
	);
	t.after(() => watch.close());
	return { gates: () => last, waiting: () => last.map((gate) => gate.waiting) };
}

test("a gate tells others how many requests wait, at once and at every change", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	gate.server.setWaiting(3);
	const seen = follow(t, at);
	await until(() => seen.waiting()[0] === 3);
	gate.server.setWaiting(4);
	await until(() => seen.waiting()[0] === 4);
	assert.deepEqual(
		{ ...seen.gates()[0], startedAt: "" },
		{
			id: gate.entry.id,
			pid: process.pid,
			editor: "Visual Studio Code",
			folders: [at.folder],
			startedAt: "",
			state: "open",
			waiting: 4,
		},
	);
});

test("gates come and go, and the own one is left out", async (t) => {
	const at = place(t);
	const own = await startGate(t, at);
	const seen = follow(t, at, own.entry.id);
	assert.deepEqual(seen.gates(), []);
	const other = await startGate(t, at);
	other.server.setWaiting(1);
	await until(() => seen.waiting()[0] === 1);
	removeEntry(at.home, other.entry.id);
	await until(() => seen.gates().length === 0);
});

test("a gate that stops counts nothing, and counts again when it is back", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	gate.server.setWaiting(2);
	const seen = follow(t, at);
	await until(() => seen.waiting()[0] === 2);
	await gate.server.close("restarting");
	await until(() => seen.waiting()[0] === 0);
	const back = await startGate(t, at, { unlisted: true });
	back.server.setWaiting(5);
	removeEntry(at.home, gate.entry.id);
	writeEntry(at.home, back.entry);
	await until(() => seen.waiting()[0] === 5);
});

test("a stranger on the port of a gate puts no number into anybody's status bar", async (t) => {
	const at = place(t);
	const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
	t.after(() => {
		for (const ws of server.clients) ws.terminate();
		server.close();
	});
	await once(server, "listening");
	let connections = 0;
	server.on("connection", (ws) => {
		connections += 1;
		ws.send('{"type":"counts","waiting":99}');
	});
	const { port } = server.address() as { port: number };
	writeEntry(at.home, newEntry({ folders: [at.folder], editor: "Cursor", port }));
	const seen = follow(t, at);
	await until(() => connections >= 3);
	assert.deepEqual(seen.waiting(), [0]);
});

test("nothing is taken on the path of counts", async (t) => {
	const gate = await startGate(t, place(t));
	const client = await openClient(gate.entry, "/v1/gates");
	assert.deepEqual(await client.next(), { type: "counts", waiting: 0 });
	client.send({ type: "submit" });
	assert.equal((await client.closed).code, 1008);
	assert.equal(gate.breaches[0]?.code, "bad-message");
	await provesService(gate);
});

test("a follower that does not answer pings is dropped", async (t) => {
	const gate = await startGate(t, place(t), { limits: { heartbeatMs: 10, missedBeats: 2 } });
	const client = await openClient(gate.entry, "/v1/gates");
	client.ws.pause();
	await new Promise((resolve) => setTimeout(resolve, 100));
	client.ws.resume();
	await client.closed;
});
