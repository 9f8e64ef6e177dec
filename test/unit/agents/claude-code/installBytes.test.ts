// Whatever a settings file holds and however it is laid out: our entries go in, nothing else changes, and they come out.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { looksLikeOurs, OUR_EVENTS } from "../../../../src/agents/claude-code/entry.ts";
import { applyPlan, check, planInstall, planUninstall } from "../../../../src/agents/claude-code/install.ts";
import { undoOf } from "../../../../src/agents/claude-code/installRecord.ts";
import { keptOf, withOurs, withoutOurs } from "../../../../src/agents/claude-code/settingsEdit.ts";
import type { Json, JsonObject } from "../../../../src/protocol/canonical.ts";

const word = fc.string({ maxLength: 12, unit: "grapheme" });
const foreignEntry = fc.oneof(
	fc.record(
		{
			type: fc.constant("command"),
			command: fc.oneof(word, fc.constant("/opt/lint.sh")),
			timeout: fc.integer({ min: 1, max: 900 }),
			onFailure: fc.constantFrom("block", "continue"),
			args: fc.array(word, { maxLength: 3 }),
			note: fc.jsonValue({ maxDepth: 2 }),
		},
		{ requiredKeys: ["type", "command"] },
	),
	fc.record({ type: fc.constant("http"), url: word }),
);
const group = fc.record(
	{ matcher: fc.constantFrom("", "*", "Bash", "Edit|Write"), hooks: fc.array(foreignEntry, { maxLength: 3 }) },
	{ requiredKeys: ["hooks"] },
);
const hooks = fc.dictionary(
	fc.oneof(fc.constantFrom<string>(...OUR_EVENTS), fc.constantFrom("Notification", "PreCompact", "LaterEvent")),
	fc.array(group, { maxLength: 3 }),
	{ maxKeys: 6, noNullPrototype: true },
);
const safeKey = word.filter((key) => key !== "hooks" && key !== "__proto__");
const settings = fc
	.tuple(
		fc.dictionary(safeKey, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6, noNullPrototype: true }),
		fc.option(hooks, { nil: undefined }),
		fc.nat(),
	)
	.map(([rest, hooks, where]) => {
		const members = Object.entries(rest);
		if (hooks !== undefined) members.splice(where % (members.length + 1), 0, ["hooks", hooks as Json]);
		return JSON.parse(JSON.stringify(Object.fromEntries(members))) as JsonObject;
	});

/** Prints JSON with white space drawn at every place where it may stand. */
function print(value: Json, layout: Layout, depth = 0): string {
	if (typeof value !== "object" || value === null) {
		return layout.escaped && typeof value === "string" ? allEscaped(value) : JSON.stringify(value);
	}
	const isList = Array.isArray(value);
	const parts = isList
		? value.map((item) => print(item, layout, depth + 1))
		: Object.entries(value).map(
				([key, item]) => `${JSON.stringify(key)}${layout.space()}:${layout.space()}${print(item, layout, depth + 1)}`,
			);
	const [open, close] = isList ? "[]" : "{}";
	if (parts.length === 0) return `${open}${layout.space()}${close}`;
	const line = layout.unit === undefined ? "" : layout.eol + layout.unit.repeat(depth + 1);
	const end = layout.unit === undefined ? layout.space() : layout.eol + layout.unit.repeat(depth);
	return `${open}${line}${layout.space()}${parts.join(`${layout.space()},${line}${layout.space()}`)}${end}${close}`;
}

function allEscaped(text: string): string {
	return `"${[...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;
}

interface Layout {
	unit: string | undefined;
	eol: string;
	escaped: boolean;
	space: () => string;
}

const text = fc
	.record({
		value: settings,
		unit: fc.constantFrom("  ", "    ", "\t", " ", "", undefined),
		eol: fc.constantFrom("\n", "\r\n", "\r"),
		spaces: fc.array(fc.constantFrom("", "", "", " ", "  ", "\t", "\n", "\r\n"), { minLength: 1, maxLength: 30 }),
		wild: fc.boolean(),
		escaped: fc.boolean(),
		bom: fc.boolean(),
		tail: fc.constantFrom("", "\n", "\r\n", "\n\n", " "),
	})
	.map(({ value, unit, eol, spaces, wild, escaped, bom, tail }) => {
		let at = 0;
		const space = () => (wild ? (spaces[at++ % spaces.length] ?? "") : "");
		return { value, text: `${bom ? "\ufeff" : ""}${print(value, { unit, eol, escaped, space })}${tail}` };
	});

/** The settings without our entries and the containers that hold nothing else. */
function foreignPart(value: JsonObject, launcher: string, before: JsonObject): JsonObject {
	const { hooks, ...rest } = value;
	const was = (before.hooks ?? {}) as JsonObject;
	const events = Object.entries(hooks as JsonObject).map(([event, groups]) => {
		const left = (groups as { hooks: Json[] }[])
			.map((one) => ({ ...one, hooks: one.hooks.filter((entry) => !looksLikeOurs(entry, launcher)) }))
			.filter((one, i) => one.hooks.length > 0 || i < ((was[event] as Json[] | undefined)?.length ?? 0));
		return [event, left] as const;
	});
	const left = Object.fromEntries(events.filter(([event, groups]) => groups.length > 0 || event in was));
	return { ...rest, ...(before.hooks === undefined && Object.keys(left).length === 0 ? {} : { hooks: left }) };
}

test("any settings in any layout: installed twice is once, other keys stay, uninstalled is byte for byte the same", async () => {
	const dir = await mkdtemp(join(tmpdir(), "gp-bytes-"));
	const file = join(dir, "settings.json");
	const options = { scope: "user" as const, home: join(dir, "home"), userHome: dir, file };
	const launcher = join(options.home, "bin", "gatepost-hook");
	try {
		await fc.assert(
			fc.asyncProperty(text, async ({ value, text: before }) => {
				assert.deepEqual(JSON.parse(before.replace("\ufeff", "")), value);
				await writeFile(file, before);
				await applyPlan(await planInstall(options));
				const once = await readFile(file, "utf8");
				assert.equal((await check(options)).state, "installed");
				const after = JSON.parse(once.replace("\ufeff", "")) as JsonObject;
				assert.deepEqual(foreignPart(after, launcher, value), value);
				assert.equal(once.startsWith("\ufeff"), before.startsWith("\ufeff"));
				await applyPlan(await planInstall(options));
				assert.equal(await readFile(file, "utf8"), once);
				await applyPlan(await planUninstall(options));
				assert.equal(await readFile(file, "utf8"), before);
			}),
			{ numRuns: 20 },
		);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
});

test("any settings in any layout: what is put in is put in once, and the way back is exact", () => {
	const hook = { launcher: "/home/u/.gatepost/bin/gatepost-hook", tag: "0123456789ab" };
	fc.assert(
		fc.property(text, ({ value, text: before }) => {
			const after = withOurs(before, hook, "settings.json");
			assert.equal(withOurs(after, hook, "settings.json"), after);
			assert.deepEqual(foreignPart(JSON.parse(after.replace("\ufeff", "")), hook.launcher, value), value);
			const { at, remove, insert } = undoOf(before, after);
			assert.equal(after.slice(0, at) + insert + after.slice(at + remove), before);
			const taken = withoutOurs(after, hook.launcher, "settings.json", keptOf(before));
			assert.deepEqual(JSON.parse(taken.replace("\ufeff", "")), value);
		}),
		{ numRuns: 100 },
	);
});

test("settings that the agent wrote anew after installing lose our entries and nothing else", async () => {
	const dir = await mkdtemp(join(tmpdir(), "gp-bytes-"));
	const file = join(dir, "settings.json");
	const options = { scope: "user" as const, home: join(dir, "home"), userHome: dir, file };
	try {
		await fc.assert(
			fc.asyncProperty(text, async ({ value, text: before }) => {
				await writeFile(file, before);
				await applyPlan(await planInstall(options));
				const after = JSON.parse((await readFile(file, "utf8")).replace("\ufeff", "")) as JsonObject;
				await writeFile(file, JSON.stringify({ ...after, more: [1] }, null, 2));
				await applyPlan(await planUninstall(options));
				assert.deepEqual(JSON.parse(await readFile(file, "utf8")), { ...value, more: [1] });
			}),
			{ numRuns: 10 },
		);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
});

test("what is added takes over the file's indentation and line ends", async () => {
	const dir = await mkdtemp(join(tmpdir(), "gp-bytes-"));
	const file = join(dir, "settings.json");
	const options = { scope: "user" as const, home: join(dir, "home"), userHome: dir, file };
	const install = async (text: string) => {
		await writeFile(file, text);
		await applyPlan(await planInstall(options));
		return readFile(file, "utf8");
	};
	try {
		for (const unit of ["\t", "  ", "    "]) {
			for (const eol of ["\n", "\r\n"]) {
				const value = { model: "opus", hooks: { Stop: [] }, env: { A: "1" } };
				const expected = JSON.stringify(JSON.parse(await install(JSON.stringify(value))), null, unit);
				const before = JSON.stringify(value, null, unit).replaceAll("\n", eol);
				assert.equal(await install(before), expected.replaceAll("\n", eol));
			}
		}
		assert.match(await install('{"a":1}'), /^\{"a":1,"hooks":\{"PreToolUse":\[\{"matcher":"\*",[^\n ]*[^\n]*\}$/);
		assert.match(await install('{ "a": 1 }'), /^\{ "a": 1, "hooks": \{[^\n]*\} \}$/);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
});
