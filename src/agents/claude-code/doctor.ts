// Says whether Gatepost's hooks hold Claude Code, and proves it with a canary. Changes nothing of the person's.
import { execFile, spawn } from "node:child_process";
import { access, constants, mkdtemp, readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, isAbsolute, join, sep } from "node:path";
import { promisify } from "node:util";
import type { Json, JsonObject } from "../../protocol/canonical.ts";
import { type Message, message } from "../../protocol/messages.ts";
import { type CanaryResult, runCanary } from "./canary.ts";
import { isObject } from "./entry.ts";
import { ClaudeHooks } from "./inForce.ts";
import { check } from "./install.ts";
import { AGENT, configDir, hookPath, launcherPath } from "./paths.ts";
import { readSettings } from "./settingsFile.ts";

const run = promisify(execFile);

export interface DoctorCheck {
	id: "settings" | "inForce" | "hook" | "launcher" | "version" | "canary.noGate" | "canary.denied";
	/** Undefined: it could not be looked at, and the message says why. */
	ok: boolean | undefined;
	message: Message;
	/** Details, for example each foreign hook. */
	more?: Message[];
}

/** A gate of a private home that denies everything. */
export interface CanaryGate {
	/** The launcher of its home. */
	launcher: string;
	/** What it tells the agent; the canary looks for it. */
	reason: string;
	stop(): Promise<void>;
}

export interface DoctorOptions {
	/** The claude program; searched in PATH and its usual places when absent. */
	claude?: string | undefined;
	/** Gatepost home. */
	home: string;
	userHome: string;
	/** The user's settings file; default: where the configuration folder has it. */
	settingsFile?: string;
	/** Of the person: PATH to find claude, CLAUDE_CONFIG_DIR to find the settings. */
	env: NodeJS.ProcessEnv;
	/** The folder whose sources of hooks are judged; without one only those of the user and the administrator. */
	root?: string;
	/** Starts a gate that serves `folder` and denies, with its home below `dir`; without it that canary is left out. */
	startCanaryGate?: (dir: string, folder: string) => Promise<CanaryGate>;
	/** Programs in these folders are not run (a workspace could bring its own). */
	exclude?: readonly string[];
	/** False: the agent is not started. */
	canary?: boolean;
	/** For one canary. */
	timeoutMs?: number;
}

/** The first version whose `onFailure: "block"` blocks. */
const ON_FAILURE_SINCE = [2, 1, 295];

/** All checks, in the order in which a person would mend them. */
export async function runDoctor(options: DoctorOptions): Promise<DoctorCheck[]> {
	const config = configDir(options.userHome, options.env);
	const file = options.settingsFile ?? join(config, "settings.json");
	const checks = [
		await checkSettingsFile(options, file),
		await checkInForce(options, config),
		await checkHook(options),
	];
	const busy = await gateOfTemp(options.home);
	checks.push(busy === undefined ? await checkLauncher(options) : notRun("launcher", busy));
	if (options.canary === false) return checks;
	const claude = options.claude ?? (await findClaude(options.env, options.userHome, options.exclude ?? []));
	if (claude === undefined) {
		for (const id of ["version", "canary.noGate"] as const) checks.push(notRun(id, message("doctor.noClaude")));
		return checks;
	}
	checks.push(await checkVersion(claude));
	const settings = await readDocument(file);
	if (settings === undefined || !isObject(settings.hooks)) {
		checks.push(notRun("canary.noGate", message("doctor.noEntries", { file })));
		return checks;
	}
	checks.push(busy === undefined ? await canaryNoGate(options, claude, settings) : notRun("canary.noGate", busy));
	if (options.startCanaryGate !== undefined) checks.push(await canaryDenied(options, claude, settings));
	return checks;
}

async function checkSettingsFile({ home, userHome, env }: DoctorOptions, file: string): Promise<DoctorCheck> {
	const { state, problems } = await check({ scope: "user", home, userHome, env, file });
	const [problem] = problems;
	return problem === undefined
		? { id: "settings", ok: true, message: message("doctor.installed", { file }) }
		: { id: "settings", ok: false, message: problem, more: state === "unreadable" ? [] : problems.slice(1) };
}

async function checkInForce(
	{ home, userHome, root = tmpdir() }: DoctorOptions,
	configDir: string,
): Promise<DoctorCheck> {
	const hooks = new ClaudeHooks({ home, userHome });
	try {
		const { foreign, enforcement } = await hooks.inForce({ root: await realpath(root), configDir });
		const more = [
			...enforcement.reasons.filter(({ code }) => code !== "enforce.foreign"),
			...foreign.map((source) => message("doctor.foreign", { source })),
		];
		if (enforcement.level === "enforced" && foreign.length === 0) {
			return { id: "inForce", ok: true, message: message("doctor.enforced", { root }) };
		}
		const code = enforcement.level === "enforced" ? "doctor.asks" : "doctor.notEnforced";
		return { id: "inForce", ok: enforcement.level === "enforced", message: message(code, { root }), more };
	} finally {
		hooks.close();
	}
}

async function checkHook({ home }: DoctorOptions): Promise<DoctorCheck> {
	for (const [file, mode] of [
		[launcherPath(home), constants.X_OK],
		[hookPath(home), constants.R_OK],
	] as const) {
		const found = await stat(file).catch(() => undefined);
		const usable = await access(file, mode).then(
			() => true,
			() => false,
		);
		if (!found?.isFile() || !usable) return { id: "hook", ok: false, message: message("doctor.hookMissing", { file }) };
		// Whoever can write these answers for every agent of this person.
		if ((found.mode & 0o022) !== 0) return { id: "hook", ok: false, message: message("doctor.hookWritable", { file }) };
	}
	return { id: "hook", ok: true, message: message("doctor.hookPresent", { file: launcherPath(home) }) };
}

/** Runs the installed launcher as the agent does, for a folder without a gate: it must refuse. */
async function checkLauncher({ home }: DoctorOptions): Promise<DoctorCheck> {
	const launcher = launcherPath(home);
	const dir = await realpath(await mkdtemp(join(tmpdir(), "gatepost-doctor-")));
	try {
		const payload = { hook_event_name: "PreToolUse", session_id: "doctor", cwd: dir, tool_name: "Bash" };
		const input = JSON.stringify({ ...payload, tool_use_id: "doctor", tool_input: { command: "touch x" } });
		const { exit, stderr } = await runLauncher(launcher, input, dir);
		const refused = exit === 2 && stderr.includes(dir);
		const detail = `exit ${exit ?? "none"}${stderr === "" ? "" : `: ${stderr.trim().slice(0, 300)}`}`;
		return refused
			? { id: "launcher", ok: true, message: message("doctor.launcherRefuses") }
			: { id: "launcher", ok: false, message: message("doctor.launcherFails", { launcher, detail }) };
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}

function runLauncher(launcher: string, input: string, dir: string): Promise<{ exit: number | null; stderr: string }> {
	return new Promise((resolve) => {
		const env = { CLAUDE_PROJECT_DIR: dir, HOME: dir };
		const child = spawn(launcher, [AGENT], { cwd: dir, env, stdio: ["pipe", "ignore", "pipe"], timeout: 10_000 });
		let stderr = "";
		child.stderr.setEncoding("utf8").on("data", (text: string) => {
			stderr = (stderr + text).slice(0, 2000);
		});
		child.stdin.on("error", () => undefined);
		child.once("error", (error) => resolve({ exit: null, stderr: error.message }));
		child.once("close", (exit) => resolve({ exit, stderr }));
		child.stdin.end(input);
	});
}

async function checkVersion(claude: string): Promise<DoctorCheck> {
	try {
		const env = { PATH: "/usr/bin:/bin", HOME: "/nonexistent", DISABLE_AUTOUPDATER: "1", DISABLE_TELEMETRY: "1" };
		const { stdout } = await run(claude, ["--version"], { env, timeout: 20_000, cwd: "/" });
		const version = /\d+\.\d+\.\d+/.exec(stdout)?.[0];
		if (version === undefined) return notRun("version", message("doctor.noVersion", { claude }));
		const parts = version.split(".").map(Number);
		const at = ON_FAILURE_SINCE.findIndex((needed, i) => parts[i] !== needed);
		const blocks = at === -1 || (parts[at] ?? 0) > (ON_FAILURE_SINCE[at] ?? 0);
		const code = blocks ? "doctor.version" : "doctor.oldVersion";
		return { id: "version", ok: blocks, message: message(code, { version, needed: ON_FAILURE_SINCE.join(".") }) };
	} catch {
		return notRun("version", message("doctor.noVersion", { claude }));
	}
}

async function canaryNoGate(options: DoctorOptions, claude: string, settings: JsonObject): Promise<DoctorCheck> {
	const launcher = launcherPath(options.home);
	return judge(
		"canary.noGate",
		() => runCanary({ ...limits(options), claude, settings, launcher }),
		(result) =>
			// The hook names the folder that has no gate.
			(result.told ?? "").includes(result.project),
	);
}

async function canaryDenied(options: DoctorOptions, claude: string, settings: JsonObject): Promise<DoctorCheck> {
	const { startCanaryGate, home } = options;
	const dir = await realpath(await mkdtemp(join(tmpdir(), "gatepost-canary-home-")));
	let gate: CanaryGate | undefined;
	try {
		const prepare = async (project: string) => {
			gate = await startCanaryGate?.(dir, project);
			return gate?.launcher;
		};
		const launcher = launcherPath(home);
		return await judge(
			"canary.denied",
			() => runCanary({ ...limits(options), claude, settings, launcher, prepare }),
			({ told }) => gate !== undefined && (told ?? "").includes(gate.reason),
		);
	} finally {
		await gate?.stop();
		await rm(dir, { recursive: true, force: true });
	}
}

function limits({ timeoutMs, env, exclude = [] }: DoctorOptions): { timeoutMs?: number; path?: string } {
	const path = searched(env, exclude).join(delimiter);
	return { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(path === "" ? {} : { path }) };
}

/** The folders of PATH whose programs may be run. */
function searched(env: NodeJS.ProcessEnv, exclude: readonly string[]): string[] {
	return (env.PATH ?? "").split(delimiter).filter((dir) => isAbsolute(dir) && !isExcluded(dir, exclude));
}

function isExcluded(dir: string, exclude: readonly string[]): boolean {
	return exclude.some((folder) => dir === folder || dir.startsWith(folder + sep));
}

async function judge(
	id: "canary.noGate" | "canary.denied",
	canary: () => Promise<CanaryResult>,
	toldOurs: (result: CanaryResult) => boolean,
): Promise<DoctorCheck> {
	let result: CanaryResult;
	try {
		result = await canary();
	} catch (error) {
		return notRun(
			id,
			message("doctor.canaryFailed", { detail: error instanceof Error ? error.message : String(error) }),
		);
	}
	const said = result.stderr.trim().slice(0, 600);
	const more = said === "" ? [] : [message("doctor.agentSaid", { text: said })];
	if (result.ran) return { id, ok: false, message: message("doctor.canaryRan"), more };
	if (result.told !== undefined && toldOurs(result)) return { id, ok: true, message: message(`doctor.${id}`) };
	if (result.told !== undefined) {
		return { id, ok: false, message: message("doctor.canaryOther", { told: result.told.slice(0, 300) }), more };
	}
	const detail = result.timedOut ? "it did not end in time" : result.asked ? "it told nothing" : "it asked nothing";
	return { ...notRun(id, message("doctor.canaryFailed", { detail })), more };
}

function notRun(id: DoctorCheck["id"], why: Message): DoctorCheck {
	return { id, ok: undefined, message: why };
}

/** A running gate that serves the folder for temporary files would be asked by the canary: a person would get its card. */
async function gateOfTemp(home: string): Promise<Message | undefined> {
	const temp = await realpath(tmpdir());
	const dir = join(home, "gates");
	for (const name of await readdir(dir).catch((): string[] => [])) {
		try {
			const { folders } = JSON.parse(await readFile(join(dir, name), "utf8")) as { folders?: Json };
			const hit = (Array.isArray(folders) ? folders : []).find(
				(folder) =>
					typeof folder === "string" && `${temp}${sep}`.startsWith(folder.endsWith(sep) ? folder : folder + sep),
			);
			if (typeof hit === "string") return message("doctor.tempIsServed", { folder: hit });
		} catch {
			// Not an entry; the hook skips it as well.
		}
	}
	return undefined;
}

async function readDocument(file: string): Promise<JsonObject | undefined> {
	try {
		const { text = "" } = await readSettings(file);
		const value = JSON.parse(text.replace(/^\ufeff/, "")) as Json;
		return isObject(value) ? value : undefined;
	} catch {
		// The check of the settings says what is wrong with it.
		return undefined;
	}
}

/** The claude a person's shell would start: in PATH, else where its installer puts it. */
export async function findClaude(
	env: NodeJS.ProcessEnv,
	userHome: string,
	exclude: readonly string[] = [],
): Promise<string | undefined> {
	const usual = [
		join(userHome, ".local", "bin"),
		join(userHome, ".claude", "local"),
		"/usr/local/bin",
		"/opt/homebrew/bin",
	];
	for (const dir of [...searched(env, exclude), ...usual.filter((one) => !isExcluded(one, exclude))]) {
		const program = join(dir, "claude");
		const usable = await access(program, constants.X_OK).then(
			() => true,
			() => false,
		);
		if (usable && (await stat(program)).isFile()) return program;
	}
	return undefined;
}
