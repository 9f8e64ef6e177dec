// `gatepost serve --json` as tests drive it: the built program in a process of its own, answered line by line.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { CardModel } from "../../src/protocol/card.ts";
import type { ServeEvent } from "../../src/protocol/serve.ts";

export const checkout = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
export const cli = `${checkout}/dist/gatepost.cjs`;

export interface Serve {
	child: ChildProcess;
	port: number;
	events: ServeEvent[];
	stderr(): string;
	/** Resolves with the first event, past or coming, that fits; rejects after `ms` or when serve has ended. */
	event<T extends ServeEvent["event"]>(
		name: T,
		fits?: (event: ServeEvent & { event: T }) => boolean,
		ms?: number,
	): Promise<ServeEvent & { event: T }>;
	/** The next card that has not been taken yet. */
	card(ms?: number): Promise<CardModel>;
	answer(id: string, answer: "allow" | "deny", reason?: string): void;
	/** SIGTERM, and waits for the end. */
	stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts serve for a folder and waits until it is ready. */
export async function startServe(options: {
	home: string;
	folder: string;
	args?: string[];
	env?: Record<string, string>;
}): Promise<Serve> {
	const { home, folder, args = [], env = {} } = options;
	const child = spawn(process.execPath, [cli, "serve", "--json", "--home", home, "--folder", folder, ...args], {
		stdio: ["pipe", "pipe", "pipe"],
		env: { PATH: process.env.PATH, HOME: home.replace(/\/\.gatepost$/, ""), ...env },
	});
	const events: ServeEvent[] = [];
	const watchers = new Set<() => void>();
	let stderr = "";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		stderr += text;
	});
	createInterface({ input: child.stdout }).on("line", (line) => {
		events.push(JSON.parse(line));
		for (const watcher of [...watchers]) watcher();
	});
	const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
	let taken = 0;

	const event: Serve["event"] = (name, fits = () => true, ms = 30_000) => {
		type Wanted = ServeEvent & { event: typeof name };
		return new Promise<Wanted>((resolve, reject) => {
			const done = (finish: () => void) => {
				watchers.delete(look);
				clearTimeout(timer);
				finish();
			};
			const look = () => {
				const found = events.find((one): one is Wanted => one.event === name && fits(one as Wanted));
				if (found !== undefined) done(() => resolve(found));
			};
			const fail = (why: string) =>
				done(() =>
					reject(new Error(`no "${name}" event: ${why}\n${stderr}\n${JSON.stringify(events, null, 1).slice(-4000)}`)),
				);
			const timer = setTimeout(() => fail(`${ms} ms over`), ms);
			watchers.add(look);
			void ended.then((code) => fail(`serve ended with ${code}`));
			look();
		});
	};
	const serve: Serve = {
		child,
		port: 0,
		events,
		stderr: () => stderr,
		event,
		async card(ms) {
			const index = taken;
			taken += 1;
			let pending: CardModel[] = [];
			await event(
				"pending",
				() => {
					pending = events.filter((one) => one.event === "pending").map((one) => one.card);
					return pending.length > index;
				},
				ms,
			);
			return pending[index] as CardModel;
		},
		answer(id, answer, reason) {
			child.stdin?.write(`${JSON.stringify({ answer, id, ...(reason === undefined ? {} : { reason }) })}\n`);
		},
		async stop(signal = "SIGTERM") {
			if (child.exitCode === null && child.signalCode === null) child.kill(signal);
			return ended;
		},
	};
	serve.port = (await event("ready", undefined, 20_000)).port;
	return serve;
}
