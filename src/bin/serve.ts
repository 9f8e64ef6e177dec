// `gatepost serve`: the same gate without an editor. The terminal that runs it is a channel: it shows what waits and
// takes `allow ID` and `deny ID reason` from its own keyboard. With --json a program answers, and the log says so.
import { homedir, userInfo } from "node:os";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { Snapshots } from "../actions/snapshot/snapshots.ts";
import { openGate } from "../gate/open.ts";
import { installHook } from "./installHook.ts";
import { ServeChannel } from "./serveChannel.ts";
import { ServePolicy } from "./servePolicy.ts";

export interface ServeOptions {
	home: string;
	folder: string;
	json: boolean;
	/** Where Claude Code's actions are answered, as in the editor's setting. */
	prompt: "gatepost" | "both";
	deadlineMinutes: number;
	/** As in the editor's settings. */
	keepEvidenceDays?: number;
	redact?: string[];
	version: string;
	/** Folder of the built hook.cjs. */
	dist: string;
	input: Readable & { isTTY?: boolean };
	output: Writable & { isTTY?: boolean; rows?: number; columns?: number };
}

/** Runs until SIGTERM, SIGINT or SIGHUP, or until nobody reads its output; resolves with the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
	const { home, folder, json, input, output } = options;
	const snapshots = new Snapshots();
	const open = await openGate({
		snapshots,
		homeDir: home,
		userHome: homedir(),
		osUser: userInfo().username,
		folders: [folder],
		editor: "serve",
		version: options.version,
		settings: () => ({
			prompt: options.prompt,
			deadlineMs: options.deadlineMinutes * 60_000,
			keepEvidenceDays: options.keepEvidenceDays ?? 0,
			redactPatterns: options.redact ?? [],
		}),
	});
	const terminal = input.isTTY === true && output.isTTY === true;
	const channel = new ServeChannel(open.gate, { json, terminal, output }, new ServePolicy(open));
	const stopped = new Promise<void>((resolve) => {
		for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => resolve());
		output.on("error", () => resolve());
	});
	try {
		await installHook({ home, dist: options.dist, version: options.version, exclude: [folder] });
	} catch (error) {
		await open.close("stopped");
		await snapshots.close();
		throw error;
	}
	channel.emit({ v: 1, event: "ready", port: open.port, pid: process.pid, folders: [...open.folders()] });
	const lines = createInterface({ input, terminal: false });
	lines.on("line", (line) => (json ? channel.answerJson(line) : channel.answerTyped(line)));
	await stopped;
	lines.close();
	await open.close("stopped");
	await snapshots.close();
	channel.emit({ v: 1, event: "stopped" });
	return 0;
}
