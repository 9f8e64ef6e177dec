// The command table as data: every entry can be read, and every option is taken as it is written there and no other way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRule, readArguments } from "../../../../src/policy/floor/options.ts";
import { type CommandRule, type Kind, VALUES } from "../../../../src/policy/floor/rule.ts";
import { ENTRIES, findEntry, isVersionLine, VERSIONS } from "../../../../src/policy/floor/table/index.ts";
import type { Known } from "../../../../src/policy/floor/word.ts";
import { type Option, optionsOf, samplesOf } from "./tableWords.ts";

const sure = (value: string): Known => ({
	text: value,
	value,
	pattern: value,
	many: false,
	anchored: !value.startsWith("-"),
	dynamic: false,
	splits: false,
});

/** Every entry and every other form of it, with a name for messages. */
const FORMS: [string, string, CommandRule][] = [...ENTRIES].flatMap(([key, rule]) => {
	const name = key.split(" ")[0] ?? "";
	const forms = [rule, ...(rule.forms ?? [])];
	return forms.map((form, index): [string, string, CommandRule] => [
		name,
		index === 0 ? key : `${key} (form ${index})`,
		form,
	]);
});

/** The rule without what is about other words than the option that is tried. */
function bare(rule: CommandRule): CommandRule {
	const { forms: _forms, needs: _needs, ...rest } = rule;
	return { ...rest, operands: "" };
}

/** Whether the option was taken. Operands are not asked for, so only an option can be wrong. */
function takes(name: string, rule: CommandRule, words: readonly string[]): boolean {
	return !("problem" in readArguments(name, bare(rule), words.map(sure)));
}

function sample(kind: Kind): string {
	const [first] = samplesOf(kind);
	assert.ok(first !== undefined, `there is a value of the kind ${kind} to try`);
	return first;
}

/** The ways in which an option may be written. */
function written({ name, kinds, value }: Option, rule: CommandRule): string[][] {
	if (kinds[0] === "COMMAND") return [[name, "ls", ";"]];
	const values = kinds.map(sample);
	const [only = ""] = values;
	switch (value) {
		case "none":
			return [[name]];
		case "digits":
			return [["-5"], ["-12"]];
		case "several":
			return [[name, ...values]];
		case "next":
			if (rule.wordOptions === true) return [[name, only]];
			return name.startsWith("--")
				? [[name, only], [`${name}=${only}`]]
				: [[name, only], ...(only === "" ? [] : [[name + only]])];
		case "glued": {
			// A flag of one letter may be the value of an optional one only where it looks like one.
			const fitting = samplesOf(kinds[0] ?? "TEXT").find((text) => text !== "") ?? "";
			return [[name], [`${name}${name.startsWith("--") ? "=" : ""}${fitting}`]];
		}
	}
}

test("every entry can be read, and every kind it names exists", () => {
	assert.ok(ENTRIES.size > 300);
	for (const [, label, rule] of FORMS) assert.doesNotThrow(() => checkRule(rule), label);
	for (const kind of Object.keys(VALUES)) assert.ok(samplesOf(kind as Kind).length > 0, kind);
});

test("every option of the table is taken as it is written there", () => {
	const refused: string[] = [];
	for (const [name, label, rule] of FORMS) {
		for (const option of optionsOf(rule)) {
			for (const words of written(option, rule)) {
				if (!takes(name, rule, words)) refused.push(`${label}: ${words.join(" ")}`);
			}
		}
	}
	assert.deepEqual(refused, []);
});

test("no option is taken in another spelling: abbreviated, with another letter, with a value it does not take", () => {
	const taken: string[] = [];
	for (const [name, label, rule] of FORMS) {
		const options = optionsOf(rule);
		const names = new Set(options.map((option) => option.name));
		const refuses = (words: string[]) => {
			if (takes(name, rule, words)) taken.push(`${label}: ${words.join(" ")}`);
		};
		for (const { name: option, kinds, value } of options) {
			if (value === "digits" || (value === "glued" && !option.startsWith("--"))) continue;
			const values = kinds.map(sample);
			if (option.startsWith("--") || rule.wordOptions === true) {
				refuses([`${option}é`, ...values]);
				const shouted = option.toUpperCase();
				if (!names.has(shouted)) refuses([shouted, ...values]);
				const short = option.slice(0, -1);
				if (!names.has(short) && short.length > 2) {
					refuses([short, ...values]);
					if (kinds.length === 1) refuses([`${short}=${values[0]}`]);
				}
			} else if (value === "none") refuses([`${option}é`]);
			if (value === "none" && option.startsWith("--")) refuses([`${option}=x`]);
			if (value === "next") refuses([option]);
			if (value === "several") {
				refuses([option, ...values.slice(1)]);
				refuses([`${option}=${values[0]}`, ...values.slice(1)]);
			}
		}
	}
	assert.deepEqual(taken, []);
});

test("a value that is not of its kind is refused in every form", () => {
	// In order: what no number, duration, word, name or list may be.
	const wrong = ["$(x)", "a b;c", "-\u0000"];
	const narrow = new Set<Kind>([
		"NUMBER",
		"DURATION",
		"WORD",
		"NAME",
		"LIST",
		"FORMAT",
		"SIGNAL",
		"NEVER",
		"STDOUT",
		"SQLITE",
	]);
	for (const [name, label, rule] of FORMS) {
		for (const { name: option, kinds } of optionsOf(rule)) {
			const [kind] = kinds;
			if (kinds.length !== 1 || kind === undefined || !narrow.has(kind)) continue;
			for (const value of wrong) {
				assert.ok(!takes(name, rule, [option, value]), `${label}: ${option} ${value}`);
				assert.ok(
					!takes(name, rule, [`${option}${option.startsWith("--") ? "=" : ""}${value}`]),
					`${label}: ${option}=${value}`,
				);
			}
		}
	}
});

test("an entry is found by its exact words only", () => {
	for (const key of ENTRIES.keys()) {
		const words = key.split(" ").map(sure);
		const found = findEntry(words);
		assert.ok(found !== undefined && "entry" in found && found.entry === key, key);
	}
	for (const words of [
		["LS"],
		["ls "],
		["./ls"],
		["/bin/ls"],
		["toString"],
		["__proto__"],
		["git"],
		["git", "Log"],
		["git log"],
		[""],
	]) {
		const found = findEntry(words.map(sure));
		assert.ok(found === undefined || "problem" in found, words.join(" "));
	}
	assert.equal(findEntry([]), undefined);
});

test("a sub-command that is known only when it runs is none", () => {
	const unsure: Known = { ...sure("x"), value: undefined, pattern: "*", dynamic: true };
	for (const words of [[sure("git"), unsure], [sure("docker"), unsure, sure("ps")], [unsure]]) {
		const found = findEntry(words);
		assert.ok(found === undefined || "problem" in found, words.map(({ text }) => text).join(" "));
	}
});

test("a question for the version is that alone", () => {
	for (const [name, options] of Object.entries(VERSIONS)) {
		for (const option of options) {
			assert.ok(isVersionLine([name, option]), `${name} ${option}`);
			for (const words of [
				[name],
				[name, option, "x"],
				[name, "x", option],
				[name, option, ""],
				[name, undefined],
				[undefined, option],
			]) {
				assert.ok(!isVersionLine(words), words.join(" "));
			}
			assert.ok(
				!isVersionLine([name, option, undefined]),
				`${name} ${option} and a word that is known only when it runs`,
			);
		}
	}
	assert.ok(!isVersionLine(["toString", "length"]));
});

test("what is missing from an entry that needs an option to be harmless makes it ask", () => {
	for (const [name, label, rule] of FORMS) {
		if (rule.needs === undefined) continue;
		const { forms: _, ...alone } = rule;
		assert.ok("problem" in readArguments(name, alone, []), label);
		const known = new Set(optionsOf(rule).map((option) => option.name));
		for (const need of rule.needs)
			assert.ok(known.has(need) || need.startsWith("-") === false, `${label} can be given ${need}`);
	}
});
