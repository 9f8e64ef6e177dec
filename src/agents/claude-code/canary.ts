// The canary: the real Claude Code, in a private profile with the person's own hook entries, is told by a model on loopback
// to make a file. It must not be there afterwards, and the model must have been told our reason.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json, JsonObject } from "../../protocol/canonical.ts";
import { canaryModel } from "./canaryModel.ts";
import { isObject, looksLikeOurs } from "./entry.ts";

export interface CanaryOptions {
	/** The claude program. */
	claude: string;
	/** The person's settings, whose hook entries are proven. */
	settings: JsonObject;
	/** The launcher that those entries name. */
	launcher: string;
	/** PATH of the agent; it may need it to find what it runs on. */
	path?: string;
	/**
	 * Told the private project folder before the agent starts. @returns another launcher to run in the place of the
	 * installed one, of a private home with a gate that serves this folder
	 */
	prepare?: (project: string) => Promise<string | undefined>;
	timeoutMs?: number;
}

export interface CanaryResult {
	/** The tool ran: a denied tool is not stopped. */
	ran: boolean;
	/** What the model was told about it. */
	told: string | undefined;
	/** The agent asked the model for the tool at all. */
	asked: boolean;
	timedOut: boolean;
	/** The private project folder, which our refusal names. */
	project: string;
	/** Last words of the agent. */
	stderr: string;
}

const TIMEOUT_MS = 45_000;
const KEPT_STDERR = 4000;
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
/** Remembered by its last 20 characters; no server but ours ever sees it. */
const FAKE_KEY = "sk-ant-gatepost-canary-not-a-key";

/** Runs it once. Bounded in time; everything it made is gone afterwards. */
export async function runCanary(options: CanaryOptions): Promise<CanaryResult> {
	const dir = await realpath(await mkdtemp(join(tmpdir(), "gatepost-canary-")));
	const project = join(dir, "project");
	const target = join(project, "the-canary-is-dead");
	const model = await canaryModel(`touch ${target}`);
	try {
		await mkdir(project);
		const runs = await options.prepare?.(project);
		await writeProfile(dir, project, canarySettings(options.settings, options.launcher, runs));
		const { stderr, timedOut } = await runClaude(options, dir, project, model.url);
		const ran = await stat(target).then(
			() => true,
			() => false,
		);
		return { ran, told: model.told(), asked: model.asked(), timedOut, project, stderr };
	} finally {
		await model.close();
		await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
	}
}

/** Keys that hold data only, and change whether the file loads or hooks run. */
const KEPT = ["disableAllHooks", "cleanupPeriodDays", "model", "allowManagedHooksOnly", "includeCoAuthoredBy"];

/**
 * The person's settings, as far as they may be run in a canary: our entries before tools as they stand, and what decides
 * whether the file loads. Nothing that starts another program, holds a credential or leads to another model; the doctor
 * lists hooks of others instead of running them.
 */
export function canarySettings(settings: JsonObject, launcher: string, runs?: string): JsonObject {
	const kept: JsonObject = {};
	for (const [key, value] of Object.entries(settings)) {
		if (KEPT.includes(key) || typeof value === "boolean" || typeof value === "number") kept[key] = value;
	}
	// A wrong type makes the agent drop the file; the rules themselves could deny before we do.
	if (settings.permissions !== undefined) kept.permissions = isObject(settings.permissions) ? {} : settings.permissions;
	if (!isObject(settings.hooks)) return settings.hooks === undefined ? kept : { ...kept, hooks: settings.hooks };
	const hooks: JsonObject = {};
	for (const event of ["PreToolUse", "PermissionRequest"]) {
		const groups = settings.hooks[event];
		if (groups === undefined) continue;
		hooks[event] = Array.isArray(groups) ? groups.flatMap((group) => ourPart(group, launcher, runs)) : groups;
	}
	return { ...kept, hooks };
}

function ourPart(group: Json, launcher: string, runs: string | undefined): Json[] {
	if (!isObject(group) || !Array.isArray(group.hooks)) return [];
	const entries = group.hooks.filter((entry) => isObject(entry) && looksLikeOurs(entry, launcher)) as JsonObject[];
	if (entries.length === 0) return [];
	const hooks = entries.map((entry) =>
		runs !== undefined && entry.command === launcher ? { ...entry, command: runs } : entry,
	);
	return [{ ...group, hooks }];
}

async function writeProfile(dir: string, project: string, settings: JsonObject): Promise<void> {
	for (const name of ["config", "tmp"]) await mkdir(join(dir, name));
	const state = {
		hasCompletedOnboarding: true,
		bypassPermissionsModeAccepted: true,
		customApiKeyResponses: { approved: [FAKE_KEY.slice(-20)], rejected: [] },
		projects: { [project]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
	};
	await writeFile(join(dir, "config", ".claude.json"), JSON.stringify(state), { mode: 0o600 });
	await writeFile(join(dir, "config", "settings.json"), JSON.stringify(settings), { mode: 0o600 });
}

function runClaude(
	{ claude, path = SYSTEM_PATH, timeoutMs = TIMEOUT_MS }: CanaryOptions,
	dir: string,
	project: string,
	url: string,
): Promise<{ stderr: string; timedOut: boolean }> {
	return new Promise((resolve, reject) => {
		// Bypass: what no hook holds runs, so only our hook can keep the file from being made.
		const child = spawn(claude, ["-p", "--permission-mode", "bypassPermissions"], {
			cwd: project,
			env: environment(dir, url, path),
			stdio: ["pipe", "ignore", "pipe"],
			// A group of its own, so that whatever it started ends with it.
			detached: true,
		});
		let stderr = "";
		let timedOut = false;
		const timer = setTimeout(() => {
			timedOut = true;
			endGroup(child.pid);
		}, timeoutMs);
		child.stderr.setEncoding("utf8").on("data", (text: string) => {
			stderr = (stderr + text).slice(-KEPT_STDERR);
		});
		child.stdin.on("error", () => undefined);
		child.once("error", (error) => {
			clearTimeout(timer);
			reject(error);
		});
		child.once("close", () => {
			clearTimeout(timer);
			endGroup(child.pid);
			resolve({ stderr, timedOut });
		});
		child.stdin.end("Run the canary.\n");
	});
}

function environment(dir: string, url: string, path: string): Record<string, string> {
	return {
		PATH: path,
		HOME: dir,
		CLAUDE_CONFIG_DIR: join(dir, "config"),
		TMPDIR: join(dir, "tmp"),
		SHELL: "/bin/sh",
		LANG: "C.UTF-8",
		ANTHROPIC_BASE_URL: url,
		ANTHROPIC_API_KEY: FAKE_KEY,
		NO_PROXY: "127.0.0.1",
		CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
		CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: "1",
		DISABLE_AUTOUPDATER: "1",
		DISABLE_TELEMETRY: "1",
		DISABLE_ERROR_REPORTING: "1",
		// Root may bypass permissions only in what calls itself a sandbox; this one is.
		...(process.getuid?.() === 0 ? { IS_SANDBOX: "1" } : {}),
	};
}

function endGroup(pid: number | undefined): void {
	if (pid === undefined) return;
	try {
		process.kill(-pid, "SIGKILL");
	} catch {
		// All of it has ended.
	}
}
