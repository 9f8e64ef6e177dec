// The card as it is kept is masked, each line as it is in its whole file; the card itself is left alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildCard } from "../../../src/actions/card.ts";
import { jobs } from "../../../src/actions/jobs.ts";
import { redactCard } from "../../../src/actions/redactCard.ts";
import { CardModel } from "../../../src/protocol/card.ts";
import { Maker, randomOf } from "../../fixtures/secrets/samples.ts";

const maker = new Maker(randomOf(5));
const side = (text: string) => ({
	...{ bytes: Buffer.from(text), eol: "lf" as const, bom: false, finalNewline: true, binary: false },
	mode: 0o600,
});

function cardOf(before: string, after: string, input = {}) {
	const proposal = { files: [{ path: "/w/a", op: "modify" as const, before: side(before), after: side(after) }] };
	const card = buildCard({
		id: "r",
		event: { caller: { agent: "claude-code", label: "Claude Code" }, description: `with ${TOKEN}` },
		action: { v: 1, kind: "write", tool: "Write", root: "/w", cwd: "/w", input, paths: ["/w/a"] },
		proposal,
		verdict: { why: [], guard: false },
		session: { id: "s", label: "" },
		...{ createdAt: 1, deadlineAt: 2, actionMac: "00", folders: ["/w"] },
	});
	return { card, proposal };
}
const TOKEN = `gh${"p_"}${maker.of("alnum", 36)}`;

test("the middle of a private key in a hunk is masked: what it is, only the whole file says", () => {
	const pem = maker.pem(["PRIVATE", "KEY"].join(" "), 20);
	const secrets = pem.split("\n").slice(1, -1);
	const changed = pem.replace(secrets[10] as string, maker.of("base64", 64));
	const { card, proposal } = cardOf(pem, changed);
	assert.ok(JSON.stringify(card).includes(secrets[9] as string), "the card shows it");
	assert.ok(!JSON.stringify(card).includes("PRIVATE"), "and not what it is");
	const { value, redacted } = redactCard(card, proposal);
	const kept = JSON.stringify(value);
	assert.ok(redacted);
	for (const secret of [...secrets, ...changed.split("\n").slice(1, -1)]) assert.ok(!kept.includes(secret));
	const parsed = CardModel.parse(value);
	assert.equal(parsed.files[0]?.hunks[0]?.lines.length, card.files[0]?.hunks[0]?.lines.length, "line by line");
	for (const one of card.files)
		for (const at of ["before", "after"] as const) assert.ok(!kept.includes(one[at]?.sha256 ?? "x"));
	// Without the files at hand what stands in the hunk is still looked through.
	assert.ok(!JSON.stringify(redactCard(card, undefined).value).includes(TOKEN));
});

test("secrets anywhere on a card are masked in what is kept, and stay on the card", () => {
	const { card, proposal } = cardOf("a\n", `a\nDB_PASSWORD=${TOKEN}\nb\n`, { password: TOKEN, content: TOKEN });
	const before = JSON.stringify(card);
	const kept = JSON.stringify(redactCard(card, proposal).value);
	assert.ok(!kept.includes(TOKEN.slice(8)));
	assert.equal(JSON.stringify(card), before);
	assert.ok(before.includes(TOKEN));
	assert.equal(Buffer.from(jobs.shown({ card, proposal }).bytes).toString(), kept);
});

test("a card without secrets is kept as it is", () => {
	const { card, proposal } = cardOf("a\nb\n", "a\nc\n");
	const plain = { ...card, description: "no secret" };
	assert.deepEqual(redactCard(plain, proposal), { redacted: false, value: JSON.parse(JSON.stringify(plain)) });
});
