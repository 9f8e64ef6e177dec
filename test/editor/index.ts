// Mocha's entry in the extension host: VS Code calls `run()`. Every step is written to the file that
// GATEPOST_TEST_REPORT names, line by line, so that the run outside knows where a crash or a hang happened.
import { appendFileSync, readdirSync } from "node:fs";
import { findSourceMap } from "node:module";
import { join } from "node:path";
import { takeCoverage } from "node:v8";
import type { Hook, Runner, Test } from "mocha";
import type { TestEvent } from "../support/host/report.ts";

/** Nothing that a test can do resumes paused agents, so what pauses them comes last. */
const LAST = ["answersNothing.test.cjs", "pause.test.cjs"];

type Tell = (event: TestEvent) => void;

/** @throws when a test failed or the tests could not be loaded, which makes VS Code end with an error. */
export async function run(): Promise<void> {
	const report = process.env.GATEPOST_TEST_REPORT;
	if (!report)
		throw new Error("GATEPOST_TEST_REPORT names no file: start these tests with `npm test -- editor-1.139`.");
	const tell: Tell = (event) => appendFileSync(report, `${JSON.stringify(event)}\n`);
	process.setSourceMapsEnabled(true);
	tell({ event: "start", pid: process.pid });
	const failed = await runMocha(tell).catch((error) => {
		tell({ event: "fail", title: "loading the tests", error: text(error) });
		return 1;
	});
	if (process.env.NODE_V8_COVERAGE) takeCoverage();
	tell({ event: "end" });
	if (failed > 0) throw new Error(`${failed} failed`);
}

/** Resolves with the number of failures. */
async function runMocha(tell: Tell): Promise<number> {
	// mocha is an ES module only, so it is not bundled.
	const { default: Mocha } = await import("mocha");
	// The base reporter prints nothing: the run outside prints what the report says.
	const reporter = Mocha.reporters.Base;
	const mocha = new Mocha({ ui: "bdd", timeout: 30_000, forbidOnly: Boolean(process.env.CI), reporter });
	const only = process.env.GATEPOST_TEST_GREP;
	if (only) mocha.grep(only);
	const files = readdirSync(__dirname).filter((file) => file.endsWith(".test.cjs"));
	const order = (file: string) => LAST.indexOf(file);
	files.sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1));
	for (const file of files) mocha.addFile(join(__dirname, file));
	await mocha.loadFilesAsync();
	return new Promise((done) => {
		follow(mocha.run(done), tell);
	});
}

function follow(runner: Runner, tell: Tell): void {
	runner.on("test", (test: Test) => tell({ event: "test", title: title(test) }));
	runner.on("pass", (test: Test) => tell({ event: "pass", title: title(test), ms: test.duration ?? 0 }));
	runner.on("pending", (test: Test) => tell({ event: "pending", title: title(test) }));
	runner.on("fail", (test: Test | Hook, error: unknown) =>
		tell({ event: "fail", title: title(test), error: text(error) }),
	);
}

function title(test: Test | Hook): string {
	return test.titlePath().join(" > ");
}

function text(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const cause = error.cause === undefined ? "" : `\ncaused by ${text(error.cause)}`;
	return `${inSources(error.stack ?? error.message)}${cause}`;
}

/** Places in the bundle become places in the sources; VS Code formats stacks itself, so Node does not do it. */
function inSources(stack: string): string {
	return stack.replaceAll(/(\/[^\s():]+\.cjs):(\d+):(\d+)/g, (place, file, line, column) => {
		const entry = findSourceMap(file)?.findEntry(Number(line) - 1, Number(column) - 1);
		if (!entry || !("originalSource" in entry)) return place;
		return `${entry.originalSource.replace(/^file:\/\//, "")}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
	});
}
