// A Gatepost home in a temporary folder, and journals in it.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext } from "node:test";
import type { Entry } from "../../../src/audit/chain.ts";
import { headPath } from "../../../src/audit/head.ts";
import { type Home, openHome } from "../../../src/audit/home.ts";
import { type Clock, type Journal, openJournal } from "../../../src/audit/journal.ts";
import type { Signer } from "../../../src/audit/keys.ts";
import { listSegments } from "../../../src/audit/segment.ts";
import { WRITER } from "./samples.ts";

export { requested, WRITER } from "./samples.ts";

/** A folder that is gone after the test. */
export function tempDir(t: TestContext | undefined): string {
	const dir = realpathSync(mkdtempSync(join(tmpdir(), "gatepost-audit-")));
	t?.after(() => rmSync(dir, { recursive: true, force: true }));
	return dir;
}

export interface Place {
	dir: string;
	home: Home;
	root: string;
	open(gateId: string, options?: { signer?: Signer; clock?: Clock }): Promise<Journal>;
}

/** A home and a root under `dir`; or the root of another place, whose log it then has. */
export function placeIn(dir: string, root = join(dir, "root")): Place {
	mkdirSync(root, { recursive: true });
	const home = openHome(join(dir, "home"));
	const open: Place["open"] = async (gateId, { signer = home.signer(), clock } = {}) => {
		const journal = await openJournal({ home, root, gateId, writer: WRITER, signer, ...(clock ? { clock } : {}) });
		opened.push(journal);
		return journal;
	};
	return { dir, home, root, open };
}

const opened: Journal[] = [];
// Journals that a test leaves open on purpose, as one whose gate died. Closing may fail: some have lost their disk.
after(() => Promise.allSettled(opened.map((journal) => journal.close())));

export function place(t: TestContext | undefined): Place {
	return placeIn(tempDir(t));
}

/** The lines of a segment file as entries. */
export function entriesOf(path: string): Entry[] {
	return linesOf(path).map((line) => JSON.parse(line) as Entry);
}

export function linesOf(path: string): string[] {
	return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

export function segmentPaths(workspaceDir: string): string[] {
	return listSegments(join(workspaceDir, "journal")).map((name) => join(workspaceDir, "journal", name));
}

/** Makes a segment look like one whose gate died: its owner is a process that never was. */
export function killOwner(workspaceDir: string, segment: string): void {
	const path = headPath(join(workspaceDir, "heads"), segment);
	const bytes = readFileSync(path);
	const owner = JSON.parse(bytes.toString("utf8", 0, bytes.indexOf("\n")));
	// Above the largest pid a Linux gives out.
	const text = `${JSON.stringify({ ...owner, pid: 2 ** 22 + 1 })}\n`;
	writeFileSync(path, Buffer.concat([Buffer.from(text.padEnd(1024)), bytes.subarray(1024)]));
}

/** The outside head can be rewritten by the same user: nothing but its checksum protects it. */
export function writeHead(dir: string, segment: string, entries: number, bytes: number, hash: string): void {
	const path = headPath(join(dir, "heads"), segment);
	const owner = readFileSync(path).subarray(0, 1024);
	const text = `gatepost-head-1 ${String(entries).padStart(12, "0")} ${String(bytes).padStart(16, "0")} ${hash} `;
	const slot = `${text}${createHash("sha256").update(text).digest("hex").slice(0, 16)}\n`.padEnd(512);
	writeFileSync(path, Buffer.concat([owner, Buffer.from(slot + slot)]));
}

/** A child must not think that it is a part of this test run. */
export function withoutTestRunner(): NodeJS.ProcessEnv {
	const { NODE_TEST_CONTEXT: _, ...env } = process.env;
	return env;
}

/** Starts a TypeScript file beside this one in a process of its own. */
export function child(t: TestContext, file: string, args: string[]): ChildProcess {
	const started = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
		stdio: ["pipe", "pipe", "inherit"],
		env: withoutTestRunner(),
	});
	t.after(() => started.kill("SIGKILL"));
	return started;
}
