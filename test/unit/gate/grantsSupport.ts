// A gate with grants, and agents' processes that are really there: a grant is bound to the one that was seen.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Answer, AnswerResult } from "../../../src/approvals/pending.ts";
import { JournalError } from "../../../src/audit/errors.ts";
import { Journal } from "../../../src/audit/journal.ts";
import type { CardModel } from "../../../src/protocol/card.ts";
import type { GrantLasts, GrantRule } from "../../../src/protocol/grants.ts";
import {
	type CallOptions,
	type HookCall,
	said,
	type TestGate,
	type TestGateOptions,
	testGate,
} from "../../support/gateClient.ts";

export const SESSION: GrantLasts = { for: "session" };

export function command(...patterns: string[]): GrantRule {
	return { member: "command", patterns };
}

export interface Granting {
	gate: TestGate;
	/** The agent's process, where a call names no other. */
	pid: number;
	/** A call of the agent's shell. */
	bash(line: string, options?: CallOptions): Promise<HookCall>;
	/** Its card, once what it runs was looked at. */
	card(): Promise<CardModel>;
	/** Allows a card, with a grant. */
	grant(card: CardModel, rule: GrantRule, lasts?: GrantLasts, more?: Partial<Answer>): AnswerResult;
	/** Has a line asked and granted; resolves when the agent was told. */
	granted(line: string, rule: GrantRule, lasts?: GrantLasts, options?: CallOptions): Promise<void>;
	/** What becomes of a line: "asked", or the decision it got without a card. A card that comes up is denied. */
	outcome(line: string, options?: CallOptions): Promise<string>;
	/** A process that runs until it is ended, or the test is over. */
	process(): Promise<{ pid: number; end(): Promise<void> }>;
	file(path: string, text?: string): void;
}

export async function granting(
	t: TestContext,
	options: TestGateOptions = {},
	at?: TestGate["place"],
): Promise<Granting> {
	const gate = await testGate(t, options, at);
	const { pid } = await running(t, gate.place.userHome);
	const bash: Granting["bash"] = (line, more = {}) =>
		gate.call("PreToolUse-Bash", {
			pid,
			// The same id would be the same call.
			toolUseId: randomUUID(),
			...more,
			members: { tool_input: { command: line }, ...more.members },
		});
	const card = async () => {
		const next = await gate.card();
		await gate.gate.offers(next.id);
		return next;
	};
	const grant: Granting["grant"] = (on, rule, lasts = SESSION, more = {}) =>
		gate.answer(on, "allow", { grant: { lasts, rule }, ...more });
	return {
		gate,
		pid,
		bash,
		card,
		grant,
		async granted(line, rule, lasts, more) {
			const call = await bash(line, more);
			assert.deepEqual(grant(await card(), rule, lasts), { result: "taken" });
			assert.equal(said(await call.reply()).decision, "allow");
		},
		async outcome(line, more) {
			const call = await bash(line, more);
			const opened = new Promise<CardModel>((resolve) => gate.gate.once("opened", resolve));
			const reply = call.reply();
			const first = await Promise.race([opened, reply]);
			if ("exit" in first) return said(first).decision;
			gate.answer(await gate.card(), "deny");
			await reply;
			return "asked";
		},
		process: () => running(t, gate.place.userHome),
		file: (path, text = `of ${path}\n`) => writeFileSync(join(gate.place.folder, path), text),
	};
}

async function running(t: TestContext, home: string): ReturnType<Granting["process"]> {
	const child: ChildProcess = spawn(process.execPath, ["-e", "process.stdin.resume()"], {
		stdio: ["pipe", "ignore", "ignore"],
		// What is read of an agent's process: where its settings are.
		env: { HOME: home },
	});
	const over = once(child, "exit");
	await once(child, "spawn");
	t.after(() => child.kill());
	return {
		pid: child.pid ?? 0,
		async end() {
			child.kill();
			await over;
		},
	};
}

/** The next batch with an entry of this type fails, as on a disk that had an error. */
export function failOnce(t: TestContext, type: string): void {
	const real = Journal.prototype.appendAll;
	let failed = false;
	t.mock.method(Journal.prototype, "appendAll", function (this: Journal, ...[entries]: Parameters<typeof real>) {
		if (failed || !entries.some((entry) => entry.type === type)) return real.call(this, entries);
		failed = true;
		return Promise.reject(new JournalError("io", "the disk had an error"));
	});
}
