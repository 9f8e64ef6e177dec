import assert from "node:assert/strict";
import { test } from "node:test";
import { policyTemplate } from "../../../src/editor/policyTemplate.ts";
import { parsePolicy } from "../../../src/policy/rules/parse.ts";

for (const layer of ["user", "workspace"] as const) {
	test(`a new ${layer} policy file is without a problem and allows nothing`, () => {
		const { file, problems } = parsePolicy(policyTemplate(layer), layer);
		assert.deepEqual(problems, []);
		assert.deepEqual(file?.rules, []);
	});

	test(`the rules that a new ${layer} policy file shows in comments are without a problem, too`, () => {
		const shown = policyTemplate(layer).replaceAll(/\/\/ (?=\{)/g, "");
		const { file, problems } = parsePolicy(shown, layer);
		assert.deepEqual(problems, []);
		assert.deepEqual(
			file?.rules.map(({ rule }) => rule.effect),
			["allow", "ask", "deny"],
		);
	});
}
