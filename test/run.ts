// Runs everything and ends with one line: `N passed, N failed`. Each part goes on when another fails.
// `npm test -- unit browser` runs only the parts named.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { skipTui } from "./support/claude/tui.ts";
import { canInstallDebian, installDebian } from "./support/debian.ts";

interface Count {
	passed: number;
	failed: number;
	skipped: number;
}

/** No test file takes longer, on the slowest machine seen. */
const TEST_LIMIT_MS = 15 * 60_000;

const total: Count = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

function add(part: string, count: Count): void {
	total.passed += count.passed;
	total.failed += count.failed;
	total.skipped += count.skipped;
	if (count.failed > 0) failures.push(part);
	console.log(`\n== ${part}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
}

/** A command that counts as one test. */
function command(part: string, name: string, args: string[]): void {
	console.log(`== ${part}: ${name} ${args.join(" ")}`);
	const { status } = spawnSync(name, args, { stdio: "inherit" });
	add(part, { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 });
}

/** More files than this failing is no accident. */
const MOST_RETRIED = 3;
const retried: string[] = [];

interface FileCount extends Count {
	skips: string[];
}

/**
 * node:test files; every leaf test counts, a skipped one prints its reason.
 *
 * Where real editors, browsers and agents run on a machine that others use too, a window may come up too late for a test.
 * So a few files that failed run once more by themselves; what needed that is named at the end, and failing twice is failing.
 */
async function nodeTests(part: string, pattern: string, concurrency: number): Promise<void> {
	const files = globSync(pattern).sort();
	console.log(`== ${part}: ${files.length} files`);
	const counts = await runFiles(files, concurrency);
	const failed = [...counts].filter(([, { failed }]) => failed > 0).map(([file]) => file);
	if (failed.length > 0 && failed.length <= MOST_RETRIED && failed.every((file) => files.includes(file))) {
		console.log(`\n== ${part}: once more, alone: ${failed.join(", ")}`);
		for (const [file, count] of await runFiles(failed, 1)) {
			counts.set(file, count);
			if (count.failed === 0) retried.push(file);
		}
	}
	const count: Count = { passed: 0, failed: 0, skipped: 0 };
	for (const { passed, failed, skipped, skips } of counts.values()) {
		count.passed += passed;
		count.failed += failed;
		count.skipped += skipped;
		for (const skip of skips) console.log(`skipped: ${skip}`);
	}
	if (files.length === 0) count.failed += 1;
	// Switched on and skipped all the same: what they were to show is not shown.
	if (part === "agents" && process.env.GATEPOST_TEST_AGENTS === "1") count.failed += count.skipped;
	add(part, count);
}

async function runFiles(files: string[], concurrency: number): Promise<Map<string, FileCount>> {
	const counts = new Map<string, FileCount>();
	const of = (file: string | undefined) => {
		const name = file === undefined ? "a file that node:test does not name" : relative(process.cwd(), file);
		const known = counts.get(name) ?? { passed: 0, failed: 0, skipped: 0, skips: [] };
		counts.set(name, known);
		return known;
	};
	// A test that hangs is a failure with a name, not a run that never ends.
	const stream = run({ files, concurrency, isolation: "process", timeout: TEST_LIMIT_MS });
	stream.on("test:pass", (event) => {
		if (event.details.type === "suite") return;
		const count = of(event.file);
		if (event.skip !== undefined && event.skip !== false) {
			const silent = event.skip === true || event.skip === "";
			count.skipped += 1;
			count.skips.push(`${event.name}: ${silent ? "NO REASON GIVEN" : event.skip}`);
			if (silent) count.failed += 1;
		} else count.passed += 1;
	});
	stream.on("test:fail", (event) => {
		if (event.details.type !== "suite") of(event.file).failed += 1;
	});
	await new Promise<void>((resolve) => {
		const output = stream.compose(spec);
		output.on("end", resolve);
		output.on("data", (text) => process.stdout.write(String(text)));
	});
	return counts;
}

async function editorTests(version: "1.139" | "1.105"): Promise<void> {
	const part = `editor ${version}`;
	try {
		const { runEditorTests } = await import("./support/host/mocha.ts");
		const { passed, failed, pending } = await runEditorTests({ version });
		add(part, { passed, failed: failed + (passed === 0 ? 1 : 0), skipped: pending });
	} catch (error) {
		console.error(error);
		add(part, { passed: 0, failed: 1, skipped: 0 });
	}
}

/** The interactive agents run in tmux, and one attack needs a C compiler; without them tests would be skipped. */
async function toolsForAgents(): Promise<void> {
	if (process.env.GATEPOST_TEST_AGENTS !== "1" || !(await canInstallDebian())) return;
	const missing = [];
	if ((await skipTui()) !== false) missing.push("tmux");
	if (spawnSync("cc", ["--version"]).status !== 0) missing.push("gcc", "libc6-dev");
	if (missing.length > 0) await installDebian(missing);
}

const parts: Record<string, () => Promise<void> | void> = {
	check: () => command("check", "npm", ["run", "--silent", "check"]),
	build: () => command("build", "node", ["esbuild.mjs", "--production"]),
	unit: () => nodeTests("unit", "test/unit/**/*.test.ts", 2),
	browser: () => nodeTests("browser", "test/browser/**/*.test.ts", 1),
	agents: async () => {
		await toolsForAgents();
		await nodeTests("agents", "test/agents/**/*.test.ts", 1);
	},
	"editor-1.139": () => editorTests("1.139"),
	"editor-1.105": () => editorTests("1.105"),
};

const wanted = process.argv.slice(2);
for (const name of wanted)
	if (!(name in parts)) throw new Error(`No part "${name}"; there are: ${Object.keys(parts).join(", ")}`);
const started = performance.now();
for (const [name, part] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await part();

const minutes = ((performance.now() - started) / 60_000).toFixed(1);
console.log(`\nTook ${minutes} minutes.${failures.length > 0 ? ` Failed: ${failures.join(", ")}.` : ""}`);
for (const file of retried) console.log(`Passed only at the second try: ${file}`);
if (total.skipped > 0) console.log(`Skipped, with the reasons above: ${total.skipped}.`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
