// The channel of `gatepost serve`: shows what waits and takes answers, from a person at the terminal or, with --json, from
// a program. An answer counts for the one request that was shown under what was typed.
import { hostname, userInfo } from "node:os";
import type { Writable } from "node:stream";
import { cardDigest } from "../actions/card.ts";
import type { Answer } from "../approvals/pending.ts";
import type { Gate } from "../gate/gate.ts";
import { explanationText } from "../policy/explainText.ts";
import type { CardModel } from "../protocol/card.ts";
import { format } from "../protocol/messages.ts";
import { ServeAnswer, type ServeEvent } from "../protocol/serve.ts";
import { cardText } from "./cardText.ts";
import { LEAST_SHOWN_MS } from "./leastShown.ts";
import type { ServePolicy } from "./servePolicy.ts";
import { terminalText, wrapped } from "./terminalText.ts";

export interface ServeChannelOptions {
	json: boolean;
	/** A person sits at a terminal: what is typed comes from one, and what is shown goes to one. */
	terminal: boolean;
	/** A terminal knows its size. */
	output: Writable & { rows?: number; columns?: number };
}

/** Requests that are remembered with their numbers, also after their end. */
const MAX_SHOWN = 2000;

interface Shown {
	/** What a person types. Never used again: an agent chooses ids, and could put a request in the place of another. */
	number: number;
	card: CardModel;
	/** When the last of it came on screen. */
	at: number;
	/** Its lines that did not fit on one screen, until they were paged through. */
	unseen: string[];
}

const TYPE = "Type: allow N | deny N [reason] | show N | why N | list | policy";

/** Of a terminal that does not say its size. */
const ROWS = 24;
const COLUMNS = 80;

export class ServeChannel {
	readonly #gate: Gate;
	readonly #options: ServeChannelOptions;
	/** By request id. */
	readonly #shown = new Map<string, Shown>();
	readonly #policy: ServePolicy | undefined;
	#numbers = 0;
	#warned = new Map<string, string>();

	constructor(gate: Gate, options: ServeChannelOptions, policy?: ServePolicy) {
		this.#gate = gate;
		this.#policy = policy;
		this.#options = options;
		gate.on("opened", (card) => {
			this.#numbers += 1;
			this.#show(card, this.#numbers);
			if (this.#shown.size > MAX_SHOWN) this.#shown.delete(this.#shown.keys().next().value ?? "");
		});
		gate.on("settled", (id, outcome) => {
			const row = gate.activity().find((candidate) => candidate.id === id);
			const reason = row?.reason === undefined ? {} : { reason: row.reason };
			this.emit({ v: 1, event: "decided", id, outcome, by: row?.who ?? row?.by ?? "", ...reason });
		});
		gate.on("changed", () => {
			this.#showAnew();
			this.#warn();
		});
		this.#warn();
	}

	#show(card: CardModel, number: number): void {
		const lines = this.#person ? wrapped(cardText(card, String(number)), this.#columns) : [];
		const fits = lines.length <= this.#screen;
		this.#shown.set(card.id, { number, card, at: performance.now(), unseen: fits ? [] : lines });
		this.emit({ v: 1, event: "pending", id: card.id, card });
		if (!fits) this.#options.output.write(`  longer than the screen: show ${number}\n`);
	}

	/** Cards in whose place another is up: an answer is to what it shows. */
	#showAnew(): void {
		for (const card of this.#gate.cards()) {
			const shown = this.#shown.get(card.id);
			if (shown !== undefined && shown.card !== card) this.#show(card, shown.number);
		}
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

	/** `allow N`, `deny N [reason]`, `show N`, `list`. */
	answerTyped(line: string): void {
		const [word = "", typed = "", ...rest] = line.trim().split(/\s+/u);
		if (word === "") return;
		if (word === "list") {
			for (const card of this.#gate.cards()) this.emit({ v: 1, event: "pending", id: card.id, card });
			return;
		}
		if (word === "policy" || word === "accept") {
			this.#policyTyped(word, typed);
			return;
		}
		if (word !== "allow" && word !== "deny" && word !== "show" && word !== "why") {
			this.#options.output.write(`${TYPE}\n`);
			return;
		}
		const [id, shown] = [...this.#shown].find(([, { number }]) => String(number) === typed) ?? [];
		if (id === undefined || shown === undefined) {
			this.#refused(typed, "no-such-request", "No request was shown under that number; nothing was answered.");
		} else if (word === "show") {
			this.#page(shown);
		} else if (word === "why") {
			this.#explain(id);
		} else if (word === "allow" && performance.now() - shown.at < LEAST_SHOWN_MS) {
			this.#refused(id, "too-soon", "That request has only just come up; look at it, then type that again.");
		} else this.#answer(id, word, rest.length === 0 ? undefined : rest.join(" "));
	}

	#explain(id: string): void {
		const explanation = this.#gate.explain(id);
		const lines = explanation === undefined ? [] : explanationText(explanation).split("\n");
		this.#options.output.write(lines.map((line) => `${terminalText(line)}\n`).join(""));
	}

	/** `policy` shows the policy files, `accept N` accepts one: only for a person at the terminal. */
	#policyTyped(word: "policy" | "accept", typed: string): void {
		const { output } = this.#options;
		if (this.#policy === undefined || !this.#person) {
			this.#refused("", "no-person", "Only a person at the terminal can.");
			return;
		}
		if (word === "policy") output.write(this.#policy.show(this.#screen, this.#columns));
		else {
			this.#policy.accept(typed).then(
				(said) => output.write(said),
				(error: unknown) => output.write(`${terminalText(error instanceof Error ? error.message : String(error))}\n`),
			);
		}
	}

	/** Without a terminal no person is seen, whatever the program says of itself. */
	get #person(): boolean {
		return !this.#options.json && this.#options.terminal;
	}

	/** Rows of a screen; one is kept for the prompt, one for what follows. A terminal may say 0. */
	get #screen(): number {
		return Math.max(1, (this.#options.output.rows || ROWS) - 2);
	}

	get #columns(): number {
		return this.#options.output.columns || COLUMNS;
	}

	/** The next screen of what did not fit on one. */
	#page(shown: Shown): void {
		const page = shown.unseen.splice(0, this.#screen);
		shown.at = performance.now();
		const more = shown.unseen.length > 0 ? `  ... ${shown.unseen.length} more lines: show ${shown.number}` : "  (end)";
		this.#options.output.write(`${page.join("\n")}\n${more}\n`);
	}

	#answer(id: string, verdict: "allow" | "deny", reason: string | undefined): void {
		const card = this.#gate.cards().find((candidate) => candidate.id === id);
		if (card === undefined) {
			this.#refused(id, "no-such-request", "That request is not waiting (any more); nothing was answered.");
			return;
		}
		const result = this.#gate.answer(id, this.#answerOf(card, verdict, reason));
		if (result.result === "late") this.#refused(id, "late", "Somebody was first; this answer did not count.");
		if (result.result === "refused") this.#refused(id, result.message.code, format(result.message));
	}

	#answerOf(card: CardModel, verdict: "allow" | "deny", reason: string | undefined): Answer {
		const person = this.#person;
		const shown = this.#shown.get(card.id);
		// To a program nothing was shown, so it allows no guard change; nor does who saw the end of a long one only.
		const whole = person && shown?.unseen.length === 0 && !card.files.some((file) => file.cut || file.binary);
		return {
			verdict,
			channel: person ? "terminal" : "program",
			approver: { osUser: userInfo().username, claims: {}, assurance: person ? 1 : 0 },
			shown: {
				digest: cardDigest(card),
				extent: whole ? "whole" : "partial",
				ms: Math.round(performance.now() - (shown?.at ?? performance.now())),
			},
			...(reason === undefined ? {} : { reason }),
		};
	}

	#refused(id: string, code: string, text: string): void {
		this.emit({ v: 1, event: "refused", id, code, text });
	}

	/** Says each warning once, and again when it says something else. */
	#warn(): void {
		const now = new Map(
			this.#gate.warnings().map(({ id, message }) => [id, { code: message.code, text: format(message) }]),
		);
		for (const [id, { code, text }] of now) {
			if (this.#warned.get(id) !== text) this.emit({ v: 1, event: "warning", code, text });
		}
		this.#warned = new Map([...now].map(([id, { text }]) => [id, text]));
	}

	/** What a request is called here: its number, or what was typed where there is none. */
	#name(id: string): string {
		const number = this.#shown.get(id)?.number;
		return number === undefined ? terminalText(id.slice(0, 40)) : String(number);
	}

	#words(event: ServeEvent): string {
		switch (event.event) {
			case "ready":
				return `Gatepost on ${hostname()} serves ${event.folders.map(terminalText).join(", ")}. ${TYPE}\n${this.#policy?.notice() ?? ""}`;
			case "pending":
				return cardText(event.card, this.#name(event.id));
			case "decided":
				return `${this.#name(event.id)} ${event.outcome} by ${terminalText(event.by)}${event.reason === undefined ? "" : `: ${terminalText(event.reason)}`}\n`;
			case "refused":
				return `${this.#name(event.id)} ${terminalText(event.text)}\n`;
			case "warning":
				return `! ${terminalText(event.text)}\n`;
			case "stopped":
				return "The gate is closed; agents are refused from now on.\n";
		}
	}
}
