// What is searched for is an agent's or anybody's text: nothing in it is syntax.
import assert from "node:assert/strict";
import { test } from "node:test";
import { idMatcher, idNumbers, idText } from "../../../../src/audit/index/requestIds.ts";
import { rootIn, sampleLog } from "../../../support/auditLog.ts";
import { place } from "../support.ts";
import {
	allRows,
	Chance,
	comparable,
	emptyLog,
	openLens,
	oracle,
	randomLog,
	WORDS,
	wanted,
	writeLog,
} from "./support.ts";

const HOSTILE = [
	'"',
	'""',
	'"git',
	"git*",
	"*",
	"git OR npm",
	"git AND npm",
	"git NOT npm",
	"NOT git",
	"git NEAR/2 npm",
	"text:git",
	"(git",
	"git)",
	"((((((((((((((((((((git",
	"^git",
	"-git",
	"git' OR '1'='1",
	"'; DROP TABLE rows; --",
	"git\u0000npm",
	"\u0000",
	"\ud800",
	"git\ud800npm",
	"🙂",
	"%",
	"_",
	"\\",
	"?1",
	"null",
	"rowid docid words",
	"a".repeat(1000),
	"a ".repeat(500),
	WORDS.join(" ").slice(0, 1000),
	Array.from({ length: 330 }, (_, at) => `g${at}`).join(" "),
	"  \t\n ",
	"",
];

test("hostile texts find what the filter says, and never fail", async (t) => {
	const { dir, home } = place(t);
	const log = await sampleLog(home, rootIn(dir));
	await log.journal.close();
	const chance = emptyLog(t);
	writeLog(chance, randomLog(new Chance(61), 400));
	for (const one of [log.dir, chance]) {
		const { lens } = openLens(t, one);
		const rows = await oracle(one);
		for (const text of HOSTILE)
			assert.deepEqual((await allRows(lens, { text })).map(comparable), wanted(rows, { text }), JSON.stringify(text));
	}
});

test("other members of a filter are values, never syntax", async (t) => {
	const dir = emptyLog(t);
	writeLog(dir, randomLog(new Chance(62), 300));
	const { lens } = openLens(t, dir);
	const rows = await oracle(dir);
	for (const text of HOSTILE.map((one) => one.slice(0, 300)))
		for (const filter of [{ file: text }, { agents: [text] }, { sessions: [text, "s1"] }, { rules: [text] }])
			assert.deepEqual((await allRows(lens, filter)).map(comparable), wanted(rows, filter), JSON.stringify(filter));
	for (const filter of [{ kinds: [] }, { agents: [] }, { flags: [] }, { people: [] }])
		assert.equal((await allRows(lens, filter)).length, 0);
});

test("a request id is numbers, its text again, and found by the beginning of each of its words", () => {
	const chance = new Chance(63);
	const hex = (length: number) => Array.from({ length }, () => chance.below(16).toString(16)).join("");
	for (let round = 0; round < 200; round++) {
		const id = [8, 4, 4, 4, 12].map(hex).join("-");
		const numbers = idNumbers(id);
		assert.ok(numbers !== undefined);
		assert.equal(idText(numbers), id);
		for (let length = 1; length <= 12; length++) {
			for (const word of [...id.split("-").map((one) => one.slice(0, length)), hex(length)]) {
				const expected = id.split("-").some((one) => one.startsWith(word));
				assert.equal(idMatcher(word)?.(...numbers), expected, `${word} in ${id}`);
			}
		}
	}
	for (const word of ["", "g", "0123456789abc", "A", "é"]) assert.equal(idMatcher(word), undefined);
	for (const text of ["", "x", "0C0FFEE0-0000-4000-8000-000000000001", "00000000-0000-4000-8000-00000000000"])
		assert.equal(idNumbers(text), undefined);
});
