// The ledger's bounds: who fills it pushes out its own lines, and what is open stays.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sideOf } from "../../../src/actions/textFile.ts";
import { Ledger, type LedgerLine } from "../../../src/gate/ledger.ts";
import { Proposals } from "../../../src/gate/proposals.ts";
import { Warnings } from "../../../src/gate/warnings.ts";
import { message } from "../../../src/protocol/messages.ts";

let requests = 0;

function line(session: string, more: Partial<LedgerLine> = {}): LedgerLine {
	requests += 1;
	const request = more.request ?? `r${requests}`;
	return {
		request,
		session: { key: session },
		digest: "d",
		bytes: 10,
		state: "open",
		toolUseId: `t${requests}`,
		...more,
	} as LedgerLine;
}

test("the newest line of a tool call is found, and only in its own session", () => {
	const ledger = new Ledger();
	ledger.add(line("a", { toolUseId: "t" }));
	const newest = line("a", { toolUseId: "t" });
	ledger.add(newest);
	assert.equal(ledger.ofToolUse("a", "t"), newest);
	assert.equal(ledger.ofToolUse("b", "t"), undefined);
});

test("a session that fills the ledger loses its own lines, finished ones first", () => {
	const ledger = new Ledger({ lines: 10, bytes: 1e9 });
	const mine = line("mine", { state: "allowed" });
	ledger.add(mine);
	const open = line("flood", { state: "open" });
	ledger.add(open);
	const allowed = line("flood", { state: "allowed" });
	ledger.add(allowed);
	const denied = line("flood", { state: "denied" });
	ledger.add(denied);
	for (let n = 0; n < 7; n += 1) ledger.add(line("flood", { state: "allowed" }));
	assert.equal(ledger.get(denied.request), undefined, "the finished one went first");
	assert.equal(ledger.get(allowed.request), allowed);
	for (let n = 0; n < 100; n += 1) ledger.add(line("flood", { state: "allowed" }));
	assert.equal(ledger.get(allowed.request), undefined);
	assert.equal(ledger.get(open.request), open, "what waits is not forgotten");
	assert.equal(ledger.get(mine.request), mine, "nor is another session's");
	assert.equal(ledger.all("open", "allowed", "denied").length, 10);
});

test("large payloads push out lines of the session that brought them", () => {
	const ledger = new Ledger({ lines: 1000, bytes: 100 });
	const mine = line("mine", { state: "allowed", bytes: 20 });
	ledger.add(mine);
	const big = line("flood", { state: "allowed", bytes: 70 });
	ledger.add(big);
	ledger.add(line("flood", { state: "allowed", bytes: 70 }));
	assert.equal(ledger.get(big.request), undefined);
	assert.equal(ledger.ofToolUse("flood", big.toolUseId ?? ""), undefined);
	assert.equal(ledger.get(mine.request), mine);
});

test("when everything is open nothing is forgotten", () => {
	const ledger = new Ledger({ lines: 3, bytes: 1e9 });
	for (let n = 0; n < 6; n += 1) ledger.add(line("a"));
	assert.equal(ledger.open("a").length, 6);
});

test("a request id that comes again takes the place of the one before", () => {
	const ledger = new Ledger();
	ledger.add(line("a", { request: "same", toolUseId: "old" }));
	const again = line("b", { request: "same", toolUseId: "new" });
	ledger.add(again);
	assert.equal(ledger.get("same"), again);
	assert.equal(ledger.ofToolUse("a", "old"), undefined);
	assert.equal(ledger.all("open").length, 1);
});

test("the agent's prompt is matched to the newest line of the same action by the same sub-agent", () => {
	const ledger = new Ledger();
	const first = line("a", { state: "delegated" });
	const newest = line("a", { state: "delegated" });
	for (const one of [first, newest, line("a", { subagent: "s" }), line("a", { digest: "other" }), line("b")])
		ledger.add(one);
	assert.equal(ledger.ofAction("a", undefined, "d", ["delegated"]), newest);
	newest.state = "done";
	assert.equal(ledger.ofAction("a", undefined, "d", ["delegated"]), first);
});

test("a race is in the list of races until it is over", () => {
	const ledger = new Ledger();
	const raced = line("a");
	ledger.add(raced);
	assert.deepEqual(ledger.delegated("a"), []);
	ledger.race(raced);
	assert.deepEqual(ledger.delegated("a"), [raced]);
	raced.state = "done";
	assert.deepEqual(ledger.delegated("a"), []);
});

test("proposed changes are kept up to a size, and the room comes back", () => {
	const proposals = new Proposals(100);
	const change = (bytes: number) => ({
		files: [{ path: "/a", op: "create" as const, after: sideOf(Buffer.alloc(bytes)) }],
	});
	proposals.set("a", change(60));
	proposals.set("b", change(60));
	assert.ok(proposals.get("a"));
	assert.equal(proposals.get("b"), undefined);
	proposals.delete("b");
	proposals.delete("a");
	proposals.delete("a");
	proposals.set("c", change(100));
	assert.ok(proposals.get("c"));
});

test("warnings are bounded, keep what may not be dismissed, and quote no secrets", () => {
	const warnings = new Warnings();
	warnings.set("stays", message("gate.breach", { code: "x" }), false);
	for (let n = 0; n < 200; n += 1) warnings.set(`w${n}`, message("gate.breach", { code: "x" }), true);
	assert.equal(warnings.list().length, 50);
	assert.equal(warnings.list()[0]?.id, "stays");
	assert.equal(warnings.dismiss("stays"), false);
	assert.equal(warnings.dismiss("w199"), true);
	const file = `/x/ghp_0123456789abcdefghijABCDEFGHIJ012345/${"y".repeat(100_000)}`;
	warnings.set("long", message("gate.configBlocked", { file }), true);
	const said = String(warnings.list().at(-1)?.message.args?.file);
	assert.ok(said.length <= 1000 && !said.includes("ghp_"));
});
