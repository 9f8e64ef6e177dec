// A folder with files and a repository, and what is said of a command there. No setting of the person's own git counts.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { previewOf } from "../../../../src/policy/effects/preview.ts";
import type { PreviewItem } from "../../../../src/protocol/card.ts";
import { format } from "../../../../src/protocol/messages.ts";

/** Long enough for any machine: how long it may take is not what these tests are about. */
export const NO_HURRY = 120_000;

export interface Stage {
	/** A folder of the gate. */
	ws: string;
	home: string;
	/** Outside both. */
	outside: string;
	/** Writes a file below the stage; relative paths are in the folder of the gate. */
	file(path: string, content?: string): string;
	git(...args: string[]): string;
	items(command: string, more?: { cwd?: string; ms?: number; signal?: AbortSignal }): Promise<PreviewItem[]>;
	/** Each item as "code: names", the code without its beginning. */
	said(command: string, cwd?: string): Promise<string[]>;
	/** Each item as its sentence. */
	sentences(command: string): Promise<string[]>;
}

export function stage(t: { after(end: () => void): void }): Stage {
	const top = realpathSync(mkdtempSync(join(tmpdir(), "gatepost-effects-")));
	t.after(() => rmSync(top, { recursive: true, force: true }));
	const [ws, home, outside] = ["ws", "home", "outside"].map((name) => join(top, name)) as [string, string, string];
	for (const folder of [ws, home, outside]) mkdirSync(folder);
	const items: Stage["items"] = (command, { cwd = ws, ms = NO_HURRY, signal } = {}) =>
		previewOf(
			{ v: 1, kind: "shell", tool: "Bash", root: ws, cwd, input: { command }, paths: [] },
			{ folders: [ws], root: ws, home, ms, signal },
		);
	return {
		ws,
		home,
		outside,
		items,
		file(path, content = "") {
			const full = path.startsWith("/") ? path : join(ws, path);
			mkdirSync(dirname(full), { recursive: true });
			writeFileSync(full, content);
			return full;
		},
		git: (...args) =>
			execFileSync("git", args, {
				cwd: ws,
				encoding: "utf8",
				stdio: ["ignore", "pipe", "pipe"],
				env: {
					PATH: process.env.PATH,
					HOME: home,
					GIT_CONFIG_GLOBAL: "/dev/null",
					GIT_CONFIG_NOSYSTEM: "1",
					...Object.fromEntries(
						["AUTHOR", "COMMITTER"].flatMap((who) => [
							[`GIT_${who}_NAME`, "a"],
							[`GIT_${who}_EMAIL`, "a@example.com"],
						]),
					),
				},
			}),
		async said(command, cwd) {
			const found = await items(command, cwd === undefined ? {} : { cwd });
			return found.map(({ message: { code }, names }) => `${code.replace("effect.", "")}: ${names.join(", ")}`.trim());
		},
		async sentences(command) {
			return (await items(command)).map(({ message }) => format(message));
		},
	};
}

/** Everything below a folder: names, kinds, modes, times, contents. */
export function imageOf(folder: string): string {
	const hash = createHash("sha256");
	const look = (path: string): void => {
		const about = lstatSync(path);
		hash.update(`${path}\0${about.mode}\0${about.size}\0${about.mtimeMs}\0${about.ino}\n`);
		if (about.isSymbolicLink()) hash.update(readlinkSync(path));
		else if (about.isFile()) hash.update(readFileSync(path));
		else if (about.isDirectory()) for (const name of readdirSync(path).sort()) look(join(path, name));
	};
	look(folder);
	return hash.digest("hex");
}
