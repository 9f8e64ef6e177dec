// Where an agent was started from, and which program it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { launcherOf, programOf } from "../../../src/gate/launcher.ts";

const above = (...names: string[]) => names.map((name, pid) => ({ pid: pid + 10, name }));

test("a shell above the agent is a terminal, also inside an editor's", () => {
	assert.deepEqual(launcherOf(above("claude", "zsh", "login"), {}), { kind: "terminal", name: "zsh" });
	const inside = launcherOf(above("claude", "bash", "code", "systemd"), {});
	assert.deepEqual(inside, { kind: "terminal", name: "bash", within: "code" });
});

test("an editor that starts the agent itself is the editor, whatever shell started that one", () => {
	assert.deepEqual(launcherOf(above("claude", "cursor", "bash"), {}), { kind: "editor", name: "cursor" });
});

test("continuous integration says so by its variables", () => {
	assert.deepEqual(launcherOf(above("claude", "bash"), { CI: "true" }), { kind: "ci", name: "bash" });
	assert.deepEqual(launcherOf(above("claude", "bash"), { CI: "false" }), { kind: "terminal", name: "bash" });
});

test("a service manager, and what nobody knows", () => {
	assert.deepEqual(launcherOf(above("claude", "node", "systemd"), {}), { kind: "service", name: "systemd" });
	assert.deepEqual(launcherOf(above("claude", "mystery"), {}), { kind: "unknown", name: "mystery" });
	assert.deepEqual(launcherOf([], {}), { kind: "unknown" });
});

test("the agent's own name is not what started it", () => {
	assert.deepEqual(launcherOf(above("bash"), {}), { kind: "unknown" });
});

test("the program of a process is what the kernel says; of one that is gone nothing is said", async (t) => {
	if (process.platform !== "linux") {
		t.skip("there is no /proc here");
		return;
	}
	const found = await programOf(process.pid);
	assert.ok(found?.path.startsWith("/"), found?.path);
	assert.equal(await programOf(2 ** 22 + 1), undefined);
});
