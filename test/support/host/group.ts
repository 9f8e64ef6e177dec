// A long-running program in a process group of its own that ends with us: by `stop()`, or when this process is gone.
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const supervisor = fileURLToPath(new URL("supervise.mjs", import.meta.url));
/** The supervisor asks first and kills after 5 s; when it does not come to an end itself, we kill. */
const stopLimitMs = 10_000;
const keptLines = 1_000;

export type Group = {
	/** The process group's id. */
	pid: number;
	/** Resolves with the program's exit code when no process of the group is left; undefined when it had to be killed. */
	ended: Promise<number | undefined>;
	/** The end of what was printed on standard output and error. */
	output(): string;
	/** Ends the group and resolves when no process of it is left. */
	stop(): Promise<void>;
};

export type GroupOptions = {
	/** The Node that runs the supervisor; default this one. */
	node?: string;
	cwd: string;
	/** The whole environment. */
	env: NodeJS.ProcessEnv;
	/** File that gets a copy of the output. */
	log: string;
	onLine?: (line: string) => void;
};

/** @throws when the group cannot be started at all. A program that does not exist ends with 127. */
export function startGroup(program: string, args: string[], options: GroupOptions): Group {
	const { node = process.execPath, cwd, env, onLine } = options;
	const child = spawn(node, [supervisor, program, ...args], { cwd, env, detached: true, stdio: "pipe" });
	const { pid } = child;
	if (!pid) throw new Error(`${node} could not be started in ${cwd}.`);
	const lines: string[] = [];
	const log = createWriteStream(options.log, { flags: "a" });
	for (const stream of [child.stdout, child.stderr]) {
		createInterface({ input: stream }).on("line", (line) => {
			lines.push(line);
			if (lines.length > keptLines) lines.shift();
			log.write(`${line}\n`);
			onLine?.(line);
		});
	}
	const ended = new Promise<number | undefined>((done) => {
		// "close" comes when the last process that holds our pipes is gone, not only the supervisor.
		child.on("close", (code) => {
			killGroup(pid);
			log.end(() => done(code ?? undefined));
		});
	});
	// The pipe may break when the group ends by itself.
	child.stdin.on("error", () => undefined);
	const stop = async () => {
		child.stdin.end();
		const limit = setTimeout(() => killGroup(pid), stopLimitMs);
		await ended;
		clearTimeout(limit);
	};
	return { pid, ended, stop, output: () => lines.slice(-40).join("\n") };
}

function killGroup(pid: number): void {
	try {
		process.kill(-pid, "SIGKILL");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}
