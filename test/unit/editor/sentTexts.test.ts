import assert from "node:assert/strict";
import { test } from "node:test";
import { SentTexts } from "../../../src/editor/sentCards.ts";
import type { PolicyLayer } from "../../../src/protocol/grants.ts";

function layer(file: string, text: string, sha256 = text): PolicyLayer {
	return { layer: "workspace", file, sha256, text, allows: 1, accepted: "waiting", problems: [] };
}

const texts = (packed: PolicyLayer[]) => packed.map(({ text }) => text);

test("a policy file's text travels once for each content", () => {
	const sent = new SentTexts();
	assert.deepEqual(texts(sent.pack([layer("/a", "one"), layer("/b", "one")])), ["one", "one"]);
	assert.deepEqual(texts(sent.pack([layer("/a", "one"), layer("/b", "two")])), [undefined, "two"]);
	assert.deepEqual(sent.pack([layer("/a", "one")])[0]?.sha256, "one");
});

test("it travels again to a new document of the view, and after the file was away", () => {
	const sent = new SentTexts();
	sent.pack([layer("/a", "one")]);
	sent.forget();
	assert.deepEqual(texts(sent.pack([layer("/a", "one")])), ["one"]);
	sent.pack([]);
	assert.deepEqual(texts(sent.pack([layer("/a", "one")])), ["one"]);
});

test("what is not sent any more, because it was accepted, leaves no text behind", () => {
	const sent = new SentTexts();
	sent.pack([layer("/a", "one")]);
	const { text: _, ...accepted } = layer("/a", "one");
	assert.deepEqual(texts(sent.pack([{ ...accepted, accepted: "accepted" }])), [undefined]);
	assert.deepEqual(texts(sent.pack([layer("/a", "one")])), ["one"]);
});
