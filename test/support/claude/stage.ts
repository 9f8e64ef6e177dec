// Everything one test with the real CLI needs, and its end: folders, scripted model, a hook of the test's own.
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HookHandler, type HookProbe, hookProbe } from "./hookProbe.ts";
import { installClaude } from "./install.ts";
import { type ModelServer, type Script, scriptedModel } from "./modelServer.ts";

export interface Stage {
	claude: string;
	/** A private HOME. */
	home: string;
	/** The project: an empty folder, by its real path. */
	cwd: string;
	model: ModelServer;
	probe: HookProbe;
	/** Runs `end` when the test is over, before the servers close and the folders go. Last in, first out. */
	finally(end: () => unknown): void;
}

/** What a script may depend on. */
export type Scripting = Script | ((cwd: string) => Script);

/**
 * Sets the stage for one test.
 * @param t the test's context: its end takes the stage down
 * @param hook what the probe answers; default: no decision
 */
export async function stage(
	t: { after(fn: () => Promise<void>): void },
	script: Scripting,
	hook: HookHandler = () => ({}),
	version?: string,
): Promise<Stage> {
	const claude = await installClaude(version);
	const dir = await realpath(await mkdtemp(join(tmpdir(), "gatepost-claude-")));
	const ends: (() => unknown)[] = [];
	// A claude that just ended may still have a child that writes.
	ends.push(() => rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
	t.after(async () => {
		for (const end of ends.reverse()) await end();
	});
	const cwd = join(dir, "project");
	await mkdir(cwd);
	const model = await scriptedModel(typeof script === "function" ? script(cwd) : script);
	ends.push(() => model.close());
	const probe = await hookProbe(dir, hook);
	ends.push(() => probe.close());
	return { claude, home: join(dir, "home"), cwd, model, probe, finally: (end) => void ends.push(end) };
}
