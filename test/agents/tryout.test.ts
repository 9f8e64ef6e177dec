// The newcomer's path: `npm start` as it is in the README, with a headless browser for the person. Needs no agent; the
// last test takes the real Claude Code where real agents are switched on.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { installClaude, skipRealClaude } from "../support/claude/install.ts";
import { scriptedModel } from "../support/claude/modelServer.ts";
import { prepareProfile } from "../support/claude/profile.ts";
import { runTool } from "../support/host/tool.ts";
import { decode } from "../support/png.ts";
import { readZip } from "../support/zip.ts";
import { resetSample } from "../tryout/throwaway.ts";

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
		"audit-log.png",
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

test("what is denied is not done, and the sample agent reads why", { skip: skipHost, timeout: limitMs }, async (t) => {
	const home = join(dir, "home");
	const project = join(home, "shop");
	const env = { PATH: process.env.PATH, HOME: home };
	await resetSample(project);
	// The packaged programs, as the extension's folder has them.
	for (const [name, bytes] of readZip(readFileSync(vsix))) {
		if (!name.startsWith("extension/dist/")) continue;
		mkdirSync(dirname(join(home, name)), { recursive: true });
		writeFileSync(join(home, name), bytes);
	}
	const cli = join(home, "extension/dist/gatepost.cjs");
	const where = ["--home", join(home, ".gatepost"), "--folder", project];
	const gate = spawn(process.execPath, [cli, "serve", "--json", ...where], { env, stdio: ["pipe", "pipe", "inherit"] });
	const ended = once(gate, "exit");
	t.after(async () => {
		gate.kill();
		await ended;
	});
	const ready = Promise.withResolvers<void>();
	createInterface({ input: gate.stdout }).on("line", (line) => {
		const { event, id, card } = JSON.parse(line);
		if (event === "ready") ready.resolve();
		if (event !== "pending") return;
		const denied = card.target.includes("cart.js");
		const answer = denied ? { answer: "deny", id, reason: "Use the tax module." } : { answer: "allow", id };
		gate.stdin.write(`${JSON.stringify(answer)}\n`);
	});
	await ready.promise;
	await runTool(process.execPath, [cli, "agents", "install", "claude-code", "--yes", ...where], { env });
	const before = readFileSync(join(project, "src/cart.js"), "utf8");
	const said = await runTool(process.execPath, [join(checkout, "test/tryout/agent.ts"), project], {
		env,
		cwd: project,
	});
	assert.match(said, /Write +src\/shipping\.js.*Then the file is written/);
	assert.match(said, /Edit +src\/cart\.js, the receipt: denied, nothing was done\..*Use the tax module\./);
	assert.match(said, /Edit +src\/cart\.js, the import: left out/);
	assert.equal(readFileSync(join(project, "src/cart.js"), "utf8"), before);
	assert.ok(existsSync(join(project, "src/shipping.js")));
	assert.match(await runTool(process.execPath, [cli, "log", "verify", ...where], { env }), /Verdict +consistent/);
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
