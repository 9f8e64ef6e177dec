// Everything of a try-out lies in one folder that is removed at the end: the editor's profile, a home with its
// ~/.gatepost and ~/.claude, the sample project. Nothing of the user's is read or written.
import { cp, mkdir, readdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HostDirs, makeDirs, privateEnvironment, temporaryHome } from "../support/host/host.ts";

const sample = fileURLToPath(new URL("sample", import.meta.url));

export interface Throwaway {
	dir: string;
	/** Where the editor's parts lie. */
	dirs: HostDirs;
	/** HOME of the editor and of the sample agent. */
	userHome: string;
	/** The Gatepost home in it. */
	home: string;
	/** The folder that is open in the editor, by its real path. */
	project: string;
	/** Environment of the programs of the try-out: HOME and all folders inside, nothing of the calling shell's agents. */
	env: NodeJS.ProcessEnv;
	remove(): Promise<void>;
}

/** Makes it. @param folder opened instead of a copy of the sample project */
export async function makeThrowaway(folder: string | undefined): Promise<Throwaway> {
	const dir = await realpath(await temporaryHome());
	const dirs = await makeDirs(dir);
	const project = folder === undefined ? join(dirs.home, "shop") : await realpath(folder);
	if (folder === undefined) await resetSample(project);
	return {
		dir,
		dirs,
		userHome: dirs.home,
		home: join(dirs.home, ".gatepost"),
		project,
		env: privateEnvironment(dirs),
		// A program that just ended may still have a child that writes.
		remove: () => rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
	};
}

/** The sample project as it was, so that a session can be played again. */
export async function resetSample(project: string): Promise<void> {
	await mkdir(project, { recursive: true });
	// The folder itself stays: it is open in the editor.
	for (const name of await readdir(project)) await rm(join(project, name), { recursive: true });
	await cp(sample, project, { recursive: true });
}
