// Runs everything and ends with one line: `N passed, N failed`. Each part goes on when another fails.
// `npm test -- unit browser` runs only the parts named. GATEPOST_TEST_TIMES=1 writes anew how long files take
// (test/times.json); GATEPOST_TEST_AT_ONCE says how many run side by side.
//
// First the check and the build; then what opens windows of an editor, one after the other and with nothing beside it: on two
// cores a window beside a browser comes up too late for a test, and nothing is gained. Then files of all other parts side by
// side, as many as the machine has cores for.
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { skipTui } from "./support/claude/tui.ts";
import { canInstallDebian, installDebian } from "./support/debian.ts";
import { chromiumPath } from "./support/host/chromium.ts";
import { type Job, runLanes } from "./support/run/lanes.ts";
import { type FileCount, runFile } from "./support/run/nodeFile.ts";

/** No test file takes longer, on the slowest machine seen. */
const TEST_LIMIT_MS = 15 * 60_000;
/** More of a part failing is no accident. */
const MOST_RETRIED = 3;
const SLOWEST = 15;
const TIMES = "test/times.json";
/** Packaged once; what installs the extension takes it from here. */
const VSIX = resolve("out/gatepost.vsix");

const LANES = { editors: 1, browsers: 2, nodes: Number.POSITIVE_INFINITY };
const ALONE: ReadonlySet<string> = new Set(["editors"]);
/** As many as there are cores; two on one core, since one often waits; what shares a disk gains nothing from more than four. */
const AT_ONCE = Number(process.env.GATEPOST_TEST_AT_ONCE) || Math.min(4, Math.max(2, availableParallelism()));

interface Part {
	lane?: keyof typeof LANES;
	/** Files of node:test ... */
	pattern?: string;
	/** ... or one job of its own, ... */
	alone?: () => Promise<FileCount>;
	/** ... or a command that comes before all others and counts as one test. */
	command?: [string, ...string[]];
}

const PARTS: Record<string, Part> = {
	check: { command: ["npm", "run", "--silent", "check"] },
	build: { command: [process.execPath, "test/support/package.ts", VSIX] },
	unit: { lane: "nodes", pattern: "test/unit/**/*.test.ts" },
	browser: { lane: "browsers", pattern: "test/browser/**/*.test.ts" },
	agents: { lane: "editors", pattern: "test/agents/**/*.test.ts" },
	"editor-1.139": { lane: "editors", alone: () => editorTests("1.139") },
	"editor-1.105": { lane: "editors", alone: () => editorTests("1.105") },
};

const wanted = process.argv.slice(2);
for (const name of wanted)
	if (!(name in PARTS)) throw new Error(`No part "${name}"; there are: ${Object.keys(PARTS).join(", ")}`);
const parts = Object.entries(PARTS).filter(([name]) => wanted.length === 0 || wanted.includes(name));

/** Seconds, by file; of a file that is not named, none. */
const expected: Record<string, number> = JSON.parse(readFileSync(TIMES, "utf8"));
/** What each file or job of a part came to. */
const counts = new Map<string, Map<string, FileCount>>();
const seconds = new Map<string, number>();
const retried: string[] = [];

async function editorTests(version: "1.139" | "1.105"): Promise<FileCount> {
	const count: FileCount = { passed: 0, failed: 0, skipped: 0, skips: [], text: "" };
	const say = (text: string) => {
		count.text += `${text}\n`;
	};
	try {
		const { runEditorTests } = await import("./support/host/mocha.ts");
		const { passed, failed, pending } = await runEditorTests({ version, say });
		return { ...count, passed, failed: failed + (passed === 0 ? 1 : 0), skipped: pending };
	} catch (error) {
		return { ...count, failed: 1, text: `${count.text}${error instanceof Error ? error.stack : String(error)}\n` };
	}
}

/** Runs one file or job, prints what it printed in one piece, and keeps its count. */
async function runOne(part: string, file: string): Promise<FileCount> {
	const started = performance.now();
	const { alone } = PARTS[part] as Part;
	const count = await (alone ?? (() => runFile(file, TEST_LIMIT_MS)))();
	const took = (performance.now() - started) / 1000;
	seconds.set(file, took);
	counts.get(part)?.set(file, count);
	const { passed, failed, skipped } = count;
	console.log(
		`== ${file}: ${passed} passed, ${failed} failed, ${skipped} skipped (${took.toFixed(1)} s)\n${count.text}`,
	);
	return count;
}

function jobsOf([part, { lane = "nodes", pattern, alone, command }]: [string, Part]): Job[] {
	counts.set(part, new Map());
	if (command) return [];
	const files = alone ? [part] : globSync(pattern ?? "").sort();
	console.log(`== ${part}: ${files.length} ${alone ? "run" : "files"}`);
	return files.map((file) => ({
		lane,
		length: expected[file] ?? 0,
		run: async () => {
			await runOne(part, file);
		},
	}));
}

/**
 * Where real editors, browsers and agents run on a machine that others use too, a window may come up too late for a test.
 * So a few files that failed run once more, by themselves; what needed that is named at the end, and failing twice is failing.
 */
async function onceMore(part: string): Promise<void> {
	const failed = [...(counts.get(part) ?? [])].filter(([, count]) => count.failed > 0).map(([file]) => file);
	if (failed.length === 0 || failed.length > MOST_RETRIED || PARTS[part]?.command) return;
	console.log(`\n== ${part}: once more, alone: ${failed.join(", ")}`);
	for (const file of failed) if ((await runOne(part, file)).failed === 0) retried.push(file);
}

function runCommand(part: string, [name, ...args]: [string, ...string[]]): void {
	console.log(`== ${part}: ${name} ${args.join(" ")}`);
	const started = performance.now();
	const { status } = spawnSync(name, args, { stdio: "inherit" });
	const failed = status === 0 ? 0 : 1;
	seconds.set(part, (performance.now() - started) / 1000);
	counts.get(part)?.set(part, { passed: 1 - failed, failed, skipped: 0, skips: [], text: "" });
	if (part === "build" && failed === 0) process.env.GATEPOST_TEST_VSIX = VSIX;
}

/**
 * What several files would otherwise install or make at once: a browser, and for the interactive agents tmux and, for one
 * attack, a C compiler. Without a browser each file that needs one says so itself.
 */
async function prepare(names: readonly string[]): Promise<void> {
	if (names.some((name) => name === "browser" || name === "agents" || name.startsWith("editor")))
		await chromiumPath().catch((error) => console.log(error instanceof Error ? error.message : String(error)));
	if (process.env.GATEPOST_TEST_AGENTS !== "1" || !(await canInstallDebian())) return;
	if (!names.includes("agents") && !names.includes("unit")) return;
	const missing = [];
	if ((await skipTui()) !== false) missing.push("tmux");
	if (spawnSync("cc", ["--version"]).status !== 0) missing.push("gcc", "libc6-dev");
	if (missing.length > 0) await installDebian(missing);
}

/** @returns what the part came to */
function sum(part: string): { passed: number; failed: number; skipped: number } {
	const total = { passed: 0, failed: 0, skipped: 0 };
	const files = counts.get(part) ?? new Map<string, FileCount>();
	for (const { passed, failed, skipped, skips } of files.values()) {
		total.passed += passed;
		total.failed += failed;
		total.skipped += skipped;
		for (const skip of skips) console.log(`skipped: ${skip}`);
	}
	if (files.size === 0) total.failed += 1;
	// Switched on and skipped all the same: what they were to show is not shown.
	if (part === "agents" && process.env.GATEPOST_TEST_AGENTS === "1") total.failed += total.skipped;
	console.log(`== ${part}: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
	return total;
}

const started = performance.now();
mkdirSync("out", { recursive: true });
const jobs = parts.flatMap(jobsOf);
for (const [part, { command }] of parts) if (command) runCommand(part, command);
await prepare(parts.map(([part]) => part));
await runLanes(jobs, AT_ONCE, LANES, ALONE);
for (const [part] of parts) await onceMore(part);

console.log("");
const sums = parts.map(([part]) => ({ part, ...sum(part) }));
const bad = sums.filter(({ failed }) => failed > 0);
const total = (of: "passed" | "failed" | "skipped") => sums.reduce((all, one) => all + one[of], 0);
const bySeconds = [...seconds].sort(([, a], [, b]) => b - a);
console.log(`The ${SLOWEST} that took longest, in seconds, beside others:`);
for (const [file, took] of bySeconds.slice(0, SLOWEST)) console.log(`${took.toFixed(1).padStart(7)} ${file}`);
if (process.env.GATEPOST_TEST_TIMES === "1" && wanted.length === 0) {
	const slow = bySeconds.filter(([file, took]) => took >= 5 && PARTS[file]?.command === undefined);
	writeFileSync(
		TIMES,
		`${JSON.stringify(Object.fromEntries(slow.map(([file, took]) => [file, Math.round(took)])), null, "\t")}\n`,
	);
}
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
const worked = [...seconds.values()].reduce((all, one) => all + one, 0) / 60;
console.log(`\nTook ${minutes} minutes, for ${worked.toFixed(1)} minutes of tests, ${AT_ONCE} at once.`);
for (const { part, failed } of bad) console.log(`Failed: ${part} (${failed})`);
for (const file of retried) console.log(`Passed only at the second try: ${file}`);
if (total("skipped") > 0) console.log(`Skipped, with the reasons above: ${total("skipped")}.`);
console.log(`${total("passed")} passed, ${total("failed")} failed`);
process.exitCode = total("failed") === 0 && total("passed") > 0 ? 0 : 1;
