// The command line of `npm start`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "../../tryout/options.ts";

const read = (...argv: string[]) => readOptions(argv, "/here");

test("without options the sample session is played, in whatever editor there is", () => {
	assert.deepEqual(read(), {
		session: "sample",
		editor: "either",
		port: 0,
		folder: undefined,
		vsix: undefined,
		keep: false,
		check: false,
		pictures: "/here/out/screenshots",
		claudeArgs: [],
	});
});

test("the recorded session, which writes files, is never played in a folder of the user's", () => {
	assert.equal(read("--folder", "mine")?.session, "none");
	assert.equal(read("--folder", "mine")?.folder, "/here/mine");
	assert.equal(read("--folder", "mine", "--claude")?.session, "claude");
});

test("a check needs no window and something to answer", () => {
	assert.equal(read("--check")?.editor, "browser");
	assert.throws(() => read("--check", "--no-session"), /--check needs a session/);
	assert.throws(() => read("--check", "--desktop"), /--desktop goes with neither/);
	assert.throws(() => read("--browser", "--desktop"), /--desktop goes with neither/);
});

test("what follows -- is for Claude Code, except a second --settings, which would replace the hooks", () => {
	assert.deepEqual(read("--claude", "--", "--model", "opus")?.claudeArgs, ["--model", "opus"]);
	assert.throws(() => read("--", "--model", "opus"), /needs --claude/);
	for (const settings of [["--settings", "x.json"], ["--settings={}"]]) {
		assert.throws(() => read("--claude", "--", ...settings), /takes one --settings/);
	}
});

test("what cannot be meant is refused, and help is only help", () => {
	assert.throws(() => read("--claude", "--no-session"), /exclude each other/);
	for (const port of ["-1", "65536", "x", "1.5"]) assert.throws(() => read(`--port=${port}`), /--port takes/, port);
	assert.throws(() => read("--nonsense"), /nonsense/);
	assert.equal(read("--help"), undefined);
});
