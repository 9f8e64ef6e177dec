import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { get } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { checkUpgrade, gateProof } from "../../../src/gate/authenticate.ts";
import { newEntry } from "../../../src/gate/registry.ts";
import { openSocket, place, provesService, readAll, startGate, until, upgradeHead } from "../hook/support.ts";

test("only an upgrade with the right token, Host, path and version and without an Origin is let in", async (t) => {
	const gate = await startGate(t, place(t), { limits: { reportsPer10s: 1000 } });
	const { entry } = gate;
	const port = entry.port;
	const refused: [string, number, Record<string, string | undefined>][] = [
		["no token", 401, { Authorization: undefined }],
		["a wrong token", 401, { Authorization: `Bearer ${"0".repeat(64)}` }],
		["a short token", 401, { Authorization: "Bearer 0" }],
		["the token with more after it", 401, { Authorization: `Bearer ${entry.token}0` }],
		["another scheme", 401, { Authorization: `Basic ${entry.token}` }],
		["the token in the path", 401, { path: `/v1/hook?token=${entry.token}`, Authorization: undefined }],
		["an Origin, as a page sends it", 403, { Origin: "https://example.com" }],
		["an Origin of loopback", 403, { Origin: `http://127.0.0.1:${port}` }],
		["an Origin of nobody", 403, { Origin: "null" }],
		["an empty Origin", 403, { Origin: "" }],
		["a name rebound to loopback", 403, { Host: `evil.example:${port}` }],
		["a Host without its port", 403, { Host: "127.0.0.1" }],
		["a Host with another port", 403, { Host: `127.0.0.1:${port + 1}` }],
		["a Host that only begins right", 403, { Host: `127.0.0.1:${port}.evil.example` }],
		["a Host that ends right", 403, { Host: `evil.localhost:${port}` }],
		["IPv6 loopback by name", 403, { Host: `[::1]:${port}` }],
		["a later version of the path", 404, { path: "/v2/hook" }],
		["another path", 404, { path: "/" }],
		["a path with a query", 404, { path: "/v1/hook?x" }],
		["an old WebSocket version", 426, { "Sec-WebSocket-Version": "8" }],
		["no WebSocket version", 426, { "Sec-WebSocket-Version": undefined }],
		["no key", 400, { "Sec-WebSocket-Key": undefined }],
		["a short key", 400, { "Sec-WebSocket-Key": "AAAA" }],
		["an upgrade to something else", 400, { Upgrade: "h2c" }],
		["two Hosts", 400, { "X-A": `b\r\nHost: 127.0.0.1:${port}` }],
		["two tokens", 400, { "X-A": `b\r\nAuthorization: Bearer ${"0".repeat(64)}` }],
	];
	for (const [name, status, replace] of refused) {
		const socket = await openSocket(port);
		const answer = readAll(socket);
		socket.write(upgradeHead(entry, replace));
		assert.match(await answer, new RegExp(`^HTTP/1\\.1 ${status} [A-Za-z ]+\\r\\n`), name);
		const body = (await answer).split("\r\n\r\n")[1];
		assert.equal(body, "", `${name}: no detail`);
	}
	for (const replace of [{}, { Host: `localhost:${port}` }, { Host: `LOCALHOST:${port}` }, { path: "/v1/gates" }]) {
		const socket = await openSocket(port);
		socket.write(upgradeHead(entry, replace));
		const [chunk] = await once(socket, "data");
		assert.match(String(chunk), /^HTTP\/1\.1 101 /, JSON.stringify(replace));
		socket.destroy();
	}
	await provesService(gate);
	assert.ok(gate.breaches.every((breach) => breach.where === "upgrade" && breach.code === "unauthorised"));
	assert.ok(gate.breaches.some((breach) => breach.detail.includes("Origin")));
	const said = JSON.stringify(gate.breaches);
	assert.ok(!said.includes("evil") && !said.includes(entry.token), "no bytes of the client's in the report");
});

test("the gate proves to who opens that it wrote the entry", async (t) => {
	const gate = await startGate(t, place(t));
	const socket = await openSocket(gate.entry.port);
	const key = Buffer.alloc(16, 7).toString("base64");
	socket.write(upgradeHead(gate.entry, { "Sec-WebSocket-Key": key }));
	const [chunk] = await once(socket, "data");
	assert.ok(
		String(chunk)
			.toLowerCase()
			.includes(`gatepost-proof: ${gateProof(gate.entry.proofKey, key)}\r\n`),
	);
	socket.destroy();
});

test("a request that is no upgrade gets a status and nothing else", async (t) => {
	const gate = await startGate(t, place(t));
	for (const path of ["/", "/v1/hook", "/v1/gates", "/json/version"]) {
		const [response] = (await once(get({ port: gate.entry.port, host: "127.0.0.1", path }), "response")) as [
			IncomingMessage,
		];
		const chunks: Buffer[] = [];
		for await (const chunk of response) chunks.push(chunk as Buffer);
		assert.deepEqual([response.statusCode, Buffer.concat(chunks).length], [404, 0]);
		const names = Object.keys(response.headers).sort();
		assert.deepEqual(names, ["connection", "date", "transfer-encoding"], "no name of a server");
	}
	await provesService(gate);
});

test("garbage instead of HTTP is refused and costs nobody else", async (t) => {
	const gate = await startGate(t, place(t));
	const inputs = [
		"\x16\x03\x01\x02\x00",
		"GET\r\n\r\n",
		"\0".repeat(5000),
		`GET / HTTP/1.1\r\n${"X: y\r\n".repeat(5000)}\r\n`,
		"\r\n\r\n\r\n",
	];
	for (const input of inputs) {
		const socket = await openSocket(gate.entry.port);
		socket.end(input);
		await readAll(socket);
		await provesService(gate);
	}
});

test("a connection that does not authenticate in time is dropped", async (t) => {
	const gate = await startGate(t, place(t), { limits: { headerMs: 500 } });
	const silent = await openSocket(gate.entry.port);
	const slow = await openSocket(gate.entry.port);
	slow.write("GET /v1/hook HTTP/1.1\r\nHost: ");
	await Promise.all([readAll(silent), readAll(slow)]);
	await provesService(gate);
});

test("an authenticated connection is not dropped by the time limit for headers", async (t) => {
	const gate = await startGate(t, place(t), { limits: { headerMs: 500 } });
	const socket = await openSocket(gate.entry.port);
	socket.write(upgradeHead(gate.entry));
	await once(socket, "data");
	await new Promise((resolve) => setTimeout(resolve, 1000));
	assert.equal(socket.closed, false);
	socket.destroy();
});

test("many connections that never authenticate only push each other out", async (t) => {
	const gate = await startGate(t, place(t), { limits: { unauthenticated: 5, headerMs: 600_000 } });
	const sockets = await Promise.all(Array.from({ length: 30 }, () => openSocket(gate.entry.port)));
	await until(() => sockets.filter((socket) => socket.closed).length >= 25);
	await provesService(gate);
	for (const socket of sockets) socket.destroy();
});

test("more authenticated connections than the limit are turned away", async (t) => {
	const gate = await startGate(t, place(t), { limits: { connections: 2 } });
	const open = async () => {
		const socket = await openSocket(gate.entry.port);
		socket.write(upgradeHead(gate.entry));
		const [chunk] = await once(socket, "data");
		return { socket, status: String(chunk).slice(9, 12) };
	};
	const [one, two, three] = [await open(), await open(), await open()];
	assert.deepEqual([one.status, two.status, three.status], ["101", "101", "503"]);
	one.socket.destroy();
	await until(() => one.socket.closed);
	await provesService(gate);
	two.socket.destroy();
});

test("the gate listens on loopback only", async (t) => {
	const gate = await startGate(t, place(t));
	const outside = Object.values(networkInterfaces())
		.flat()
		.find((one) => one !== undefined && !one.internal && one.family === "IPv4");
	if (outside === undefined) {
		t.skip("this machine has no other address");
		return;
	}
	const socket = connect({ port: gate.entry.port, host: outside.address });
	const [error] = await once(socket, "error");
	assert.equal((error as NodeJS.ErrnoException).code, "ECONNREFUSED");
});

test("a request from another machine would be refused, should one arrive", () => {
	const entry = newEntry({ folders: [], editor: "serve" });
	const request = (remoteAddress: string | undefined) =>
		({
			socket: { remoteAddress },
			headers: {
				host: "127.0.0.1:5",
				authorization: `Bearer ${entry.token}`,
				upgrade: "websocket",
				"sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
				"sec-websocket-version": "13",
			},
			rawHeaders: [],
			url: "/v1/hook",
			method: "GET",
		}) as unknown as IncomingMessage;
	for (const address of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]) {
		assert.equal(checkUpgrade(request(address), 5, entry.token).ok, true, address);
	}
	for (const address of ["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "::1234", "128.0.0.1", undefined]) {
		assert.equal(checkUpgrade(request(address), 5, entry.token).ok, false, String(address));
	}
});
