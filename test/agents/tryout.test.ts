// The newcomer's path: `npm start` as it is in the README, with a headless browser for the person. Needs no agent; the
// last test takes the real Claude Code where real agents are switched on.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { installClaude, skipRealClaude } from "../support/claude/install.ts";
import { scriptedModel } from "../support/claude/modelServer.ts";
import { prepareProfile } from "../support/claude/profile.ts";
import { runTool } from "../support/host/tool.ts";
import { decode } from "../support/png.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const bootstrap = join(checkout, "test/support/bootstrap.mjs");
const dir = mkdtempSync(join(tmpdir(), "gatepost-tryout-"));
const vsix = join(dir, "gatepost.vsix");
const skipHost = process.platform === "linux" ? false : "the VS Code in a browser page is set up for Linux only";
const limitMs = 240_000;

before(async () => {
	if (!skipHost) await runTool(process.execPath, ["test/support/package.ts", vsix], { cwd: checkout });
});
after(() => rmSync(dir, { recursive: true, force: true }));

type Run = {
	child: ChildProcess;
	ended: Promise<number | null>;
	output(): string;
	line(pattern: RegExp): Promise<string>;
};

/** `npm start -- <args>`, without npm's own part. */
function start(args: string[], env: NodeJS.ProcessEnv = process.env): Run {
	const child = spawn(process.execPath, [bootstrap, "test/tryout/start.ts", "--vsix", vsix, ...args], {
		cwd: checkout,
		env,
		stdio: ["ignore", "pipe", "pipe"],
	});
	let text = "";
	const waiting = new Set<() => void>();
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding("utf8").on("data", (part: string) => {
			text += part;
			for (const look of waiting) look();
		});
	}
	const ended = new Promise<number | null>((done) => child.once("close", done));
	const line = (pattern: RegExp) =>
		new Promise<string>((found, failed) => {
			const look = () => {
				const match = pattern.exec(text)?.[0];
				if (match === undefined) return;
				waiting.delete(look);
				found(match);
			};
			waiting.add(look);
			look();
			void ended.then(() => failed(new Error(`npm start ended without ${pattern}:\n${text}`)));
		});
	return { child, ended, output: () => text, line };
}

function privateFolder(run: Run): string {
	const folder = /everything it writes in (\S+)\./.exec(run.output())?.[1];
	assert.ok(folder, run.output());
	return folder;
}

test("the sample session goes through by real clicks, and its log verifies", {
	skip: skipHost,
	timeout: limitMs,
}, async () => {
	const pictures = join(dir, "pictures");
	const run = start(["--check", "--pictures", pictures]);
	assert.equal(await run.ended, 0, run.output());
	const output = run.output();
	for (const said of [
		/Read +src\/cart\.js: Gatepost: allowed by rule/,
		/Write +src\/shipping\.js, a new file: Gatepost: allowed by a person\. Then the file is written\./,
		/Edit +src\/cart\.js, the receipt: Gatepost: allowed by a person\. Then the file is changed\./,
		/Bash +node --test: Gatepost: allowed by a person\. Then ended with 0\./,
		/Allowed by real clicks: Write, Edit, Edit, Run\./,
		/Verdict +consistent/,
	]) {
		assert.match(output, said);
	}
	assert.deepEqual(readdirSync(pictures).sort(), [
		"card-edit.png",
		"card-run.png",
		"card-write.png",
		"session-over.png",
	]);
	// A picture of nothing has few colours: the card and the diff were really there.
	const { colours } = decodeAny(readFileSync(join(pictures, "card-edit.png")));
	assert.ok(new Set(colours).size > 500);
	assert.equal(existsSync(privateFolder(run)), false, "the throwaway folder is removed");
});

test("an end by signal takes the editor and the throwaway folder with it", {
	skip: skipHost,
	timeout: limitMs,
}, async () => {
	const run = start(["--no-session"]);
	const url = await run.line(/http:\/\/\S+/);
	assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/\?tkn=[0-9a-f]{32}&folder=/);
	const { origin } = new URL(url);
	assert.equal((await fetch(url, { redirect: "manual" })).status < 400, true);
	const folder = privateFolder(run);
	assert.ok(existsSync(folder));
	run.child.kill("SIGTERM");
	assert.equal(await run.ended, 0, run.output());
	assert.equal(existsSync(folder), false);
	await assert.rejects(fetch(origin), "nothing listens there any more");
});

test("--claude starts the Claude Code of the user's PATH, held by our hooks, and leaves its settings alone", {
	skip: skipHost || skipRealClaude(),
	timeout: limitMs,
}, async (t) => {
	const claude = await installClaude();
	const home = join(dir, "users-home");
	const prompt = "Write hello.txt";
	const model = await scriptedModel({
		turns: [{ tools: [{ name: "Write", input: { file_path: "hello.txt", content: "hello\n" } }] }, { text: "Done." }],
	});
	t.after(() => model.close());
	const env = await prepareProfile({ home, cwd: dir, model, settings: { cleanupPeriodDays: 30 } });
	const settings = readFileSync(join(home, ".claude/settings.json"), "utf8");
	const path = [dirname(claude), process.env.PATH].join(":");
	const cache = process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? "", ".cache");
	const args = ["--check", "--pictures", join(dir, "claude-pictures"), "--claude"];
	const run = start([...args, "--", "-p", prompt], { ...env, PATH: path, XDG_CACHE_HOME: cache });
	assert.equal(await run.ended, 0, run.output());
	assert.match(run.output(), /Allowed by real clicks: Write\./);
	assert.match(run.output(), /Verdict +consistent/);
	assert.equal(readFileSync(join(home, ".claude/settings.json"), "utf8"), settings);
	assert.equal(existsSync(join(home, ".gatepost")), false, "nothing of Gatepost is in the user's home");
});

/** Pictures may have become palette ones, which `decode` does not read; those have at most 256 colours. */
function decodeAny(png: Buffer): { colours: Uint32Array } {
	return png[25] === 3 ? { colours: new Uint32Array() } : decode(png);
}
