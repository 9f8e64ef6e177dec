import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { before, describe, type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type WebSocket, WebSocketServer } from "ws";
import { ConnectError, type Connection, type GateAddress, handshake } from "../../../src/bin/hook/websocket.ts";
import { type Dial, fastDial, netDial } from "../../../src/bin/hook/wire.ts";
import { gateProof } from "../../../src/gate/authenticate.ts";
import { PROOF_HEADER } from "../../../src/protocol/hookWire.ts";
import { queue } from "./support.ts";

const secrets = { token: "a".repeat(64), proofKey: "b".repeat(64) };

/** A gate made of `ws` alone. */
async function wsGate(
	t: TestContext,
	options: object = {},
): Promise<{ address: GateAddress; next(): Promise<WebSocket> }> {
	const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
	server.on("headers", (headers, request) => {
		headers.push(`${PROOF_HEADER}: ${gateProof(secrets.proofKey, String(request.headers["sec-websocket-key"]))}`);
	});
	const sockets = queue<WebSocket>();
	server.on("connection", (ws) => sockets.push(ws));
	await once(server, "listening");
	t.after(() => {
		for (const ws of server.clients) ws.terminate();
		server.close();
	});
	const { port } = server.address() as { port: number };
	return { address: { port, ...secrets }, next: sockets.next };
}

/** Somebody on a port who answers the upgrade with `answer`. */
async function stranger(
	t: TestContext,
	answer: (key: string, socket: Socket) => string | Buffer,
): Promise<GateAddress> {
	const sockets = new Set<Socket>();
	const server: Server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => undefined);
		socket.once("data", (head) => {
			const key = /sec-websocket-key: (\S+)/i.exec(String(head))?.[1] ?? "";
			socket.write(answer(key, socket));
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return { port: (server.address() as { port: number }).port, ...secrets };
}

interface Heard {
	text(): Promise<string>;
	lost: Promise<{ code: number; reason: string }>;
}

function listen(connection: Connection): Heard {
	const texts = queue<string>();
	const lost = new Promise<{ code: number; reason: string }>((resolve) => {
		connection.listen({ onText: texts.push, onLost: (code, reason) => resolve({ code, reason }) });
	});
	return { text: texts.next, lost };
}

async function refused(address: GateAddress, dial: Dial): Promise<string> {
	try {
		await handshake(address, dial, 5000);
	} catch (error) {
		if (error instanceof ConnectError) return error.why;
		throw error;
	}
	assert.fail("the connection was opened");
}

/** A right answer, with `lines` in place of those of the same name; undefined leaves one out. */
function answer(key: string, lines: Record<string, string | undefined> = {}): string {
	const right: Record<string, string | undefined> = {
		Upgrade: "websocket",
		Connection: "Upgrade",
		"Sec-WebSocket-Accept": accept(key),
		[PROOF_HEADER]: gateProof(secrets.proofKey, key),
		...lines,
	};
	const { status = "HTTP/1.1 101 Switching Protocols", ...rest } = right;
	const kept = Object.entries(rest).filter(([, value]) => value !== undefined);
	return `${status}\r\n${kept.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

function accept(key: string): string {
	return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

for (const way of ["the socket below node:net", "node:net"] as const) {
	describe(`over ${way}`, () => {
		let dial: Dial;
		before(async () => {
			const found = way === "node:net" ? await netDial() : fastDial();
			assert.ok(found, "this Node has no such socket");
			dial = found;
		});

		test("text goes both ways", async (t) => {
			const gate = await wsGate(t);
			const [connection, ws] = await Promise.all([handshake(gate.address, dial, 5000), gate.next()]);
			const heard = listen(connection);
			const received = once(ws, "message");
			connection.send("hällo \u{1f600}");
			assert.equal(String((await received)[0]), "hällo \u{1f600}");
			ws.send("back");
			assert.equal(await heard.text(), "back");
		});

		test("a message that came with the handshake is not lost", async (t) => {
			const gate = await wsGate(t);
			const opening = handshake(gate.address, dial, 5000);
			(await gate.next()).send("at once");
			const connection = await opening;
			// Later than the message's arrival, as a slow caller would be.
			await new Promise((resolve) => setImmediate(resolve));
			assert.equal(await listen(connection).text(), "at once");
		});

		test("messages in fragments, with pings between them, arrive whole and the pings are answered", async (t) => {
			const gate = await wsGate(t);
			const [connection, ws] = await Promise.all([handshake(gate.address, dial, 5000), gate.next()]);
			const heard = listen(connection);
			const pong = once(ws, "pong");
			ws.send("first ", { fin: false });
			ws.ping("are you there");
			ws.send("second ", { fin: false });
			ws.send("third", { fin: true });
			assert.equal(await heard.text(), "first second third");
			assert.equal(String((await pong)[0]), "are you there");
		});

		test("messages with 64-bit lengths arrive whole both ways", async (t) => {
			const gate = await wsGate(t);
			const [connection, ws] = await Promise.all([handshake(gate.address, dial, 5000), gate.next()]);
			const heard = listen(connection);
			const big = "0123456789abcdef".repeat(400_000);
			const received = once(ws, "message");
			connection.send(big);
			assert.equal(String((await received)[0]), big);
			ws.send(big);
			assert.equal(await heard.text(), big);
		});

		test("what waits to be sent is not reused as memory", async (t) => {
			const gate = await wsGate(t);
			const [connection, ws] = await Promise.all([handshake(gate.address, dial, 5000), gate.next()]);
			listen(connection);
			ws.pause();
			const big = "0123456789abcdef".repeat(1_500_000);
			connection.send(big);
			setFlagsFromString("--expose-gc");
			for (let i = 0; i < 5; i += 1) {
				(runInNewContext("gc") as () => void)();
				Buffer.alloc(big.length, 0xff);
				await new Promise((resolve) => setImmediate(resolve));
			}
			const received = once(ws, "message");
			ws.resume();
			assert.ok(String((await received)[0]) === big);
		});

		test("the gate's goodbye is answered with the same code and told with its reason", async (t) => {
			const gate = await wsGate(t);
			const [connection, ws] = await Promise.all([handshake(gate.address, dial, 5000), gate.next()]);
			const heard = listen(connection);
			const closed = once(ws, "close");
			ws.close(1001, "restarting");
			assert.deepEqual(await heard.lost, { code: 1001, reason: "restarting" });
			assert.equal((await closed)[0], 1001);
		});

		test("the hook's goodbye comes after its last words", async (t) => {
			const gate = await wsGate(t);
			const [connection, ws] = await Promise.all([handshake(gate.address, dial, 5000), gate.next()]);
			listen(connection);
			const received = once(ws, "message");
			const closed = once(ws, "close");
			await connection.close("last words");
			assert.equal(String((await received)[0]), "last words");
			assert.equal((await closed)[0], 1000);
		});

		test("a connection that breaks is told once", async (t) => {
			const gate = await wsGate(t);
			const [connection, ws] = await Promise.all([handshake(gate.address, dial, 5000), gate.next()]);
			let times = 0;
			const lost = new Promise<number>((resolve) => {
				connection.listen({
					onText: () => undefined,
					onLost: (code) => {
						times += 1;
						resolve(code);
					},
				});
			});
			ws.terminate();
			assert.equal(await lost, 1006);
			connection.send("to nobody");
			assert.equal(times, 1);
		});

		test("a connection that broke before anybody listened is told to the one who listens", async (t) => {
			const gate = await wsGate(t);
			const [connection, ws] = await Promise.all([handshake(gate.address, dial, 5000), gate.next()]);
			ws.terminate();
			await once(ws, "close");
			await new Promise((resolve) => setImmediate(resolve));
			assert.equal((await listen(connection).lost).code, 1006);
		});

		test("a broken frame ends the connection with the code that says so", async (t) => {
			const gate = await wsGate(t);
			const [connection, ws] = await Promise.all([handshake(gate.address, dial, 5000), gate.next()]);
			const heard = listen(connection);
			const closed = once(ws, "close");
			ws.send(Buffer.from([1]), { binary: true });
			assert.equal((await heard.lost).code, 1003);
			assert.equal((await closed)[0], 1003);
		});

		test("a right answer opens, in any case of letters and with spaces", async (t) => {
			const address = await stranger(t, (key) =>
				answer(key, { Upgrade: "WebSocket", Connection: "keep-alive, UPGRADE" }).replace("Accept: ", "accept:   "),
			);
			await handshake(address, dial, 5000);
		});

		test("a right answer in single bytes opens", async (t) => {
			const address = await stranger(t, (key, socket) => {
				for (const byte of Buffer.from(answer(key))) socket.write(Buffer.from([byte]));
				return Buffer.alloc(0);
			});
			await handshake(address, dial, 5000);
		});

		test("who cannot prove to be the gate of the entry is a stranger, and gets nothing of the payload", async (t) => {
			const wrong = { [PROOF_HEADER]: gateProof("c".repeat(64), "other") };
			assert.equal(
				await refused(await stranger(t, (key) => answer(key, { [PROOF_HEADER]: undefined })), dial),
				"stranger",
			);
			assert.equal(await refused(await stranger(t, (key) => answer(key, wrong)), dial), "stranger");
			const repeated = await stranger(t, () => answer("x", { [PROOF_HEADER]: gateProof(secrets.proofKey, "x") }));
			assert.equal(await refused(repeated, dial), "stranger", "a proof for another key");
		});

		test("an answer that is no WebSocket upgrade is refused", async (t) => {
			const cases: Record<string, (key: string) => string | Buffer> = {
				"another accept": (key) => answer(key, { "Sec-WebSocket-Accept": accept("other") }),
				"no accept": (key) => answer(key, { "Sec-WebSocket-Accept": undefined }),
				"no upgrade": (key) => answer(key, { Upgrade: undefined }),
				"no connection": (key) => answer(key, { Connection: "close" }),
				"an extension that was not offered": (key) => answer(key, { "Sec-WebSocket-Extensions": "permessage-deflate" }),
				"a protocol that was not offered": (key) => answer(key, { "Sec-WebSocket-Protocol": "x" }),
				"a header that comes twice": (key) =>
					answer(key).replace("Upgrade: websocket", "Upgrade: h2c\r\nUpgrade: websocket"),
				"a line that is no header": (key) => answer(key).replace("Upgrade: websocket", "Upgrade: websocket\r\nrubbish"),
				"HTTP/1.0": (key) => answer(key, { status: "HTTP/1.0 101 Switching Protocols" }),
				SSH: () => "SSH-2.0-OpenSSH_9.2\r\n\r\n",
				garbage: () => Buffer.alloc(20_000, 0xee),
				"an endless head": () => `HTTP/1.1 101 Switching Protocols\r\n${"x: y\r\n".repeat(5000)}`,
			};
			for (const [name, make] of Object.entries(cases)) {
				assert.equal(await refused(await stranger(t, make), dial), "stranger", name);
			}
		});

		test("a plain refusal, nobody there, a hang-up and silence are told apart", async (t) => {
			const denied = await stranger(t, (key) => answer(key, { status: "HTTP/1.1 401 Unauthorized" }));
			assert.equal(await refused(denied, dial), "denied");
			const hangUp = await stranger(t, (_key, socket) => {
				socket.end();
				return "";
			});
			assert.equal(await refused(hangUp, dial), "hung-up");
			assert.equal(await refused({ port: 1, ...secrets }, dial), "refused");
			const silent = await stranger(t, () => "");
			await assert.rejects(handshake(silent, dial, 50), (error: ConnectError) => error.why === "silent");
		});
	});
}
