// A private Claude Code profile: nobody's real configuration is read, nothing but the model server is called, and the
// first-run dialogs are answered before they are asked (facts of 2.1.330, found by running it).
import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Accepted by the CLI because `.claude.json` lists it as approved; no server but ours ever sees it. */
export const FAKE_API_KEY = "sk-ant-gatepost-test-key";

export type PermissionMode = "default" | "acceptEdits" | "plan" | "dontAsk" | "auto" | "bypassPermissions";

export interface ProfileOptions {
	/** HOME of the run: a folder of the test. Made when missing. */
	home: string;
	/** CLAUDE_CONFIG_DIR; default `<home>/.claude`. */
	configDir?: string;
	/** Where claude starts: the project. Must exist. */
	cwd: string;
	/** Anything with the URL of a Messages API. */
	model: { url: string };
	/** Written as user settings before the start; without it the file stays as it is. */
	settings?: object;
	/** Whether the trust dialog of `cwd` counts as answered; default true. Headless runs never ask. */
	trusted?: boolean;
	/**
	 * Whether the warning before an interactive bypass mode counts as accepted. Claude Code then moves that into the user
	 * settings (`skipDangerousModePermissionPrompt`), rewriting the file: only where it is needed.
	 */
	bypassAccepted?: boolean;
	/** Added last; undefined takes a variable away. */
	env?: Record<string, string | undefined>;
}

/** Writes what the profile needs, before claude starts. @returns the whole environment for claude */
export async function prepareProfile(options: ProfileOptions): Promise<Record<string, string>> {
	const configDir = options.configDir ?? join(options.home, ".claude");
	const tmp = join(options.home, "tmp");
	await mkdir(configDir, { recursive: true });
	await mkdir(tmp, { recursive: true });
	await answerFirstRun(join(configDir, ".claude.json"), options);
	if (options.settings) {
		await writeFile(join(configDir, "settings.json"), `${JSON.stringify(options.settings, null, 2)}\n`);
	}
	return environment({ ...options, configDir }, tmp);
}

function environment(options: ProfileOptions & { configDir: string }, tmp: string): Record<string, string> {
	const env: Record<string, string | undefined> = {
		PATH: process.env.PATH,
		HOME: options.home,
		CLAUDE_CONFIG_DIR: options.configDir,
		TMPDIR: tmp,
		SHELL: "/bin/sh",
		LANG: "C.UTF-8",
		ANTHROPIC_BASE_URL: options.model.url,
		ANTHROPIC_API_KEY: FAKE_API_KEY,
		// Lets the server tell a conversation from a side question (see script.ts).
		CLAUDE_CODE_GATEWAY_HINT_HEADERS: "1",
		CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
		CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: "1",
		CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: "0",
		DISABLE_AUTOUPDATER: "1",
		DISABLE_TELEMETRY: "1",
		DISABLE_ERROR_REPORTING: "1",
		// Root may bypass permissions only inside what calls itself a sandbox.
		IS_SANDBOX: process.getuid?.() === 0 ? "1" : undefined,
		...options.env,
	};
	return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Claude Code's own state file: what is already in it stays. */
async function answerFirstRun(path: string, options: ProfileOptions): Promise<void> {
	const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return "{}";
		throw error;
	});
	const state = JSON.parse(text);
	state.hasCompletedOnboarding = true;
	state.hasSeenAutoDefaultNotice = true;
	// Keys are remembered by their last 20 characters.
	state.customApiKeyResponses ??= { approved: [FAKE_API_KEY.slice(-20)], rejected: [] };
	if (options.bypassAccepted) state.bypassPermissionsModeAccepted = true;
	if (options.trusted !== false) {
		const project = await realpath(options.cwd);
		state.projects = { ...state.projects };
		state.projects[project] = { ...state.projects[project], hasTrustDialogAccepted: true };
	}
	await writeFile(path, `${JSON.stringify(state, null, 2)}\n`);
}
