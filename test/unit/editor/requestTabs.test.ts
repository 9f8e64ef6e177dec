import assert from "node:assert/strict";
import { test } from "node:test";
import { requestOfTab, unsavedRequests } from "../../../src/editor/requestTabs.ts";

const SCHEMES = ["gatepost", "gatepost-edit"];
const TITLE = "Proposed changes (0a1b2c3d)";
const titles = new Map([[TITLE, "0a1b2c3d-one"]]);
const uri = (scheme: string, path: string, query = "") => ({ scheme, path, query });
const of = (input: unknown, label = "a.ts") => requestOfTab({ input, label }, SCHEMES, titles);

test("a tab is found by what it shows: one side, two, a notebook's, or the diffs of several files", () => {
	const ours = uri("gatepost", "/project/a.ts", "r1/after");
	const edited = uri("gatepost-edit", "/r1/0/a.ts");
	const theirs = uri("file", "/gatepost/r1");
	assert.equal(of({ uri: ours }), "r1");
	assert.equal(of({ original: ours, modified: edited }), "r1");
	assert.equal(of({ original: theirs, modified: edited }), "r1");
	assert.equal(of({ original: theirs, modified: theirs }), undefined);
	// With and without a side that is absent, among files of others.
	const textDiffs = [
		{ original: theirs, modified: theirs },
		{ original: undefined, modified: ours },
	];
	assert.equal(of({ textDiffs }), "r1");
	assert.equal(of({ textDiffs: textDiffs.slice(0, 1) }), undefined);
});

test("a multi-diff the editor says nothing of is found by its title, to which the editor adds the number of files", () => {
	for (const input of [undefined, {}, { textDiffs: [] }]) {
		assert.equal(of(input, `${TITLE} (3 files)`), "0a1b2c3d-one");
		assert.equal(of(input, `${TITLE} (1 file)`), "0a1b2c3d-one");
		assert.equal(of(input, TITLE), "0a1b2c3d-one");
		assert.equal(of(input, `${TITLE} and more`), undefined);
		assert.equal(of(input, "Proposed changes"), undefined);
	}
});

test("a tab of others is not ours, whatever its label is", () => {
	const label = `${TITLE} (3 files)`;
	assert.equal(of({ uri: uri("file", "/gatepost/x") }, label), undefined);
	assert.equal(of({ viewType: "others.panel" }, label), undefined);
	assert.equal(of({ textDiffs: [{ original: uri("git", "/a"), modified: uri("file", "/a") }] }, label), undefined);
	for (const input of [null, 1, "gatepost", { uri: "gatepost:/r1" }, { uri: null }, { textDiffs: [null, 1] }]) {
		assert.equal(of(input), undefined);
	}
});

test("requests with unsaved text are named once, and only while their files may be edited", () => {
	const document = (scheme: string, path: string, isDirty = true) => ({ uri: uri(scheme, path), isDirty });
	const documents = [
		document("gatepost-edit", "/r1/0/a.ts"),
		document("gatepost-edit", "/r1/1/b.ts"),
		document("gatepost-edit", "/r2/0/a.ts", false),
		document("gatepost-edit", "/r3/0/a.ts"),
		document("gatepost", "/r4/0/a.ts"),
		document("file", "/r5/0/a.ts"),
	];
	const asked: [string, number][] = [];
	const found = unsavedRequests(documents, "gatepost-edit", (request, file) => {
		asked.push([request, file]);
		return request !== "r3";
	});
	assert.deepEqual(found, ["r1"]);
	assert.deepEqual(asked, [
		["r1", 0],
		["r1", 1],
		["r3", 0],
	]);
});
