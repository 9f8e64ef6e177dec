// Bundles for tests: made of a log in memory, unpacked by the system's own tools, and changed as an attacker would.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join, relative } from "node:path";
import { zipSync } from "fflate";
import { type Entry, saltedBody, seal } from "../../../../src/audit/chain.ts";
import { readEvidence } from "../../../../src/audit/evidence.ts";
import { type BundleOptions, writeBundle } from "../../../../src/audit/export/bundle/bundle.ts";
import type { ExportSource } from "../../../../src/audit/export/types.ts";
import { matches } from "../../../../src/audit/filter.ts";
import { foldRows } from "../../../../src/audit/fold.ts";
import { linesOf } from "../../../../src/audit/lines.ts";
import { type ReadLine, readEntries, segmentsIn } from "../../../../src/audit/read.ts";
import type { ExportScope } from "../../../../src/protocol/auditPanel.ts";

/** What the exporter is given, straight from the log. */
export function sourceOf(dir: string, scope: ExportScope, signal?: AbortSignal): ExportSource {
	const wanted = (row: { session?: string }) =>
		scope.of === "all" || (scope.of === "filter" ? matches(row as never, scope.filter) : row.session === scope.session);
	async function* rows() {
		for await (const row of foldRows(readEntries(dir))) if (wanted(row)) yield row;
	}
	async function* lines(): AsyncGenerator<ReadLine & { text: string }> {
		const places = new Set<string>();
		for await (const row of rows()) for (const { segment, line } of row.places) places.add(`${segment} ${line}`);
		const texts = new Map<string, string[]>();
		for (const path of await segmentsIn(dir)) {
			const all: string[] = [];
			for await (const { text } of linesOf(path)) all.push(text ?? "");
			texts.set(basename(path), all);
		}
		for await (const line of readEntries(dir))
			if (places.has(`${line.segment} ${line.line}`))
				yield { ...line, text: texts.get(line.segment)?.[line.line - 1] ?? "" };
	}
	return {
		dir,
		version: "0.0.0-test",
		scope,
		bom: false,
		signal,
		rows,
		lines,
		read: () => Promise.reject(new Error("not needed")),
		evidence: (digest) => readEvidence(join(dir, "evidence"), digest),
	};
}

/** The bytes of a bundle. */
export async function bundleOf(
	dir: string,
	scope: ExportScope | string,
	options: BundleOptions = {},
): Promise<{ zip: Buffer; rows: number; entries: number }> {
	const parts: Buffer[] = [];
	const source = sourceOf(
		dir,
		typeof scope === "string" ? { of: "session", agent: "claude-code", session: scope } : scope,
	);
	const done = await writeBundle(
		source,
		{
			write: async (part) => {
				parts.push(Buffer.from(part as Uint8Array));
			},
		},
		{ page: async () => TEST_PAGE, ...options },
	);
	return { zip: Buffer.concat(parts), ...done };
}

/** Stands for the page where only its data matters: building the real one takes a second. */
export const TEST_PAGE = `<!DOCTYPE html><title>x</title><script type="text/plain" id="bundle">@@GATEPOST_BUNDLE@@</script>`;

/** Unpacks with Python's zipfile, which checks every checksum. */
export function unpack(zip: Buffer, into: string): string {
	mkdirSync(into, { recursive: true });
	const file = `${into}.zip`;
	writeFileSync(file, zip);
	const script =
		"import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])";
	execFileSync("python3", ["-c", script, file, into], { env: { ...process.env, PATH: searchPath() } });
	return into;
}

export function filesIn(dir: string): string[] {
	return readdirSync(dir, { recursive: true })
		.map(String)
		.filter((name) => statSync(join(dir, name)).isFile())
		.map((name) => relative("", name).replaceAll("\\", "/"))
		.sort();
}

/** The files of a folder in memory, so that it can be changed and put back. */
export function snapshot(dir: string): Map<string, Buffer> {
	return new Map(filesIn(dir).map((name) => [name, readFileSync(join(dir, name))]));
}

export function restore(dir: string, files: Map<string, Buffer>): void {
	rmSync(dir, { recursive: true, force: true });
	for (const [name, bytes] of files) {
		mkdirSync(join(dir, name, ".."), { recursive: true });
		writeFileSync(join(dir, name), bytes);
	}
}

/** Writes only what differs between two states of a folder. */
export function turnInto(dir: string, from: Map<string, Buffer>, to: Map<string, Buffer>): void {
	for (const name of from.keys()) if (!to.has(name)) rmSync(join(dir, name));
	for (const [name, bytes] of to) {
		if (from.get(name) === bytes) continue;
		mkdirSync(join(dir, name, ".."), { recursive: true });
		writeFileSync(join(dir, name), bytes);
	}
}

export const sha256 = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");

/** Writes SHA256SUMS anew, as an attacker would. */
export function resum(files: Map<string, Buffer>): Map<string, Buffer> {
	files.delete("SHA256SUMS");
	const lines = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`);
	files.set("SHA256SUMS", Buffer.from(lines.join("")));
	return files;
}

/** Writes the page's data anew, so that it shows what the files hold, and SHA256SUMS. */
export function repaged(files: Map<string, Buffer>, page = TEST_PAGE): Map<string, Buffer> {
	const prose = ["README.txt", "VERIFY.md", "verify.html", "SHA256SUMS"];
	const data = zipSync(Object.fromEntries([...files].filter(([name]) => !prose.includes(name))));
	files.set("verify.html", Buffer.from(page.replace("@@GATEPOST_BUNDLE@@", Buffer.from(data).toString("base64"))));
	return resum(files);
}

/**
 * Deletes a piece of evidence and excuses it as well as one can without the key: an evidence.removed entry behind the last
 * entry of a segment (by default the last one), and a manifest that lists the piece.
 */
export function dropWithExcuse(files: Map<string, Buffer>, digest: string, of?: string): void {
	const name = of ?? [...files.keys()].findLast((one) => one.startsWith("entries/")) ?? "";
	const text = String(files.get(name));
	const last = JSON.parse(text.trimEnd().split("\n").at(-1) ?? "") as Entry;
	const head = { ...last.head, seq: last.head.seq + 1, type: "evidence.removed" };
	delete head.session;
	const { line, hash } = seal(last.hash, head, saltedBody({ digests: [digest], olderThanDays: 30 }));
	files.set(name, Buffer.from(text + line));
	files.delete(`evidence/${digest}`);
	const manifest = JSON.parse(String(files.get("manifest.json")));
	const said = manifest.segments.find((one: { name: string }) => `entries/${one.name}` === name);
	Object.assign(said, { entries: said.entries + 1, head: hash });
	manifest.removed = [digest];
	files.set("manifest.json", Buffer.from(`${JSON.stringify(manifest)}\n`));
}

export interface Step {
	status: number | null;
	out: string;
}

/** The commands of VERIFY.md. */
export function commandsOf(markdown: string): string[] {
	return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
}

/** Runs the commands of a VERIFY.md word for word in a folder, each in a shell of its own. */
export function follow(dir: string, commands: string[], fingerprint?: string): Step[] {
	return commands.map((command) => run(dir, command, fingerprint));
}

/** The same, up to the first that ends with trouble. */
export function followToTrouble(dir: string, commands: string[]): Step[] {
	const steps: Step[] = [];
	for (const command of commands) {
		const step = run(dir, command, undefined);
		steps.push(step);
		if (step.status !== 0) break;
	}
	return steps;
}

function run(dir: string, command: string, fingerprint: string | undefined): Step {
	const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", command], {
		cwd: dir,
		encoding: "utf8",
		stdio: ["ignore", "pipe", "pipe"],
		env: { PATH: searchPath(), ...(fingerprint === undefined ? {} : { FINGERPRINT: fingerprint }) },
	});
	return { status, out: `${stdout}${stderr}` };
}

let path: string | undefined;

/**
 * PATH with the folder of the real python3 first: a version manager's stand-in takes several times as long to start as our
 * script runs. Only where that folder has none of the other programs.
 */
function searchPath(): string {
	if (path !== undefined) return path;
	path = process.env.PATH ?? "";
	const { stdout } = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
	const folder = dirname(stdout?.trim() || "/");
	const others = ["bash", "sha256sum", "openssl"].some((name) => existsSync(join(folder, name)));
	if (!others && existsSync(join(folder, "python3"))) path = [folder, path].join(delimiter);
	return path;
}

/** Why the commands of VERIFY.md cannot be run here; undefined when they can. */
export function missingTool(): string | undefined {
	for (const [tool, ...args] of [
		["bash", "--version"],
		["sha256sum", "--version"],
		["python3", "--version"],
		["openssl", "version"],
	]) {
		const { status, stdout } = spawnSync(tool as string, args, { encoding: "utf8" });
		if (status !== 0) return `${tool} is not on this machine`;
		if (tool === "openssl" && !/^OpenSSL ([3-9]|\d\d)/.test(stdout))
			return `OpenSSL 3 is needed, here is ${stdout.trim()}`;
	}
	return undefined;
}
