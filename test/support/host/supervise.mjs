// Runs one program and ends its whole process group when the test run that started it is gone, however it went:
// the run holds our standard input open, and its end is the sign. Start it as the leader of a new process group.
// usage: node supervise.mjs <program> [args]
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** So long may the group (an extension host that deactivates its extensions, a terminal) take to end by itself. */
const graceMs = 5_000;
const pollMs = 50;

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
let code = 1;

let ending = false;
function endGroup() {
	if (ending) return;
	ending = true;
	process.kill(-process.pid, "SIGTERM");
	const limit = Date.now() + graceMs;
	setInterval(() => {
		if (!othersInGroup()) process.exit(code);
		if (Date.now() > limit) process.kill(-process.pid, "SIGKILL");
	}, pollMs);
}

/** Whether a living process other than this one is in our group (/proc/<pid>/stat: "pid (name) state ppid pgrp"). */
function othersInGroup() {
	// Where there is no /proc the group gets its whole grace and then SIGKILL.
	if (process.platform !== "linux") return true;
	return readdirSync("/proc").some((name) => {
		if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
		try {
			const stat = readFileSync(`/proc/${name}/stat`, "utf8");
			const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			return Number(group) === process.pid && state !== "Z";
		} catch {
			return false; // it ended while we looked
		}
	});
}

process.on("SIGTERM", endGroup);
process.stdin.on("close", endGroup).resume();
child.on("error", (error) => {
	console.error(`${program} could not be started: ${error.message}`);
	process.exit(127);
});
child.on("exit", (exitCode, signal) => {
	code = exitCode ?? 1;
	if (signal && !ending) console.error(`${program} was ended by ${signal}`);
	endGroup();
});
