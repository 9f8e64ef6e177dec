// Patterns of the user's own: what they match is masked, too, in a bounded time and never instead of anything.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import fc from "fast-check";
import { JobQueue, SMALL } from "../../../src/actions/jobQueue.ts";
import { asBuffer } from "../../../src/actions/jobs.ts";
import { redact, redactJson } from "../../../src/actions/redact.ts";
import { setUserPatterns } from "../../../src/actions/redactCustom.ts";
import { calibrating, times } from "../../support/pace.ts";

const LARGE = Math.max(...Object.values(SMALL)) + 1;
const KEY = `AKIA${"A2C4E6G8".repeat(2)}`;

afterEach(async () => {
	assert.deepEqual(await setUserPatterns([]), []);
});

test("what a pattern matches is masked as custom, in texts and in JSON", async () => {
	assert.equal(redact("acme-42 x").text, "acme-42 x");
	assert.deepEqual(await setUserPatterns(["acme-[0-9]+", "(?i)project \\w+"]), []);
	assert.equal(redact("acme-42 x").text, "[redacted:custom~8] x", "also what was found clean before");
	assert.deepEqual(redactJson({ "acme-1": ["Project Zebra"] }), {
		redacted: true,
		value: { "[redacted:custom~8]": ["[redacted:custom~16]"] },
	});
	await setUserPatterns([]);
	assert.equal(redact("acme-42 x").text, "acme-42 x");
});

test("a pattern with a problem is named and left out, the others hold", async () => {
	const problems = await setUserPatterns([
		"[",
		"a*",
		"\\b",
		"$",
		"acme",
		"(?=x)",
		"x".repeat(501),
		"(a{200}){3}",
		"(?:)",
	]);
	assert.deepEqual(
		problems.map(({ index }) => index),
		[0, 1, 2, 3, 5, 6, 7, 8],
	);
	for (const { why } of problems) assert.match(why, /\S/);
	assert.equal(redact("an acme [ x").text, "an [redacted:custom~8] [ x");
	const many = await setUserPatterns(Array.from({ length: 101 }, (_, n) => `p${n}x`));
	assert.deepEqual(
		many.map(({ index }) => index),
		[100],
	);
});

test("of two lists that are set at once the later one holds", async () => {
	await Promise.all([setUserPatterns(["one"]), setUserPatterns(["two"])]);
	assert.equal(redact("one two").text, "one [redacted:custom~8]");
	await Promise.all([setUserPatterns(["one"]), setUserPatterns([])]);
	assert.equal(redact("one two").text, "one two");
});

test("words with expansions are not masked by a pattern either, nor is a mask", async () => {
	await setUserPatterns(["acme.*", "redacted", "[0-9]+"]);
	assert.equal(redact("acme one $(rm -rf x) two").text, "[redacted:custom~8] $(rm -rf x) two");
	assert.equal(redact("acme$(id)").text, "acme$(id)");
	assert.equal(redact("acme a $X b").text, "[redacted:custom~8] $X [redacted:custom~8]");
	const once = redact(`x ${KEY} 17`).text;
	assert.equal(once, "x [redacted:aws-key-id~24] [redacted:custom~8]");
	assert.equal(redact(once).text, once);
});

test("a pattern can only mask more", async () => {
	const piece = fc.oneof(
		fc.constantFrom(
			KEY,
			"PASSWORD=hunter2hunter2",
			"$(id)",
			"$X",
			"`",
			" ",
			"\n",
			"[redacted:token~8]",
			"acme",
			"x://u:p1@h",
		),
		fc.string({ maxLength: 5 }),
	);
	const pattern = fc.constantFrom("acme", ".+", "\\S+", "[A-Z]+", "(?s)a.*", "r.d", "\\[.", "=.*\\n");
	await fc.assert(
		fc.asyncProperty(fc.array(piece, { maxLength: 12 }), pattern, async (pieces, one) => {
			const text = pieces.join("");
			await setUserPatterns([]);
			const plain = redact(text).text.replace(/\[redacted:[a-z-]+~\d+\]/g, "");
			await setUserPatterns([one]);
			const more = redact(text).text.replace(/\[redacted:[a-z-]+~\d+\]/g, "");
			// What is left is left out of what was left: in order.
			let at = 0;
			for (const character of more) {
				at = plain.indexOf(character, at) + 1;
				assert.ok(at > 0, `${JSON.stringify(text)} with ${one}: ${more}`);
			}
		}),
		{ numRuns: 1500 },
	);
});

test("the thread masks the same, also after a change", async () => {
	const queue = new JobQueue();
	const masked = async () => asBuffer((await queue.run("json", { text: "acme zebra" }, LARGE)).bytes).toString();
	assert.equal(await masked(), '{"text":"acme zebra"}');
	await setUserPatterns(["acme"]);
	assert.equal(await masked(), '{"text":"[redacted:custom~8] zebra"}');
	await setUserPatterns(["zebra"]);
	assert.equal(await masked(), '{"text":"acme [redacted:custom~8]"}');
});

test("a text made against a pattern costs in proportion to its length", async () => {
	await setUserPatterns(["a(?:.*b)?", "(?:a?){20}b"]);
	const text = (length: number) => "a".repeat(length);
	const short = times(() => redact(text(4000)));
	const long = times(() => redact(text(32_000)));
	assert.ok(calibrating() > 0);
	// Eight times the length; a square would be 64 times the work.
	assert.ok(long < 24 * Math.max(short, 1), `${long} against ${short}`);
	assert.ok(!redact(text(50_000)).text.includes("aaaa"), "and all of it is masked");
});
