// media/policy.schema.json is what editors check and complete policy files with; it is generated from the type.
// To write it anew: GATEPOST_UPDATE=1 node --test test/unit/policy/rules/schema.test.ts, then biome.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parsePolicy } from "../../../../src/policy/rules/parse.ts";
import { KINDS, MEMBERS, PolicyFile, policyJsonSchema, Rule } from "../../../../src/policy/rules/schema.ts";

const path = fileURLToPath(new URL("../../../../media/policy.schema.json", import.meta.url));
if (process.env.GATEPOST_UPDATE === "1") {
	writeFileSync(path, `${JSON.stringify(policyJsonSchema(), undefined, "\t")}\n`);
}
const shipped: Node = JSON.parse(readFileSync(path, "utf8"));

interface Node {
	$schema?: string;
	type?: string;
	description?: string;
	properties?: Record<string, Node>;
	additionalProperties?: boolean | Node;
	items?: Node;
	anyOf?: Node[];
	enum?: string[];
	enumDescriptions?: string[];
	examples?: unknown[];
	default?: unknown;
	required?: string[];
}

function* nodes(node: Node, at = "$"): Generator<[string, Node]> {
	yield [at, node];
	for (const [name, child] of Object.entries(node.properties ?? {})) yield* nodes(child, `${at}.${name}`);
	for (const [index, child] of (node.anyOf ?? []).entries()) yield* nodes(child, `${at}|${index}`);
	if (node.items !== undefined) yield* nodes(node.items, `${at}[]`);
}

test("the schema that ships is the one of the type", () => {
	assert.deepEqual(shipped, JSON.parse(JSON.stringify(policyJsonSchema())), "see the head of this test");
	assert.equal(shipped.$schema, "http://json-schema.org/draft-07/schema#");
});

test("every member is explained, and no object takes other members", () => {
	const wrong: string[] = [];
	for (const [at, node] of nodes(shipped)) {
		const named = /\.[^.[|]+$/.test(at) || at === "$" || at === "$.rules[]";
		if (named && (node.description ?? "").length < 15) wrong.push(`${at} has no description`);
		if (node.properties !== undefined && node.additionalProperties !== false) wrong.push(`${at} takes anything`);
		if (node.enumDescriptions !== undefined && node.enumDescriptions.length !== node.enum?.length) {
			wrong.push(`${at} does not explain each value`);
		}
	}
	assert.deepEqual(wrong, []);
	assert.deepEqual(shipped.properties?.rules?.items?.required, ["id", "effect"]);
	assert.deepEqual(shipped.properties?.rules?.items?.properties?.kind?.anyOf?.[0]?.enum, KINDS);
	assert.deepEqual(Object.keys(shipped.properties ?? {}), [...MEMBERS.file]);
	assert.equal(shipped.properties?.networkReads?.default, false);
});

test("the examples are taken by the reader of policy files", () => {
	let looked = 0;
	for (const [name, { examples = [] }] of Object.entries(shipped.properties?.rules?.items?.properties ?? {})) {
		for (const example of examples) {
			const rule = { id: "a", effect: name === "approver" ? "ask" : "allow", tool: "X", [name]: example };
			const { problems } = parsePolicy(JSON.stringify({ rules: [rule] }));
			const bad = problems.filter(({ severity }) => severity === "error");
			// "kind" alone needs what it allows.
			if (name !== "kind") assert.deepEqual(bad, [], `${name}: ${JSON.stringify(example)}`);
			looked += 1;
		}
	}
	assert.ok(looked > 10);
});

test("members for 'did you mean' are those of the types", () => {
	assert.deepEqual([...MEMBERS.rule], Object.keys(Rule.shape));
	assert.deepEqual([...MEMBERS.file], Object.keys(PolicyFile.shape));
	assert.deepEqual([...MEMBERS.timeout], ["after", "then"]);
});
