// Validates events against the parts of the OCSF schema that the export uses: the JSON Schema words that the fixture is
// written in, and OCSF's own rules that JSON Schema has no words for.
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Schema {
	$ref?: string;
	type?: string;
	const?: unknown;
	enum?: unknown[];
	pattern?: string;
	maxLength?: number;
	items?: Schema;
	properties?: Record<string, Schema>;
	required?: string[];
	additionalProperties?: boolean;
	anyOf?: Schema[];
	"x-captions"?: Record<string, string>;
	"x-sibling"?: string;
	"x-uid"?: number;
	"x-caption"?: string;
	"x-category"?: [number, string];
	"x-profiles"?: Record<string, string[]>;
}

const file = join(import.meta.dirname, "../../../fixtures/ocsf/ocsf-1.9.0-parts.json");
export const ocsfSchema = JSON.parse(readFileSync(file, "utf8")) as { $defs: Record<string, Schema> };
const KNOWN = new Set(
	"$ref type const enum pattern maxLength items properties required additionalProperties anyOf x-captions x-sibling x-uid x-caption x-category x-profiles".split(
		" ",
	),
);

type Value = Record<string, unknown>;

/** What is wrong with an event; empty for a valid one. */
export function ocsfProblems(event: unknown): string[] {
	const problems: string[] = [];
	const uid = (event as Value).class_uid;
	const schema = Object.values(ocsfSchema.$defs).find((one) => one["x-uid"] === uid);
	if (schema === undefined) return [`there is no class ${uid} in the fixture`];
	check(event, schema, "event", problems);
	const { activity_id, activity_name, type_uid, type_name, metadata } = event as Value & { metadata: Value };
	if (type_uid !== (uid as number) * 100 + (activity_id as number))
		problems.push("type_uid is not class_uid * 100 + activity_id");
	const caption = schema.properties?.activity_id?.["x-captions"]?.[String(activity_id)];
	if (type_name !== `${schema["x-caption"]}: ${caption}`) problems.push(`type_name is ${type_name}`);
	if (activity_id === 99 && (typeof activity_name !== "string" || activity_name === ""))
		problems.push("activity 99 has no name of its own");
	if (metadata.version !== "1.9.0") problems.push("metadata.version");
	// An attribute of a profile may only be there when the event says that it applies the profile.
	const applied = (metadata.profiles ?? []) as string[];
	for (const [profile, attributes] of Object.entries(schema["x-profiles"] ?? {}))
		for (const name of attributes)
			if (Object.hasOwn(event as Value, name) && !applied.includes(profile))
				problems.push(`${name} without the profile ${profile}`);
	for (const profile of applied)
		if (schema["x-profiles"]?.[profile] === undefined) problems.push(`the class has no profile ${profile}`);
	return problems;
}

function check(value: unknown, schema: Schema, at: string, problems: string[]): void {
	const unknown = Object.keys(schema).find((word) => !KNOWN.has(word));
	if (unknown !== undefined) throw new Error(`the validator does not know ${unknown}`);
	if (schema.$ref !== undefined) {
		const target = ocsfSchema.$defs[schema.$ref.replace("#/$defs/", "")];
		if (target === undefined) throw new Error(`nothing is at ${schema.$ref}`);
		check(value, target, at, problems);
	}
	if (schema.const !== undefined && value !== schema.const) problems.push(`${at} is not ${schema.const}`);
	if (schema.enum !== undefined && !schema.enum.includes(value)) problems.push(`${at} is ${value}`);
	if (schema.type !== undefined && !isOf(value, schema.type)) {
		problems.push(`${at} is no ${schema.type}`);
		return;
	}
	if (typeof value === "string") {
		if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
			problems.push(`${at} has another form`);
		if (schema.maxLength !== undefined && value.length > schema.maxLength) problems.push(`${at} is too long`);
	}
	if (Array.isArray(value) && schema.items !== undefined)
		for (const [i, one] of value.entries()) check(one, schema.items, `${at}[${i}]`, problems);
	if (schema.properties !== undefined) checkMembers(value as Value, schema, at, problems);
}

function checkMembers(
	value: Value,
	{ properties = {}, required = [], anyOf, additionalProperties }: Schema,
	at: string,
	problems: string[],
): void {
	for (const name of required) if (!Object.hasOwn(value, name)) problems.push(`${at}.${name} is missing`);
	if (anyOf !== undefined && !anyOf.some((one) => one.required?.every((name) => Object.hasOwn(value, name))))
		problems.push(`${at} has none of the members of which it must have one`);
	for (const [name, member] of Object.entries(value)) {
		const schema = properties[name];
		if (schema === undefined) {
			if (additionalProperties === false) problems.push(`${at}.${name} is not in the schema`);
			continue;
		}
		check(member, schema, `${at}.${name}`, problems);
		const sibling = schema["x-sibling"];
		const caption = schema["x-captions"]?.[String(member)];
		// With 99 (Other) the sibling holds the source's own word.
		if (sibling !== undefined && member !== 99 && Object.hasOwn(value, sibling) && value[sibling] !== caption)
			problems.push(`${at}.${sibling} is ${value[sibling]}, not ${caption}`);
		if (sibling !== undefined && member === 99 && !Object.hasOwn(value, sibling))
			problems.push(`${at}.${sibling} is missing for 99`);
	}
}

function isOf(value: unknown, type: string): boolean {
	if (type === "integer") return Number.isInteger(value);
	if (type === "array") return Array.isArray(value);
	if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
	return typeof value === type;
}
