import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { after, type TestContext, test } from "node:test";
import { markRestarting, removeEntry, writeEntry } from "../../../src/gate/registry.ts";
import type { Call } from "../../../src/gate/server.ts";
import { hookBundle, removeBundle } from "./bundle.ts";
import { ALLOW, event, place, provesService, queue, runHook, startGate, startGateProcess, until } from "./support.ts";

after(removeBundle);

function gone(call: Call): Promise<"withdrawn" | "closed"> {
	return new Promise((resolve) => call.onGone(resolve));
}

test("a hook that its agent ends takes the request back and refuses", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
		const hook = await runHook(t, at);
		const call = await gate.nextCall();
		hook.child.kill(signal);
		assert.equal(await gone(call), "withdrawn", signal);
		assert.equal(await call.reply({ stdout: ALLOW, stderr: "", exit: 0 }), false, "a late answer is not delivered");
		const { code, stdout } = await hook.done;
		assert.deepEqual({ code, stdout }, { code: 2, stdout: "" }, signal);
	}
	assert.deepEqual(gate.breaches, []);
	await provesService(gate);
});

test("an event that only reports ends quietly when the agent ends it", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	const hook = await runHook(t, at, { input: event({ hook_event_name: "Stop" }) });
	await gate.nextCall();
	hook.child.kill("SIGTERM");
	assert.deepEqual(await hook.done, { code: 0, signal: null, stdout: "", stderr: "" });
});

test("the inspector's signal opens no inspector and changes nothing", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	const hook = await runHook(t, at);
	const call = await gate.nextCall();
	hook.child.kill("SIGUSR1");
	if (process.platform === "linux") {
		// Delivered: it is pending no more. An inspector would have its own thread by now.
		const status = () => readFileSync(`/proc/${hook.child.pid}/status`, "utf8");
		await until(() => /^ShdPnd:\s*0+$/m.test(status()));
	}
	assert.equal(await call.reply({ stdout: ALLOW, stderr: "", exit: 0 }), true);
	const { code, stdout, stderr } = await hook.done;
	assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: ALLOW, stderr: "" });
});

test("an orphaned hook takes its request back and ends", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	// An agent that starts the hook, tells its pid, and can then be killed.
	const script = `
		const { spawn } = require("node:child_process");
		const child = spawn(process.execPath, ${JSON.stringify([await hookBundle(), "--home", at.home, "--agent", "claude-code"])}, { stdio: ["pipe", "inherit", "inherit"] });
		child.stdin.end(${JSON.stringify(event())});
		console.log(child.pid);
		setInterval(() => {}, 1000);
	`;
	const env = { HOME: at.dir, CLAUDE_PROJECT_DIR: at.folder };
	const agent = spawn(process.execPath, ["-e", script], { cwd: at.folder, env, stdio: ["ignore", "pipe", "ignore"] });
	t.after(() => agent.kill("SIGKILL"));
	const call = await gate.nextCall();
	const { pid } = call.submit;
	agent.kill("SIGKILL");
	assert.equal(await gone(call), "withdrawn");
	await until(() => !isAlive(pid));
	await provesService(gate);
});

test("a hook that nobody answers refuses before its deadline and takes the request back", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	const hook = await runHook(t, at, { args: ["--deadline", "2"] });
	const call = await gate.nextCall();
	assert.equal(await gone(call), "withdrawn");
	const { code, stdout, stderr } = await hook.done;
	assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
	assert.match(stderr, /Nobody answered in time/);
});

test("a killed hook's request is over after the grace", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at, { limits: { graceMs: 50 } });
	const hook = await runHook(t, at);
	const call = await gate.nextCall();
	hook.child.kill("SIGKILL");
	assert.equal(await gone(call), "closed");
	await provesService(gate);
});

test("a stopped hook keeps its request, stalls nobody, and takes its reply when it goes on", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at, { limits: { heartbeatMs: 20, missedBeats: 10, graceMs: 50 } });
	const hook = await runHook(t, at);
	const call = await gate.nextCall();
	hook.child.kill("SIGSTOP");
	const reply = call.reply({ stdout: `{"x":"${"y".repeat(4_000_000)}"}`, stderr: "", exit: 0 });
	for (let i = 0; i < 3; i += 1) await provesService(gate);
	// Many heartbeats go by without an answer.
	await new Promise((resolve) => setTimeout(resolve, 600));
	hook.child.kill("SIGCONT");
	assert.equal(await reply, true);
	assert.equal((await hook.done).stdout.length, 4_000_008);
	assert.deepEqual(gate.breaches, []);
});

test("when the gate is killed, waiting hooks go to the next gate of the folder", async (t) => {
	const at = place(t);
	const first = await startGateProcess(t, at, "Cursor", true);
	const hooks = await Promise.all([1, 2, 3].map(() => runHook(t, at)));
	const asked = [await first.says(), await first.says(), await first.says()];
	const second = await startGateProcess(t, at, "serve");
	first.child.kill("SIGKILL");
	const results = await Promise.all(hooks.map((hook) => hook.done));
	for (const { code, stdout } of results) assert.deepEqual([code, stdout], [0, '{"by":"serve"}']);
	const again = [await second.says(), await second.says(), await second.says()];
	assert.deepEqual(again.sort(), asked.sort(), "the same requests");
});

test("when the gate is killed and there is no other, waiting hooks refuse and its entry is removed", async (t) => {
	const at = place(t);
	const gate = await startGateProcess(t, at, "Cursor", true);
	const hook = await runHook(t, at);
	await gate.says();
	gate.child.kill("SIGKILL");
	const { code, stdout, stderr } = await hook.done;
	assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
	assert.match(stderr, /No gate is running/);
});

test("a gate that restarts is waited for, and asked the same", async (t) => {
	const at = place(t);
	const first = await startGate(t, at);
	const hook = await runHook(t, at);
	const call = await first.nextCall();
	markRestarting(at.home, first.entry);
	await first.server.close("restarting");
	await new Promise((resolve) => setTimeout(resolve, 300));
	const second = await startGate(t, at);
	removeEntry(at.home, first.entry.id);
	const again = await second.nextCall();
	assert.equal(again.id, call.id);
	assert.ok(again.payload.equals(call.payload));
	await again.reply({ stdout: ALLOW, stderr: "", exit: 0 });
	assert.equal((await hook.done).stdout, ALLOW);
});

test("a hook that starts while the gate restarts waits for it", async (t) => {
	const at = place(t);
	const before = await startGate(t, at);
	markRestarting(at.home, before.entry);
	const hook = await runHook(t, at);
	await new Promise((resolve) => setTimeout(resolve, 300));
	assert.equal(hook.child.exitCode, null);
	const gate = await startGate(t, at);
	await (await gate.nextCall()).reply({ stdout: ALLOW, stderr: "", exit: 0 });
	assert.equal((await hook.done).stdout, ALLOW);
});

test("a gate that stops for good refuses its waiting hooks", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	const hook = await runHook(t, at);
	await gate.nextCall();
	removeEntry(at.home, gate.entry.id);
	await gate.server.close("stopped");
	const { code, stdout, stderr } = await hook.done;
	assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
	assert.match(stderr, /No gate is running/);
});

test("a hook whose connection breaks comes back within the grace, and nothing is asked twice", async (t) => {
	const at = place(t);
	const calls: Call[] = [];
	const gate = await startGate(t, at, {
		unlisted: true,
		limits: { graceMs: 30_000 },
		onSubmit: (_submit, call) => {
			calls.push(call);
			call.ack();
		},
	});
	const proxy = await startProxy(t, gate.entry.port);
	writeEntry(at.home, { ...gate.entry, port: proxy.port });
	const hook = await runHook(t, at);
	await until(() => calls.length === 1);
	let ended = false;
	calls[0]?.onGone(() => {
		ended = true;
	});
	proxy.drop();
	await proxy.connected();
	proxy.drop();
	// The reply is ready before the hook is back.
	assert.equal(await calls[0]?.reply({ stdout: ALLOW, stderr: "", exit: 0 }), true);
	assert.equal((await hook.done).stdout, ALLOW);
	assert.deepEqual({ calls: calls.length, ended }, { calls: 1, ended: false });
	assert.deepEqual(gate.breaches, []);
});

/** Forwards to a gate, so that connections can break under both; the Host must name the gate's own port. */
async function startProxy(
	t: TestContext,
	to: number,
): Promise<{ port: number; connected(): Promise<void>; drop(): void }> {
	const sockets = new Set<Socket>();
	const connections = queue<void>();
	const server = createServer((client) => {
		const gate = connect({ port: to, host: "127.0.0.1" });
		for (const [from, into] of [
			[client, gate],
			[gate, client],
		] as const) {
			sockets.add(from);
			from.on("error", () => undefined);
			from.on("close", () => into.destroy());
		}
		client.once("data", (head) => {
			gate.write(String(head).replace(`Host: 127.0.0.1:${port}`, `Host: 127.0.0.1:${to}`), "latin1");
			client.pipe(gate);
			gate.pipe(client);
			connections.push();
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	const drop = () => {
		for (const socket of sockets) socket.destroy();
		sockets.clear();
	};
	t.after(() => {
		drop();
		server.close();
	});
	return { port, connected: connections.next, drop };
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
	} catch {
		return false;
	}
	// A zombie that nobody waits for is over, too.
	return !/^State:\s*Z/m.test(existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "");
}
