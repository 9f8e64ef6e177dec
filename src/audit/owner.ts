// Which process writes a segment, and whether it is surely gone. In doubt it lives: a repair that waits costs nothing, a
// repair under a living writer destroys its log.
//
// Why not a lock file made with O_EXCL: it would outlive a kill -9 and then needs this very judgement. Why not the pid
// alone: pids are used again, and mean nothing in another container or after a restart of the machine.
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { systemCode } from "./errors.ts";

export interface Owner {
	pid: number;
	host: string;
	/** Boot of the machine, process namespace, and start of the process in clock ticks: Linux only, else "". */
	boot: string;
	pidns: string;
	start: string;
}

/** A segment of unknown owner that nobody wrote to for so long is nobody's: a write in progress takes milliseconds. */
const QUIET_MS = 24 * 60 * 60_000;

let own: Owner | undefined;

/** This process as an owner. */
export function thisOwner(): Owner {
	own ??= {
		pid: process.pid,
		host: hostname(),
		boot: orEmpty(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()),
		pidns: orEmpty(() => readlinkSync("/proc/self/ns/pid")),
		start: statOf(process.pid)[1] ?? "",
	};
	return own;
}

/** Segments of this very process whose journal was closed or failed, by path. */
const released = new Set<string>();

/** Says that this process will never write to a segment again. */
export function releaseSegment(path: string): void {
	released.add(path);
}

/**
 * True when nobody can be writing to a segment any more.
 * @param owner from its head file; undefined when that cannot be read
 * @param changedMs when the segment was last written, milliseconds since the epoch
 */
export function isDead(path: string, owner: Owner | undefined, changedMs: number, nowMs: number = Date.now()): boolean {
	const quiet = nowMs - changedMs > QUIET_MS;
	if (owner === undefined) return quiet;
	const me = thisOwner();
	if (owner.host !== me.host) return quiet;
	if (owner.boot !== me.boot) {
		// The machine was restarted since, unless another one has the same name: then it wrote after our start.
		return changedMs < nowMs - uptime() * 1000 || quiet;
	}
	if (owner.pidns !== me.pidns) return quiet;
	if (owner.pid === me.pid && owner.start === me.start) return released.has(path);
	return !isRunning(owner);
}

function isRunning(owner: Owner): boolean {
	try {
		process.kill(owner.pid, 0);
	} catch (error) {
		if (systemCode(error) === "ESRCH") return false;
	}
	// The pid is in use. It is the owner's when it started when the owner did; unknown starts count as equal.
	const [state = "", start = ""] = statOf(owner.pid);
	if (state === "Z" || state === "X") return false;
	return start === "" || owner.start === "" || start === owner.start;
}

/** State and start: fields 3 and 22 of /proc/<pid>/stat (proc_pid_stat(5)); the name in field 2 may hold spaces. */
function statOf(pid: number): string[] {
	const stat = orEmpty(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return [fields[0] ?? "", fields[19] ?? ""];
}

function orEmpty(read: () => string): string {
	try {
		return read();
	} catch {
		// No /proc on this system, or not for this process: unknown, which counts as alive.
		return "";
	}
}
