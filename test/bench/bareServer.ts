// The least that a gate with a durable log could be, in a process of its own: what arrives while a sync is running is one
// write and one fdatasync, then it is replied to. Nothing is read, judged or chained. What the bench of the gate measures
// on top of this is ours; the rest is the machine's.
import { fdatasync, openSync, write } from "node:fs";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { WebSocketServer } from "ws";

/** About what a decision writes. Bytes. */
export const DECISION_BYTES = 2500;

if (process.argv[1] === import.meta.filename) serve(String(process.argv[2]));

function serve(file: string): void {
	const fd = openSync(file, "a");
	const [writing, syncing] = [promisify(write), promisify(fdatasync)];
	let waiting: (() => void)[] = [];
	let running = false;
	const run = async () => {
		running = true;
		while (waiting.length > 0) {
			const batch = waiting;
			waiting = [];
			await writing(fd, Buffer.alloc(DECISION_BYTES * batch.length, "x"));
			await syncing(fd);
			for (const reply of batch) reply();
		}
		running = false;
	};
	const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
	server.on("connection", (socket) => {
		socket.on("message", (data) => {
			const message = JSON.parse(String(data));
			if (message.type !== "submit") return;
			const reply = { type: "reply", id: message.id, stdout: '{"permissionDecision":"allow"}', stderr: "", exit: 0 };
			waiting.push(() => socket.send(JSON.stringify(reply)));
			if (!running) void run();
		});
	});
	server.on("listening", () => console.log((server.address() as AddressInfo).port));
	process.stdin.resume().on("end", () => process.exit(0));
}
