// Whether a process is still the one that was seen: a number alone may be given to another one.
import { readFileSync } from "node:fs";

/** What tells a process from a later one with its number; undefined when there is no such process. */
export function processMark(pid: number): string | undefined {
	if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		// Behind the name, which may hold anything: state is the first, the time it started the 20th.
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return fields[0] === "Z" || fields[0] === "X" ? undefined : `started ${fields[19]}`;
	} catch {
		return isAlive(pid) ? "alive" : undefined;
	}
}

/** For systems without /proc. */
function isAlive(pid: number): boolean {
	if (process.platform === "linux") return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// There, and somebody else's.
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}
