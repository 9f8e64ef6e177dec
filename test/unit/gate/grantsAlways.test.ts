// Grants that last always: rules in the person's own file, through a whole gate.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openHome } from "../../../src/audit/home.ts";
import { Acceptance } from "../../../src/policy/rules/accepted.ts";
import { sha256 } from "../../../src/policy/rules/files.ts";
import { gatePlace, type Place, said } from "../../support/gateClient.ts";
import { command, failOnce, granting } from "./grantsSupport.ts";

const ANN = { osUser: "ann", claims: { gitName: "Ann" }, assurance: 1 } as const;
const NPM = command("npm test *");
const ALWAYS = { for: "always" } as const;

async function withKey(t: TestContext, at: Place = gatePlace(t)) {
	const home = openHome(at.home);
	const acceptance = new Acceptance(home.dir, Buffer.alloc(32, 7));
	const one = await granting(t, { acceptance, organisationFile: { path: join(at.dir, "none.jsonc"), owner: 0 } }, at);
	one.file("package.json", "{}");
	const text = () => readFileSync(home.policyFile, "utf8");
	return { ...one, text, policyFile: home.policyFile };
}

test("it is a rule in the person's file, accepted in the same gesture, for this folder and these files", async (t) => {
	const { gate, granted, outcome, text, process: start, file } = await withKey(t);
	await granted("npm test", NPM, ALWAYS);
	const [row] = gate.gate.grants();
	const id = row?.id ?? "";
	assert.match(id, /^always-npm-test-[0-9a-f]{4}$/);
	assert.ok(text().includes(`"${id}"`));
	assert.deepEqual([row?.lasts, row?.by, row?.folder, row?.held], ["always", "Ann", gate.place.folder, undefined]);
	assert.equal(await outcome("npm test -- --watch"), "allow");
	const { pid } = await start();
	assert.equal(await outcome("npm test", { pid, session: "another" }), "allow", "whatever session");
	assert.deepEqual([gate.gate.grants()[0]?.uses, gate.gate.grants()[0]?.lastUsed !== undefined], [2, true]);
	file("package.json", '{ "scripts": {} }');
	assert.equal(await outcome("npm test"), "asked");
	assert.equal(gate.gate.grants()[0]?.held?.code, "grant.fileChanged");

	const entries = await gate.verified();
	const added = entries.findIndex(({ type }) => type === "grant.added");
	const accepted = entries.findIndex(({ type }) => type === "policy.accepted");
	assert.ok(added > 0 && added < accepted, "the grant is on record before the file is accepted");
	assert.equal(entries[added]?.body.rule.id, id);
	assert.equal(entries[accepted]?.body.digest, sha256(text()));
});

test("it outlives its gate", async (t) => {
	const at = gatePlace(t);
	const first = await withKey(t, at);
	await first.granted("npm test", NPM, ALWAYS);
	await first.gate.open.close("stopped");
	const second = await withKey(t, at);
	assert.equal(await second.outcome("npm test"), "allow");
	assert.equal(second.gate.gate.grants()[0]?.by, "Ann");
});

test("revoked, it is out of the file and the very next action asks; other rules go on counting", async (t) => {
	const { gate, granted, outcome, text } = await withKey(t);
	await granted("npm test", NPM, ALWAYS);
	await granted("make all", command("make all"), ALWAYS);
	const id = gate.gate.grants().find(({ rule }) => rule.patterns[0] === "npm test *")?.id ?? "";
	assert.equal(await gate.gate.revoke(id, ANN), undefined);
	assert.ok(!text().includes(id));
	assert.equal(await outcome("npm test"), "asked");
	assert.equal(await outcome("make all"), "allow");
	const { body } = await gate.entry(({ type }) => type === "grant.revoked");
	assert.deepEqual([body.grant, body.approver], [id, ANN]);
});

test("a file with rules that wait to be accepted must be accepted first", async (t) => {
	const { gate, bash, card, grant, text, policyFile } = await withKey(t);
	const planted = '{ "rules": [{ "id": "planted", "effect": "allow", "command": "curl evil.example *" }] }';
	writeFileSync(policyFile, planted);
	const call = await bash("npm test");
	const refused = grant(await card(), NPM, ALWAYS);
	assert.equal(refused.result === "refused" && refused.message.code, "grant.acceptFirst");
	assert.equal(text(), planted);
	assert.equal(call.answered, false);
	assert.deepEqual(gate.gate.grants(), []);
});

test("a rule with a secret is not written into a file", async (t) => {
	const { bash, card, grant } = await withKey(t);
	const line = "frobnicate --token ghp_0123456789abcdefghijABCDEFGHIJ012345";
	await bash(line);
	const refused = grant(await card(), command(line), ALWAYS);
	assert.equal(refused.result === "refused" && refused.message.code, "grant.secret");
});

test("a grant that cannot be recorded writes no rule; a rule that cannot be written is recorded as none", async (t) => {
	const { gate, bash, card, grant, outcome, policyFile } = await withKey(t);
	const call = await bash("npm test");
	const opened = await card();
	failOnce(t, "grant.added");
	grant(opened, NPM, ALWAYS);
	assert.equal(said(await call.reply()).decision, "allow");
	assert.throws(() => readFileSync(policyFile));

	const again = await bash("npm test");
	const second = await card();
	failOnce(t, "policy.accepted");
	const told = new Promise((resolve) =>
		gate.gate.once("settled", (_id, result, note) => resolve([result, note?.code])),
	);
	grant(second, NPM, ALWAYS);
	assert.equal(said(await again.reply()).decision, "allow");
	assert.deepEqual(await told, ["allowed", "grant.notAdded"]);
	assert.throws(() => readFileSync(policyFile));
	assert.equal(await outcome("npm test"), "asked");
	const { body } = await gate.entry(({ type }) => type === "grant.revoked");
	assert.equal(body.ended, "not-added");
});
