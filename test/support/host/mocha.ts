// Runs the Mocha suite of test/editor inside the extension host of a real VS Code, and counts. Whatever goes wrong on
// the way (a crash, a hang, a run that ends early) is a failure with a name, never a shorter list of passes.
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openWorkbench, screenshot, type Workbench } from "./browser.ts";
import { buildEditorTests } from "./buildEditorTests.ts";
import { desktopWanted, expectedVersion, startDesktop } from "./desktop.ts";
import { type RunningHost, startHost, temporaryHome } from "./host.ts";
import { checkout, type HostVersion } from "./install.ts";
import { type Counts, ReportReader } from "./report.ts";

const pollMs = 200;

export type EditorTestOptions = {
	version: HostVersion;
	/** Folder of the extension under test; default this checkout (build it first). */
	extension?: string;
	/** Mocha's entry; default: test/editor, built now. */
	entry?: string;
	/** Folder or folders to open; default two empty ones, so that a third can come and go without a restart. */
	folder?: string | string[];
	settings?: Record<string, unknown>;
	env?: Record<string, string | undefined>;
	/** Only tests whose full title matches this expression; default GATEPOST_TEST_GREP of the calling shell. */
	grep?: string;
	/** No word from the tests for this long is a hang; default 90 s (one test may take 30 s). */
	silenceMs?: number;
	/** The whole run may take this long; default 15 min. */
	limitMs?: number;
	say?: (text: string) => void;
};

/** How a run came to its end. `why` is missing when Mocha ended as it should. */
type Ending = { why?: string };

/** A started editor with the tests in it. */
export type TestEditor = {
	/** Resolves when the editor says that the tests are over, or cannot go on. */
	over: Promise<Ending>;
	/** What the editor printed besides the report, for a run that went wrong. */
	output(): string;
	/** A picture for a run that went wrong; its path, where pictures can be taken. */
	picture(name: string): Promise<string | undefined>;
	/** Folder with the editor's logs. */
	logs: string;
	stop(): Promise<void>;
};

/** Runs the suite; prints each test as it ends. Resolves with counts, also when the editor died. */
export async function runEditorTests(options: EditorTestOptions): Promise<Counts> {
	const say = options.say ?? console.log;
	const entry = options.entry ?? (await buildEditorTests());
	const home = await temporaryHome();
	const report = join(home, "report.jsonl");
	await writeFile(report, "");
	const reader = new ReportReader(report, say);
	let editor: TestEditor | undefined;
	try {
		const started = performance.now();
		editor = await startEditor(options, entry, home, report);
		const { why } = await follow(editor, reader, options);
		const seconds = ((performance.now() - started) / 1000).toFixed(1);
		if (why) await tellFailure(editor, reader, `${options.version}: ${why}`, say);
		say(`VS Code ${options.version}: editor and tests took ${seconds} s`);
	} catch (error) {
		reader.counts.failed++;
		say(
			`  ✖ VS Code ${options.version} could not run the tests: ${error instanceof Error ? error.stack : String(error)}`,
		);
	} finally {
		await editor?.stop();
		await rm(home, { recursive: true, force: true, maxRetries: 5 });
	}
	return reader.counts;
}

async function startEditor(
	options: EditorTestOptions,
	entry: string,
	home: string,
	report: string,
): Promise<TestEditor> {
	const empty = [join(home, "first"), join(home, "second")];
	for (const folder of empty) await mkdir(folder);
	const env = {
		GATEPOST_TEST_REPORT: report,
		GATEPOST_TEST_PRIVATE: home,
		GATEPOST_TEST_VSCODE: expectedVersion(options.version),
		GATEPOST_TEST_GREP: options.grep ?? process.env.GATEPOST_TEST_GREP,
		CI: process.env.CI,
		...options.env,
	};
	const common = {
		version: options.version,
		home,
		folder: options.folder ?? empty,
		settings: options.settings ?? {},
		env,
		extension: options.extension ?? checkout,
		entry,
	};
	return desktopWanted(options.version) ? startDesktop(common) : startInBrowser(common);
}

export type EditorStart = {
	version: HostVersion;
	home: string;
	folder: string | string[];
	settings: Record<string, unknown>;
	env: Record<string, string | undefined>;
	extension: string;
	entry: string;
};

/** The VS Code of a code-server package, told by its address what to run. */
async function startInBrowser(start: EditorStart): Promise<TestEditor> {
	const host = await startHost(start);
	const printed: string[] = [];
	const over = Promise.withResolvers<Ending>();
	void host.ended.then(() => over.resolve({ why: "the VS Code server ended by itself" }));
	let workbench: Workbench;
	try {
		workbench = await openWorkbench(host, {
			folder: start.folder,
			payload: payload(host, start),
			waitFor: "none",
			beforeLoad: async (page) => {
				page.on("crash", () => over.resolve({ why: "the workbench's page crashed" }));
				await page.exposeFunction("codeAutomationLog", (type: string, values: unknown[]) => {
					if (type === "error") printed.push(`[${type}] ${values.map(printable).join(" ")}`);
				});
				await page.exposeFunction("codeAutomationExit", (code: number) => {
					printed.push(`the extension host ended with ${code}`);
					over.resolve({});
				});
			},
		});
	} catch (error) {
		await host.stop();
		throw error;
	}
	workbench.browser.on("disconnected", () => over.resolve({ why: "the browser ended" }));
	return {
		over: over.promise,
		output: () => readable([...printed.slice(-20), host.output()]),
		picture: (name) => screenshot(workbench.page, name),
		logs: join(host.homeDirs.userData, "logs"),
		stop: async () => {
			await workbench.close();
			await host.stop();
		},
	};
}

function payload(host: RunningHost, start: EditorStart): [string, string][] {
	const remote = (path: string) => `vscode-remote://127.0.0.1:${host.port}${path}`;
	return [
		["extensionDevelopmentPath", remote(start.extension)],
		["extensionTestsPath", remote(start.entry)],
		["enableProposedApi", ""],
		["skipWelcome", "true"],
	];
}

function printable(value: unknown): string {
	return typeof value === "string" ? value : JSON.stringify(value);
}

/** Without the workbench's own minified stack lines. */
function readable(output: string[]): string {
	const lines = output.join("\n").split("\n");
	return lines
		.filter((line) => line.trim() && !line.includes("/workbench.js:"))
		.slice(-40)
		.join("\n");
}

/** Reads the report until the tests are over, fall silent, take too long, or their process is gone. */
async function follow(editor: TestEditor, reader: ReportReader, options: EditorTestOptions): Promise<Ending> {
	const { silenceMs = 90_000, limitMs = 15 * 60_000 } = options;
	const started = Date.now();
	let lastWord = started;
	for (;;) {
		const ending = await Promise.race([editor.over, delay(pollMs)]);
		// Asked before the report is read, so that a process that wrote its last line and ended is not a crash.
		const gone = reader.pid !== undefined && !isAlive(reader.pid);
		if (await reader.read()) lastWord = Date.now();
		if (reader.complete) return {};
		if (ending) return { why: ending.why ?? "the tests ended before they had all run" };
		if (gone) return { why: "the extension host crashed" };
		if (Date.now() - lastWord > silenceMs) return { why: `no word from the tests for ${silenceMs / 1000} s` };
		if (Date.now() - started > limitMs) return { why: `not over after ${limitMs / 1000} s` };
	}
}

async function tellFailure(
	editor: TestEditor,
	reader: ReportReader,
	why: string,
	say: (text: string) => void,
): Promise<void> {
	reader.counts.failed++;
	const name = why.replaceAll(/[^\w.]+/g, "-");
	const picture = await editor.picture(`failed-${name}`).catch(() => undefined);
	const logs = join(checkout, "out/logs", name);
	await cp(editor.logs, logs, { recursive: true, force: true }).catch(() => undefined);
	say(`  ✖ VS Code ${why}${reader.running ? `, while this test ran: ${reader.running}` : ""}`);
	say(`      picture: ${picture ?? "none"}, logs: ${logs}`);
	say(editor.output().replaceAll(/^/gm, "      | "));
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code !== "ESRCH";
	}
}
