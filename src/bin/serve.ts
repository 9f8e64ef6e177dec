// `gatepost serve`: the same gate without an editor. The terminal that runs it is a channel: it shows what waits and
// takes `allow ID` and `deny ID reason` from its own keyboard. With --json a program answers, and the log says so.
import { homedir, hostname, userInfo } from "node:os";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { cardDigest } from "../actions/card.ts";
import type { Answer } from "../approvals/pending.ts";
import { type OpenGate, openGate } from "../gate/open.ts";
import type { CardModel } from "../protocol/card.ts";
import { format } from "../protocol/messages.ts";
import { ServeAnswer, type ServeEvent } from "../protocol/serve.ts";
import { cardText } from "./cardText.ts";
import { installHook } from "./installHook.ts";
import { terminalText } from "./terminalText.ts";

export interface ServeOptions {
	home: string;
	folder: string;
	json: boolean;
	/** Where Claude Code's actions are answered, as in the editor's setting. */
	prompt: "gatepost" | "both";
	deadlineMinutes: number;
	version: string;
	/** Folder of the built hook.cjs. */
	dist: string;
	input: Readable & { isTTY?: boolean };
	output: Writable;
}

/** Runs until SIGTERM, SIGINT or the end of the input of `--json`; resolves with the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
	const { home, folder, json, input, output } = options;
	const open = await openGate({
		homeDir: home,
		userHome: homedir(),
		osUser: userInfo().username,
		folders: [folder],
		editor: "serve",
		version: options.version,
		settings: () => ({ prompt: options.prompt, deadlineMs: options.deadlineMinutes * 60_000 }),
	});
	const channel = new ServeChannel(open, options);
	try {
		await installHook({ home, dist: options.dist, version: options.version, exclude: [folder] });
	} catch (error) {
		await open.close("stopped");
		throw error;
	}
	channel.emit({ v: 1, event: "ready", port: open.port, pid: process.pid, folders: [...open.folders()] });
	const lines = createInterface({ input, terminal: false });
	lines.on("line", (line) => (json ? channel.answerJson(line) : channel.answerTyped(line)));

	const stopped = new Promise<void>((resolve) => {
		for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => resolve());
		output.on("error", () => resolve());
	});
	await stopped;
	lines.close();
	await open.close("stopped");
	channel.emit({ v: 1, event: "stopped" });
	return 0;
}

class ServeChannel {
	readonly #open: OpenGate;
	readonly #options: ServeOptions;
	readonly #shownAt = new Map<string, number>();
	readonly #warned = new Set<string>();

	constructor(open: OpenGate, options: ServeOptions) {
		this.#open = open;
		this.#options = options;
		const { gate } = open;
		gate.on("opened", (card) => {
			this.#shownAt.set(card.id, performance.now());
			this.emit({ v: 1, event: "pending", id: card.id, card });
		});
		gate.on("settled", (id, outcome) => {
			if (!this.#shownAt.delete(id)) return;
			const row = gate.activity().find((candidate) => candidate.id === id);
			const reason = row?.reason === undefined ? {} : { reason: row.reason };
			this.emit({ v: 1, event: "decided", id, outcome, by: row?.who ?? row?.by ?? "", ...reason });
		});
		gate.on("changed", () => {
			for (const warning of gate.warnings()) {
				if (this.#warned.has(warning.id)) continue;
				this.#warned.add(warning.id);
				this.emit({ v: 1, event: "warning", code: warning.message.code, text: format(warning.message) });
			}
		});
	}

	/** One line of JSON for a program, or a few lines for a person; agents' text is escaped. */
	emit(event: ServeEvent): void {
		const { output, json } = this.#options;
		output.write(json ? `${JSON.stringify(event)}\n` : this.#words(event));
	}

	/** `{"answer":"allow"|"deny","id":...,"reason"?}` */
	answerJson(line: string): void {
		if (line.trim() === "") return;
		let raw: unknown;
		try {
			raw = JSON.parse(line);
		} catch {
			this.#refused("", "bad-line", "That line is not JSON; nothing was answered.");
			return;
		}
		const parsed = ServeAnswer.safeParse(raw);
		if (!parsed.success) {
			this.#refused("", "bad-answer", 'Not an answer: send {"answer":"allow"|"deny","id":...,"reason"?}.');
			return;
		}
		this.#answer(parsed.data.id, parsed.data.answer, parsed.data.reason);
	}

	/** `allow ID`, `deny ID [reason]`, `list`, `help`; ID may be the first few characters where that is unambiguous. */
	answerTyped(line: string): void {
		const [word = "", start = "", ...rest] = line.trim().split(/\s+/u);
		if (word === "") return;
		if (word === "list") {
			for (const card of this.#open.gate.cards()) this.emit({ v: 1, event: "pending", id: card.id, card });
			return;
		}
		if (word !== "allow" && word !== "deny") {
			this.#options.output.write("Type: allow ID | deny ID [reason] | list\n");
			return;
		}
		const cards = this.#open.gate.cards().filter((card) => start !== "" && card.id.startsWith(start));
		const [card] = cards;
		if (card === undefined || cards.length !== 1) {
			const text = cards.length === 0 ? "No waiting request has that ID." : "Several waiting requests start like that.";
			this.#refused(start, "no-such-request", text);
			return;
		}
		this.#answer(card.id, word, rest.length === 0 ? undefined : rest.join(" "));
	}

	#answer(id: string, verdict: "allow" | "deny", reason: string | undefined): void {
		const card = this.#open.gate.cards().find((candidate) => candidate.id === id);
		if (card === undefined) {
			this.#refused(id, "no-such-request", "That request is not waiting (any more); nothing was answered.");
			return;
		}
		const result = this.#open.gate.answer(id, this.#answerOf(card, verdict, reason));
		if (result.result === "late") this.#refused(id, "late", "Somebody was first; this answer did not count.");
		if (result.result === "refused") this.#refused(id, result.message.code, format(result.message));
	}

	#answerOf(card: CardModel, verdict: "allow" | "deny", reason: string | undefined): Answer {
		const { json, input } = this.#options;
		// Without a terminal no person is seen, whatever the program says of itself.
		const person = !json && input.isTTY === true;
		return {
			verdict,
			channel: person ? "terminal" : "program",
			approver: { osUser: userInfo().username, claims: {}, assurance: person ? 1 : 0 },
			shown: {
				digest: cardDigest(card),
				extent: card.files.some((file) => file.cut) ? "partial" : "whole",
				ms: Math.round(performance.now() - (this.#shownAt.get(card.id) ?? performance.now())),
			},
			...(reason === undefined ? {} : { reason }),
		};
	}

	#refused(id: string, code: string, text: string): void {
		this.emit({ v: 1, event: "refused", id, code, text });
	}

	#words(event: ServeEvent): string {
		switch (event.event) {
			case "ready":
				return `Gatepost on ${hostname()} serves ${event.folders.map(terminalText).join(", ")}. Type: allow ID | deny ID [reason] | list\n`;
			case "pending":
				return cardText(event.card);
			case "decided":
				return `${event.id.slice(0, 8)} ${event.outcome} by ${terminalText(event.by)}${event.reason === undefined ? "" : `: ${terminalText(event.reason)}`}\n`;
			case "refused":
				return `${terminalText(event.id.slice(0, 8))} ${terminalText(event.text)}\n`;
			case "warning":
				return `! ${terminalText(event.text)}\n`;
			case "stopped":
				return "The gate is closed; agents are refused from now on.\n";
		}
	}
}
