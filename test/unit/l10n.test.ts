// Translations: the English bundle is in step with the templates, and a translated one cannot lose a placeholder.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { bundlePath, bundleText } from "../support/l10n.ts";

test("the bundle for translators holds the templates of today", () => {
	assert.equal(readFileSync(bundlePath, "utf8"), bundleText(), "run: node test/support/l10n.ts");
});

test("one sentence under two codes is one line, and lines are sorted", () => {
	assert.equal(bundleText({ b: "Two", a: "One", c: "Two" }), '{\n\t"One": "One",\n\t"Two": "Two"\n}\n');
});

test("a translated sentence is one of today's, and has its placeholders", () => {
	const english = new Set(Object.keys(JSON.parse(bundleText())));
	const wrong: string[] = [];
	for (const file of globSync("bundle.l10n.*.json", { cwd: dirname(bundlePath) })) {
		const bundle: Record<string, string> = JSON.parse(readFileSync(`${dirname(bundlePath)}/${file}`, "utf8"));
		for (const [template, translated] of Object.entries(bundle)) {
			if (!english.has(template)) wrong.push(`${file}: "${template}" is not said any more`);
			else if (placeholders(template) !== placeholders(translated)) wrong.push(`${file}: "${translated}"`);
		}
	}
	assert.deepEqual(wrong, []);
});

function placeholders(text: string): string {
	const names = [...text.matchAll(/\{\w+\}|\]\(command:[\w.]+\)/g)].map(([name]) => name);
	return [...new Set(names)].sort().join(" ");
}
