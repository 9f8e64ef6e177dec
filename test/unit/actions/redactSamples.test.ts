// Real-shaped secrets in all places where they come up: none is missed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { redact, redactJson } from "../../../src/actions/redact.ts";
import { Maker, PLACED, type Placed, randomOf, TOKENS } from "../../fixtures/secrets/samples.ts";

const ESC = String.fromCharCode(27);
const VARIANTS = 12;

const everyLine = (text: string, around: (line: string) => string) => text.split("\n").map(around).join("\n");
const json = (text: string, times: number): string => (times === 0 ? text : JSON.stringify(json(text, times - 1)));

/** Where a text may stand. */
const AROUND: Record<string, (text: string) => string> = {
	alone: (text) => text,
	"a command": (text) => `cd /srv/shop && ${text}`,
	"a command with more behind": (text) => `${text} && echo done`,
	"an added line": (text) => `--- a/x\n+++ b/x\n@@ -1 +1 @@\n${everyLine(text, (line) => `+${line}`)}\n`,
	"a removed line": (text) => `@@ -1 +0,0 @@\n${everyLine(text, (line) => `-${line}`)}\n x\n`,
	"coloured output": (text) => everyLine(text, (line) => `${ESC}[1;32m${line}${ESC}[0m`),
	"a prompt": (text) => `Please look at this:\n\n${text}\n\nIt does not work.`,
	"a block of a prompt": (text) => `Use this:\n\`\`\`\n${text}\n\`\`\`\nand go on`,
	"JSON in a string": (text) => json(`first\n${text}\nlast`, 1),
	"JSON in JSON": (text) => json(`first\n${text}\nlast`, 2),
	"an object in JSON in JSON": (text) => json(JSON.stringify({ stdout: `first\n${text}\n`, code: 0 }), 1),
	"coloured output in JSON": (text) => json(`ok\n${everyLine(text, (line) => `${ESC}[33m${line}${ESC}[39m`)}\n`, 1),
	"coloured output in JSON in JSON": (text) =>
		json(`ok\n${everyLine(text, (line) => `${ESC}[33m${line}${ESC}[m`)}\n`, 2),
};

/** Places of a token, which is one word. */
const AROUND_TOKEN: Record<string, (text: string) => string> = {
	"an option": (text) => `deploy --with ${text} --force`,
	"an assignment": (text) => `X_VALUE=${text} ./run`,
	quotes: (text) => `x = '${text}';`,
	"a call": (text) => `new Client("${text}")`,
	"a prompt's sentence": (text) => `the key is ${text}, please use it.`,
	"a query": (text) => `https://h.example.org/?q=${text}&b=1`,
	"an encoded query": (text) => `https://h.example.org/?q=a%3D${text}%26`,
	"a found match": (text) => `${ESC}[01;31m${ESC}[K${text.slice(0, 4)}${ESC}[m${ESC}[K${text.slice(4)}`,
	"a table": (text) => `| ${text} | x |`,
	"a yaml list": (text) => `keys:\n  - ${text}\n`,
	brackets: (text) => `[${text}](x)`,
};

function misses(placed: Placed, around: (text: string) => string): string[] {
	const text = around(placed.text);
	const left: string[] = [];
	for (const [how, out] of [
		["alone", redact(text).text],
		["in JSON", JSON.stringify(redactJson({ output: text }).value)],
	] as const)
		for (const secret of placed.secrets) {
			const parts = [secret, ...(secret.length > 24 ? [secret.slice(-12), secret.slice(8, 20)] : [])];
			if (parts.some((part) => out.replaceAll(ESC, "").includes(part))) left.push(`${how}: ${out}`);
		}
	return left;
}

function demand(name: string, make: (maker: Maker) => Placed, places: Record<string, (text: string) => string>): void {
	const left: string[] = [];
	for (let seed = 1; seed <= VARIANTS; seed += 1) {
		const placed = make(new Maker(randomOf(seed * 7919 + name.length)));
		for (const [place, around] of Object.entries(places))
			for (const miss of misses(placed, around)) left.push(`${place}, ${miss.slice(0, 400)}`);
	}
	assert.deepEqual(left, []);
}

for (const [name, make] of Object.entries(TOKENS))
	test(`${name}: masked in every place`, () => {
		demand(name, (maker) => one(make(maker)), { ...AROUND, ...AROUND_TOKEN });
	});

function one(secret: string): Placed {
	return { text: secret, secrets: [secret] };
}

for (const [name, make] of Object.entries(PLACED))
	test(`${name}: masked in every place`, () => demand(name, make, AROUND));
