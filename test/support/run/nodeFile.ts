// One file of node:test in a process of its own: what it printed, and what its tests came to.
import { relative, resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

export interface Count {
	passed: number;
	failed: number;
	skipped: number;
}

export interface FileCount extends Count {
	/** Name and reason of each skipped test. */
	skips: string[];
	/** The spec reporter's, without the sums that it prints for every run. */
	text: string;
}

/**
 * Every leaf test counts, and a skip without a reason is a failure, too.
 * @param limitMs a file that takes longer has failed, as has one whose process does not end `endMs` after that
 */
export async function runFile(file: string, limitMs: number, endMs = 60_000): Promise<FileCount> {
	const count: FileCount = { passed: 0, failed: 0, skipped: 0, skips: [], text: "" };
	// `timeout` ends the tests, with their names; a process that goes on all the same has to be ended.
	const end = AbortSignal.timeout(limitMs + endMs);
	const stream = run({ files: [file], concurrency: 1, isolation: "process", timeout: limitMs, signal: end });
	stream.on("test:pass", (event) => {
		if (event.details.type === "suite") return;
		// A file without tests passes under its own name.
		if (resolve(event.name) === resolve(file)) return;
		if (event.skip !== undefined && event.skip !== false) {
			const silent = event.skip === true || event.skip === "";
			count.skipped += 1;
			count.skips.push(`${event.name}: ${silent ? "NO REASON GIVEN" : event.skip}`);
			if (silent) count.failed += 1;
		} else count.passed += 1;
	});
	stream.on("test:fail", (event) => {
		if (event.details.type !== "suite") count.failed += 1;
	});
	await new Promise<void>((done, failed) => {
		const output = stream.compose(spec);
		output.on("error", failed);
		output.on("end", done);
		output.on("data", (text) => {
			count.text += String(text);
		});
	}).catch((error) => {
		count.failed += 1;
		count.text += String(error instanceof Error ? error.stack : error);
	});
	if (end.aborted) {
		count.failed += 1;
		count.text += `\n✖ ${relative(process.cwd(), file)} did not end\n`;
	}
	if (count.passed + count.failed + count.skipped === 0) {
		count.failed += 1;
		count.text += `\n✖ ${relative(process.cwd(), file)} has no tests\n`;
	}
	count.text = withoutSums(count.text);
	return count;
}

/** Lines that each run ends with, of one file of no interest. */
function withoutSums(text: string): string {
	return text.replaceAll(/^\S*ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+\S*\n/gm, "");
}
