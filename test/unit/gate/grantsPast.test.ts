// What else a rule would have let through, from a real journal.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openHome } from "../../../src/audit/home.ts";
import { openJournal } from "../../../src/audit/journal.ts";
import { Past, type PastLimits } from "../../../src/gate/past.ts";
import type { Rule } from "../../../src/policy/rules/schema.ts";
import { gatePlace } from "../../support/gateClient.ts";

interface Line {
	command?: string;
	kind?: string;
	tool?: string;
	path?: string;
	url?: string;
	by?: string;
	verdict?: string;
	guard?: boolean;
	agent?: string;
	pad?: number;
}

async function start(t: TestContext) {
	const at = gatePlace(t);
	const home = openHome(at.home);
	let time = Date.now();
	let segment = 0;
	let requests = 0;
	const open = () =>
		openJournal({
			home,
			root: at.folder,
			gateId: `g${++segment}`,
			writer: { osUser: "ann", host: "h", editor: "serve", version: "0" },
			signer: home.signer(),
			clock: { now: () => time, mono: () => time },
		});
	let journal = await open();
	t.after(() => journal.close());
	const write = async (...lines: Line[]) => {
		const drafts = lines.flatMap(
			({
				command,
				kind = "shell",
				tool = "Bash",
				path,
				url,
				by = "person",
				verdict = "allow",
				guard = false,
				agent = "claude-code",
				pad = 0,
			}) => {
				const request = `r${++requests}`;
				const input = {
					...(command === undefined ? {} : { command }),
					...(url === undefined ? {} : { url }),
					...(pad > 0 ? { pad: "x".repeat(pad) } : {}),
				};
				const claimed = { input, paths: path === undefined ? [] : [join(at.folder, path)], cwd: at.folder };
				return [
					{ type: "action.requested" as const, body: { request, agent, kind, tool, actionMac: "m", guard, claimed } },
					{ type: "action.decided" as const, body: { request, actionMac: "m", decision: { by, verdict } } },
				];
			},
		);
		await journal.appendAll(drafts);
	};
	const ask = (rule: Partial<Rule>, limits: Partial<PastLimits> = {}, except = "") =>
		new Past(at.home, limits).of(
			at.folder,
			{ id: "d", effect: "allow", agent: "claude-code", folder: at.folder, ...rule },
			except,
			at.userHome,
		);
	return {
		at,
		write,
		ask,
		later: (days: number) => {
			time += days * 24 * 60 * 60_000;
		},
		earlier: (days: number) => {
			time -= days * 24 * 60 * 60_000;
		},
		async nextSegment() {
			await journal.close();
			journal = await open();
		},
	};
}

const NPM: Partial<Rule> = { kind: "shell", command: ["npm test *"], unchanged: { "package.json": "0".repeat(64) } };

test("other actions that were asked or denied count; what a rule allowed does not", async (t) => {
	const { write, ask } = await start(t);
	await write(
		{ command: "npm test" },
		{ command: "npm test -- --watch", by: "timeout", verdict: "deny" },
		{ command: "ls && npm test | tail -5", by: "rule", verdict: "deny" },
		{ command: "npm test -- --all", by: "rule", verdict: "allow" },
		{ command: "npm run lint" },
		{ command: "npm test && npm run lint" },
		{ command: "npm test > out.log" },
		{ command: "npm test $X" },
		{ command: "npm test -- guard", guard: true },
		{ command: "npm test -- other", agent: "codex" },
	);
	assert.deepEqual(await ask(NPM), {
		days: 30,
		matched: 3,
		examples: ["ls && npm test | tail -5", "npm test -- --watch", "npm test"],
		more: false,
	});
	assert.equal((await ask(NPM, {}, "r1")).matched, 2, "not the one that is being answered");
});

test("files, hosts and tools of the past are matched, too", async (t) => {
	const { write, ask } = await start(t);
	await write(
		{ kind: "edit", tool: "Edit", path: "src/a.ts" },
		{ kind: "write", tool: "Write", path: "src/b.ts" },
		{ kind: "write", tool: "Write", path: "lib/b.ts" },
		{ kind: "fetch", tool: "WebFetch", url: "https://docs.python.org/3/" },
		{ kind: "mcp", tool: "mcp__srv__echo" },
	);
	assert.equal((await ask({ kind: ["edit", "write"], path: ["src/**"] })).matched, 2);
	assert.deepEqual((await ask({ kind: "fetch", host: ["*.python.org"] })).examples, ["https://docs.python.org/3/"]);
	assert.equal((await ask({ kind: "mcp", tool: ["mcp__srv__*"] })).matched, 1);
});

test("nothing destructive is said to pass by a wide rule", async (t) => {
	const { write, ask } = await start(t);
	await write({ command: "git push --force origin main" }, { command: "git push origin main" });
	assert.deepEqual((await ask({ kind: "shell", command: ["git push *"] })).examples, ["git push origin main"]);
	assert.equal((await ask({ kind: "shell", command: ["git push --force origin main"] })).matched, 1);
});

test("all segments of the last 30 days are read, the newest first, and no further", async (t) => {
	const { write, ask, earlier, later, nextSegment } = await start(t);
	earlier(40);
	await nextSegment();
	await write({ command: "npm test -- old" });
	later(20);
	await nextSegment();
	await write({ command: "npm test -- middle" });
	later(20);
	await nextSegment();
	await write({ command: "npm test -- new" });
	assert.deepEqual(await ask(NPM), {
		days: 30,
		matched: 2,
		examples: ["npm test -- new", "npm test -- middle"],
		more: false,
	});
});

test("a long journal is read in pieces that miss nothing, within its bounds", async (t) => {
	const { write, ask } = await start(t);
	const lines = Array.from({ length: 300 }, (_, index) => ({ command: `npm test -- ${index}`, pad: 20_000 }));
	for (let at = 0; at < lines.length; at += 50) await write(...lines.slice(at, at + 50));
	const all = await ask(NPM, { ms: 60_000 });
	assert.deepEqual([all.matched, all.more], [300, false]);
	assert.deepEqual(all.examples.slice(0, 2), ["npm test -- 299", "npm test -- 298"]);
	const few = await ask(NPM, { requests: 10, ms: 60_000 });
	assert.deepEqual([few.matched, few.more], [10, true]);
	const bytes = await ask(NPM, { bytes: 1, ms: 60_000 });
	assert.ok(bytes.matched > 0 && bytes.matched < 300 && bytes.more);
	const none = await ask(NPM, { ms: -1 });
	assert.deepEqual([none.matched, none.more], [0, true]);
});

test("what was read serves for a while, and a journal that is not there says that more may be", async (t) => {
	const { at, write } = await start(t);
	await write({ command: "npm test" });
	const past = new Past(at.home);
	const rule: Rule = { id: "d", effect: "allow", agent: "claude-code", folder: at.folder, ...NPM };
	assert.equal((await past.of(at.folder, rule, "", at.userHome)).matched, 1);
	await write({ command: "npm test" });
	assert.equal((await past.of(at.folder, rule, "", at.userHome)).matched, 1, "kept");
	assert.equal((await new Past(at.home).of(at.folder, rule, "", at.userHome)).matched, 2);
	const nowhere = join(at.dir, "nowhere");
	assert.equal((await past.of(nowhere, rule, "", at.userHome)).more, true);
	mkdirSync(nowhere);
	assert.deepEqual(await past.of(nowhere, rule, "", at.userHome), { days: 30, matched: 0, examples: [], more: false });
});

test("the event loop goes on while a long past is looked through", async (t) => {
	const { write, ask } = await start(t);
	for (let at = 0; at < 20; at += 1) {
		await write(
			...Array.from({ length: 50 }, (_, index) => ({
				command: `npm test -- ${at} ${index} && ${"ls; ".repeat(60)}ls`,
			})),
		);
	}
	let longest = 0;
	let last = performance.now();
	const timer = setInterval(() => {
		longest = Math.max(longest, performance.now() - last);
		last = performance.now();
	}, 1);
	const asked = performance.now();
	await ask(NPM, { ms: 60_000 });
	const took = performance.now() - asked;
	clearInterval(timer);
	assert.ok(longest < Math.max(200, took / 2), `held for ${longest} of ${took} ms`);
});
