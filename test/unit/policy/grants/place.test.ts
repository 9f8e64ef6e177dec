// A grant is for the folder it was given in: what runs elsewhere under the same words is something else.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readLine } from "../../../../src/policy/floor/walk.ts";
import { proposalsThatCover, ruleOf } from "../../../../src/policy/grants/check.ts";
import { standOf } from "../../../../src/policy/grants/defined.ts";
import { staysWithin } from "../../../../src/policy/grants/within.ts";
import { Workspace } from "./support.ts";

async function start(place: Workspace, pattern: string) {
	const rule = ruleOf(await place.shell(pattern), { member: "command", patterns: [pattern] });
	return (line: string, cwd = place.folder) => {
		const read = readLine(line);
		return staysWithin(rule, read.commands?.at(-1)?.words ?? [], standOf(read, cwd, place.folder));
	};
}

test("a grant does not speak for its words in another folder", async (t) => {
	const place = new Workspace(t);
	mkdirSync(join(place.folder, "sub"));
	mkdirSync(join(place.top, "evil"));
	symlinkSync(join(place.top, "evil"), join(place.folder, "link"));
	const push = await start(place, "git push origin main");
	assert.equal(push("git push origin main"), true);
	assert.equal(push("git push origin main", join(place.folder, "sub")), true, "below");
	assert.equal(push("cd sub && git push origin main"), true);
	assert.equal(push("git push origin main", join(place.top, "evil")), false);
	assert.equal(push("git push origin main", place.top), false);
	assert.equal(push("git push origin main", "/"), false);
	assert.equal(push(`cd ${place.top}/evil && git push origin main`), false);
	assert.equal(push("cd ../evil; git push origin main"), false);
	assert.equal(push("cd link; git push origin main"), false, "where a link leads");
	assert.equal(push("cd -P link/.. && git push origin main"), false, "what is above where a link leads");
	assert.equal(push("cd gone; git push origin main"), false, "a folder that is not there yet");
});

test("what destroys is granted for the folder itself only", async (t) => {
	const place = new Workspace(t);
	const sub = join(place.folder, "sub");
	mkdirSync(sub);
	const remove = await start(place, "rm -rf build");
	assert.equal(remove("rm -rf build"), true);
	assert.equal(remove("rm -rf build", sub), false, "another build");
	assert.equal(remove("rm -rf build", "/root"), false);
	assert.deepEqual(await proposalsThatCover(await place.shell("rm -rf build", sub)), []);
	assert.deepEqual(await proposalsThatCover(await place.shell("git push origin main", place.top)), []);
});

test("a rule by hand without files is as wide as its author wrote it", async (t) => {
	const place = new Workspace(t);
	const rule = { id: "own", effect: "allow", command: "git push origin *" } as const;
	assert.equal(staysWithin(rule, ["git", "push", "origin"], { folder: place.folder, places: ["/"] }), true);
});
