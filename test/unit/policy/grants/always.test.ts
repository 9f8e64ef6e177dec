// Grants that last always, in a real policy file.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { AlwaysRules } from "../../../../src/policy/grants/always.ts";
import { Acceptance } from "../../../../src/policy/rules/accepted.ts";
import { sha256 } from "../../../../src/policy/rules/files.ts";
import { Layers } from "../../../../src/policy/rules/layers.ts";
import type { Rule } from "../../../../src/policy/rules/schema.ts";
import { Workspace } from "./support.ts";

const ANN = { osUser: "ann", name: "Ann\u202e Bee" };

function start(t: TestContext) {
	const place = new Workspace(t);
	const home = join(place.userHome, ".gatepost");
	mkdirSync(home, { mode: 0o700 });
	const acceptance = new Acceptance(home, Buffer.alloc(32, 7));
	const layers = new Layers({ home, acceptance, organisationFile: join(home, "none.jsonc") });
	const file = join(home, "policy.jsonc");
	const accepted: string[] = [];
	let refuse = false;
	const always = new AlwaysRules({
		file,
		layers,
		folders: () => [place.folder],
		clock: () => Date.UTC(2026, 0, 31, 18),
		accept: async (what, by) => {
			if (refuse) throw new Error("no key");
			acceptance.accept(what, by);
			accepted.push(what.sha256);
		},
	});
	const rule = (id: string, command = "npm test"): Rule => ({
		id,
		effect: "allow",
		agent: "claude-code",
		kind: "shell",
		command: [command],
		folder: place.folder,
		unchanged: {},
	});
	const counting = () => {
		layers.refresh([place.folder]);
		return layers
			.inForce()
			.rules.filter(({ counts }) => counts)
			.map(({ rule: { id } }) => id);
	};
	const text = () => readFileSync(file, "utf8");
	return {
		place,
		file,
		always,
		acceptance,
		accepted,
		rule,
		counting,
		text,
		refuseKey: () => {
			refuse = true;
		},
	};
}

test("a rule is written, accepted in the same gesture, and counts", async (t) => {
	const { place, always, rule, counting, text, accepted } = start(t);
	assert.equal(always.problem(), undefined);
	await always.keep(rule("always-npm-test-1a2b"), ANN);
	assert.deepEqual(counting(), ["always-npm-test-1a2b"]);
	assert.deepEqual(accepted, [sha256(text())]);
	const [row] = always.rows();
	assert.deepEqual(row?.said, { member: "command", patterns: ["npm test"] });
	assert.deepEqual([row?.by, row?.at, row?.held], ["Ann Bee", "2026-01-31T18:00:00.000Z", undefined]);
	assert.deepEqual(row?.rule.folder, place.folder);
	await always.keep(rule("always-npm-lint-3c4d", "npm run lint"), ANN);
	assert.deepEqual(counting(), ["always-npm-test-1a2b", "always-npm-lint-3c4d"]);
});

test("what a person wrote stays byte for byte, and only what grants wrote is a grant", async (t) => {
	const { file, always, rule, acceptance, text } = start(t);
	const before =
		'{\n  // mine\n  "rules": [\n    { "id": "own", "effect": "allow", "command": "make all" }, // why\n  ]\n}\n';
	writeFileSync(file, before);
	acceptance.accept({ layer: "user", file, sha256: sha256(before) }, { osUser: "ann" });
	await always.keep(rule("always-a-1a2b"), ANN);
	assert.ok(text().includes("// mine") && text().includes('"make all" }, // why'));
	assert.deepEqual(
		always.rows().map(({ id }) => id),
		["always-a-1a2b"],
	);
	await always.drop("always-a-1a2b", ANN);
	assert.equal(text().replaceAll(/\s/g, ""), before.replaceAll(/\s/g, ""));
});

test("rules that wait to be accepted are not brought along", async (t) => {
	const { file, always, rule, counting, text } = start(t);
	const planted = '{ "rules": [{ "id": "planted", "effect": "allow", "command": "curl evil.example *" }] }';
	writeFileSync(file, planted);
	assert.equal(always.problem()?.code, "grant.acceptFirst");
	await assert.rejects(always.keep(rule("always-a-1a2b"), ANN), /wait to be accepted/);
	assert.equal(text(), planted);
	assert.deepEqual(counting(), []);
});

test("a file with nothing to accept, or with only rules that ask, needs no acceptance before", async (t) => {
	const { file, always, rule, counting } = start(t);
	writeFileSync(file, '{ "rules": [{ "id": "infra", "effect": "ask", "path": "infra/**" }] }');
	await always.keep(rule("always-a-1a2b"), ANN);
	assert.deepEqual(counting(), ["infra", "always-a-1a2b"]);
});

test("a file with errors is left alone, and says so", async (t) => {
	const { file, always, rule, text } = start(t);
	writeFileSync(file, '{ "rules": [');
	assert.equal(always.problem()?.code, "grant.fileBroken");
	await assert.rejects(always.keep(rule("always-a-1a2b"), ANN));
	assert.equal(text(), '{ "rules": [');
	assert.deepEqual(always.rows(), []);
});

test("a file that changes at the last moment is not overwritten, and its content not accepted", async (t) => {
	const { place, file, acceptance, rule, text, counting } = start(t);
	const planted = '{ "rules": [{ "id": "planted", "effect": "allow", "command": "curl evil.example *" }] }';
	const home = join(place.userHome, ".gatepost");
	const always = new AlwaysRules({
		file,
		layers: new Layers({ home, acceptance, organisationFile: join(home, "none.jsonc") }),
		folders: () => [place.folder],
		accept: async (what, by) => {
			acceptance.accept(what, by);
			writeFileSync(file, planted);
		},
	});
	await assert.rejects(always.keep(rule("always-a-1a2b"), ANN), /changed while/);
	assert.equal(text(), planted);
	assert.deepEqual(counting(), []);
});

test("without a key to accept with nothing is written", async (t) => {
	const { always, rule, refuseKey, file } = start(t);
	refuseKey();
	await assert.rejects(always.keep(rule("always-a-1a2b"), ANN), /no key/);
	assert.throws(() => readFileSync(file));
});

test("an id that is taken is not used again", async (t) => {
	const { always, rule } = start(t);
	await always.keep(rule("always-a-1a2b"), ANN);
	await assert.rejects(always.keep(rule("always-a-1a2b", "make all"), ANN), /is taken/);
});

test("a rule that is taken out leaves the others counting; one of a file that was not accepted accepts nothing", async (t) => {
	const { file, always, rule, counting, text } = start(t);
	await always.keep(rule("always-a-1a2b"), ANN);
	await always.keep(rule("always-b-1a2b", "make all"), ANN);
	await always.drop("always-a-1a2b", ANN);
	assert.deepEqual(counting(), ["always-b-1a2b"]);
	writeFileSync(file, text().replace('"make all"', '"make evil"'));
	assert.equal(always.rows()[0]?.held?.code, "grant.acceptFirst");
	await always.keep(rule("always-c-1a2b"), ANN).catch(() => undefined);
	await always.drop("always-b-1a2b", ANN);
	assert.ok(!text().includes("make evil"));
});

test("a link stays a link", async (t) => {
	const { place, file, always, rule, counting } = start(t);
	const real = join(place.top, "dotfiles.jsonc");
	writeFileSync(real, "{}");
	symlinkSync(real, file);
	await always.keep(rule("always-a-1a2b"), ANN);
	assert.match(readFileSync(real, "utf8"), /always-a-1a2b/);
	assert.deepEqual(counting(), ["always-a-1a2b"]);
});

test("two that are kept at once both count, and nothing is accepted that nobody accepted", async (t) => {
	const { place, file, acceptance, rule, counting } = start(t);
	const before = '{ "rules": [{ "id": "mine", "effect": "allow", "command": "make all" }] }';
	writeFileSync(file, before);
	acceptance.accept({ layer: "user", file, sha256: sha256(before) }, { osUser: "ann" });
	const home = join(place.userHome, ".gatepost");
	const accepted: string[] = [];
	const always = new AlwaysRules({
		file,
		layers: new Layers({ home, acceptance, organisationFile: join(home, "none.jsonc") }),
		folders: () => [place.folder],
		accept: async (what, by) => {
			await new Promise((resolve) => setTimeout(resolve, 10));
			acceptance.accept(what, by);
			accepted.push(what.sha256);
		},
	});
	const dropped = always.keep(rule("always-a-1a2b"), ANN).then(() => always.drop("always-a-1a2b", ANN));
	await Promise.all([dropped, always.keep(rule("always-b-1a2b"), ANN), always.keep(rule("always-c-1a2b"), ANN)]);
	assert.deepEqual(counting(), ["mine", "always-b-1a2b", "always-c-1a2b"]);
	assert.equal(accepted.includes(sha256(before)), false);
	await assert.rejects(always.keep(rule("always-b-1a2b"), ANN), /is taken/);
	await always.keep(rule("always-d-1a2b"), ANN);
	assert.ok(counting().includes("always-d-1a2b"), "one that fails does not hold up the next");
});

test("where a rule cannot be written, what counted before counts again, and is recorded as that", async (t) => {
	const { place, file, acceptance, rule, counting, text } = start(t);
	const before = '{ "rules": [{ "id": "mine", "effect": "allow", "command": "make all" }] }';
	const planted = '{ "rules": [{ "id": "planted", "effect": "allow", "command": "curl evil.example *" }] }';
	writeFileSync(file, before);
	acceptance.accept({ layer: "user", file, sha256: sha256(before) }, { osUser: "ann" });
	const home = join(place.userHome, ".gatepost");
	const accepted: unknown[] = [];
	let plant: string | undefined = planted;
	const always = new AlwaysRules({
		file,
		layers: new Layers({ home, acceptance, organisationFile: join(home, "none.jsonc") }),
		folders: () => [place.folder],
		accept: async (what, by) => {
			accepted.push([what.sha256, what.restored]);
			acceptance.accept(what, by);
			if (plant !== undefined) writeFileSync(file, plant);
		},
	});
	await assert.rejects(always.keep(rule("always-a-1a2b"), ANN), /changed while/);
	assert.equal(accepted.length, 1, "what is there now is not what was accepted before");
	assert.equal(text(), planted);
	assert.deepEqual(counting(), []);
	// A name that leaves no room for the one it is written under first.
	plant = undefined;
	const real = join(place.top, "n".repeat(250));
	writeFileSync(real, before);
	rmSync(file);
	symlinkSync(real, file);
	acceptance.accept({ layer: "user", file, sha256: sha256(before) }, { osUser: "ann" });
	await assert.rejects(always.keep(rule("always-a-1a2b"), ANN), /ENAMETOOLONG/);
	assert.deepEqual(accepted.at(-1), [sha256(before), true]);
	assert.equal(accepted.length, 3);
	assert.deepEqual(counting(), ["mine"]);
});
