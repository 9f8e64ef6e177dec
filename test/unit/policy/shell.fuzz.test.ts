// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
// Lines made by chance: every one is answered, in bounded time, and one part that is not read-only makes the whole ask.
// What allowed lines really do is in floor/differential.test.ts, which words commands get in floor/words.test.ts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { classify } from "../../../src/policy/floor/classify.ts";
import { parseOrNothing } from "../../../src/policy/floor/parse.ts";
import { readPowerShell } from "../../../src/policy/floor/powershell.ts";
import { calibrating, shortest } from "../../support/pace.ts";
import { LABELLED } from "../../support/shellLabels.ts";
import { WORST_LINES } from "../../support/worstLines.ts";
import { Dice } from "./floor/dice.ts";
import { DANGEROUS, OPERATORS } from "./floor/hostile.ts";
import { changed, shellLine } from "./floor/lines.ts";
import { Ground } from "./support.ts";

let ground: Ground;
before(async () => {
	ground = await Ground.make();
});
after(() => ground.remove());

const labelled = LABELLED.map(({ cmd }) => cmd);
/** A line by its seed: of the grammar, or a labelled one with something changed. */
const grammar = fc.nat().map((seed) => {
	const dice = new Dice(seed);
	return dice.once(2) ? shellLine(dice) : changed(dice, dice.pick(labelled), labelled);
});
const noise = fc
	.array(
		fc.oneof(
			{ weight: 4, arbitrary: fc.constantFrom(...labelled.slice(0, 200)) },
			{
				weight: 4,
				arbitrary: fc.constantFrom(...OPERATORS, ...DANGEROUS, "ls", "cat", "-la", "src/a.ts", " ", "'", '"'),
			},
			{ weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
		),
		{ maxLength: 12 },
	)
	.chain((pieces) => fc.constantFrom("", " ").map((between) => pieces.join(between)));

test("no line makes the floor throw, and every answer has a reason", () => {
	let allowed = 0;
	fc.assert(
		fc.property(fc.oneof(grammar, noise, fc.string({ unit: "binary", maxLength: 60 })), (line) => {
			const { verdict, reason } = classify(line);
			assert.ok(verdict === "ask" || verdict === "read-only");
			assert.match(reason.code, /^why\.[a-zA-Z]+$/);
			assert.equal(verdict === "read-only", reason.code === "why.readOnlyCommand");
			assert.deepEqual(classify(line), { verdict, reason }, "the same line is answered in the same way");
			if (verdict === "read-only") allowed += 1;
			readPowerShell(line);
		}),
		{ numRuns: 6000 },
	);
	assert.ok(allowed > 300, `the fuzz makes lines that are allowed: ${allowed}`);
});

test("no line makes the policy throw, and what it allows the floor allows", async () => {
	await fc.assert(
		fc.asyncProperty(fc.oneof(grammar, noise), async (line) => {
			const verdict = await ground.shell(line);
			assert.notEqual(verdict.ruleId, "ask.trouble", line);
			assert.ok(verdict.why.length > 0);
			assert.notEqual(verdict.effect, "deny");
			if (verdict.effect === "allow") assert.equal(classify(line, true).verdict, "read-only", line);
		}),
		{ numRuns: 1000 },
	);
});

test("reading a line takes a small multiple of what its parser takes", () => {
	const dice = new Dice(7);
	const lines = [...labelled, ...dice.some(1500, 1500, () => shellLine(dice))];
	const judge = () => {
		for (const line of lines) classify(line);
	};
	judge();
	const judging = shortest(5, judge);
	const parsing = shortest(5, () => {
		for (const line of lines) parseOrNothing(line);
	});
	assert.ok(judging < 40 * parsing, `${judging.toFixed(1)} ms beside ${parsing.toFixed(1)} ms`);
});

test("the worst lines are answered in bounded time, whatever stands in them", (t) => {
	const unit = calibrating();
	let most = { times: 0, line: "" };
	for (const line of WORST_LINES) {
		const took = shortest(3, () => {
			assert.match(classify(line).reason.code, /^why\./);
		});
		if (took / unit > most.times) most = { times: took / unit, line };
	}
	const said = `${most.times.toFixed(1)} times the ${unit.toFixed(2)} ms that are compared with: ${most.line.slice(0, 60)}`;
	t.diagnostic(`the worst takes ${said}`);
	assert.ok(most.times < 50, said);
});

test("twice the length takes no more than a few times as long", () => {
	const grows: [string, number][] = [];
	for (const line of WORST_LINES) {
		if (line.length < 4000) continue;
		const half = line.slice(0, line.length / 2);
		const whole = shortest(3, () => classify(line));
		const part = shortest(3, () => classify(half));
		// Below a tenth of a millisecond a clock says little.
		if (whole > 2 && whole > 12 * Math.max(part, 0.1)) grows.push([line.slice(0, 40), whole / part]);
	}
	assert.ok(grows.length <= 3, JSON.stringify(grows));
});

test("every dangerous command asks by itself", () => {
	assert.deepEqual(
		DANGEROUS.filter((line) => classify(line).verdict !== "ask"),
		[],
	);
});

const allowed = labelled.filter((line) => classify(line).verdict === "read-only");

test("a dangerous command as a part of an allowed line makes it ask", () => {
	assert.ok(allowed.length > 250);
	const dice = new Dice(11);
	const leaks: string[] = [];
	for (const line of allowed) {
		for (const bad of dice.some(3, 3, () => dice.pick(DANGEROUS))) {
			for (const whole of [
				...[
					`${line}\n${bad}`,
					`${bad}\n${line}`,
					`${line}\n${bad}\n${line}`,
					`{ ${line}\n${bad}\n}`,
					`(${bad}) | { ${line}\n}`,
				],
				...[
					`if ${line}\nthen ${bad}\nfi`,
					`for f in a; do ${line}\n${bad}\ndone`,
					`echo "$(${line}\n${bad}\n)"`,
					`cat <(${bad}\n)\n${line}`,
				],
			]) {
				if (classify(whole).verdict !== "ask") leaks.push(whole);
			}
		}
	}
	assert.deepEqual(leaks, []);
});

test("what starts, writes or hides a command asks wherever it stands in a plain line", () => {
	const plain = allowed.filter((line) => /^[A-Za-z0-9 ./_-]+$/.test(line) && line.length < 60);
	assert.ok(plain.length > 60, `${plain.length} plain lines`);
	const pieces = [
		...[
			";touch pwned;",
			"|touch pwned|",
			"||touch pwned||",
			"&&touch pwned&&",
			"&touch pwned&",
			"\ntouch pwned\n",
			"|&touch pwned|",
		],
		...[
			"$(touch pwned)",
			"`touch pwned`",
			"<(touch pwned)",
			">(touch pwned)",
			'"$(touch pwned)"',
			"${x:-$(touch pwned)}",
			"${x:=y}",
			"${x@P}",
		],
		...[
			">pwned ",
			">>pwned ",
			">|pwned ",
			"&>pwned ",
			"2>pwned ",
			"<>pwned ",
			"$((x[$(touch pwned)]))",
			"\u202e",
			"\0",
			"\r",
			"=(touch pwned)",
			"[$(touch pwned)]",
			"[`touch pwned`]",
			"1<(touch pwned)",
			"{v}<(touch pwned)",
		],
	];
	const leaks: string[] = [];
	for (const line of plain) {
		for (let at = 0; at <= line.length; at += 1) {
			for (const piece of pieces) {
				const whole = line.slice(0, at) + piece + line.slice(at);
				if (classify(whole).verdict !== "ask") leaks.push(whole);
			}
		}
	}
	assert.deepEqual(leaks, []);
});

test("an allowed line stays allowed as one part of another", () => {
	const simple = allowed.filter((line) => !/[#\n]|<<|^(?:cd|set|exit|read|pushd)\b|&&|\|\|/.test(line));
	const asked: string[] = [];
	for (const line of simple) {
		for (const whole of [
			`${line}; true`,
			`true && ${line}`,
			`(${line})`,
			`if true; then ${line}; fi`,
			`${line} | cat`,
			`${line} 2>/dev/null`,
			`! ${line}`,
		]) {
			if (classify(whole).verdict === "ask") asked.push(`${whole} : ${classify(whole).reason.code}`);
		}
	}
	// What a line hands on may be a secret for the command behind it, so a few ask.
	assert.ok(asked.length < 0.03 * simple.length * 7, asked.slice(0, 20).join("\n"));
});
