import { test as nodeTest } from "node:test";
import type { DeskClock } from "../../../src/approvals/clock.ts";
import type { Answer, DeskRequest } from "../../../src/approvals/pending.ts";
import type { CardModel } from "../../../src/protocol/card.ts";

/** A test that ends red when a promise never settles; left alone, the runner would wait for ever. */
export function test(name: string, run: () => void | Promise<void>): void {
	nodeTest(name, { timeout: 30_000 }, run);
}

/** A clock that stands still until it is told to go on. */
export class TestClock implements DeskClock {
	now = 1_000_000;
	uptime = 5_000;
	#timers: { at: number; callback: () => void }[] = [];

	wall(): number {
		return this.now;
	}

	steady(): number {
		return this.uptime;
	}

	after(ms: number, callback: () => void): () => void {
		const timer = { at: this.uptime + ms, callback };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((other) => other !== timer);
		};
	}

	get timers(): number {
		return this.#timers.length;
	}

	/** Time passes and timers fire in order. */
	pass(ms: number): void {
		const end = this.uptime + ms;
		for (;;) {
			const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
			if (next === undefined) break;
			this.#timers = this.#timers.filter((other) => other !== next);
			this.now += next.at - this.uptime;
			this.uptime = next.at;
			next.callback();
		}
		this.now += end - this.uptime;
		this.uptime = end;
	}

	/** The machine sleeps: wall time passes, timers and the steady clock do not. */
	sleep(ms: number): void {
		this.now += ms;
	}
}

export const DIGEST = "a".repeat(64);

export function card(id: string, more: Partial<CardModel> = {}): CardModel {
	return {
		v: 1,
		id,
		agent: { id: "claude-code", label: "Claude Code" },
		session: { id: "s", label: "a session" },
		kind: "shell",
		tool: "Bash",
		verb: { code: "verb.shell" },
		target: "npm test",
		root: "/w",
		cwd: "/w",
		files: [],
		input: "{}",
		inputMatters: false,
		why: [],
		risks: [],
		guard: false,
		createdAt: "2026-01-01T00:00:00.000Z",
		deadlineAt: "2026-01-01T00:30:00.000Z",
		actionMac: "0".repeat(64),
		...more,
	};
}

export function request(clock: DeskClock, id: string, more: Partial<CardModel> = {}, ms = 60_000): DeskRequest {
	return { card: card(id, more), shownDigest: DIGEST, deadlineAt: clock.wall() + ms };
}

export function answer(verdict: "allow" | "deny", more: Partial<Answer> = {}): Answer {
	return {
		verdict,
		channel: "editor",
		approver: { osUser: "dev", claims: {}, assurance: 1 },
		shown: { digest: DIGEST, extent: "whole", ms: 900 },
		gesture: "pointer",
		...more,
	};
}
