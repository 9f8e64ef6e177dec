// Connects Claude Code to Gatepost and disconnects it: a plan that a person can look at first, then one atomic write.
import { realpath } from "node:fs/promises";
import { sep } from "node:path";
import { type Message, message } from "../../protocol/messages.ts";
import { isExactly, isObject, matchesAll, OUR_EVENTS, type OurHook } from "./entry.ts";
import {
	type InstallRecord,
	keepTag,
	readRecord,
	readTag,
	removeRecord,
	undo,
	undoOf,
	writeRecord,
} from "./installRecord.ts";
import { configDir, launcherPath, type Scope, settingsFile } from "./paths.ts";
import { checkSettings, holdsOurs, type Kept, keptOf, SettingsError, withOurs, withoutOurs } from "./settingsEdit.ts";
import {
	backUp,
	readSettings,
	removeBackupsOf,
	removeDirs,
	SettingsFileError,
	sha256,
	writeSettings,
} from "./settingsFile.ts";

export interface InstallOptions {
	scope: Scope;
	/** Needed for project scope. */
	projectDir?: string | undefined;
	/** Gatepost home. */
	home: string;
	/** The user's home. */
	userHome: string;
	/** Of the agent: CLAUDE_CONFIG_DIR moves the user's settings. */
	env?: { CLAUDE_CONFIG_DIR?: string | undefined };
	/** A settings file elsewhere, for example of `npm start`; takes the place of the scope's own. */
	file?: string;
}

/** A change of one settings file, not written yet. */
export interface Plan {
	kind: "install" | "uninstall";
	/** As the agent names it. */
	file: string;
	/** Its text now; undefined when there is no file. */
	before: string | undefined;
	/** Its text afterwards; undefined when the file is removed. */
	after: string | undefined;
	changed: boolean;
	/** Why it cannot be applied. `applyPlan` refuses then. */
	problems: Message[];
	/** What a person should know, and what does not stop it. */
	notes: Message[];
	readonly details: PlanDetails;
}

interface PlanDetails {
	options: InstallOptions;
	target: string;
	hook: OurHook;
	record?: InstallRecord;
	restored: boolean;
}

/** Works out what installing would change. Writes nothing; problems are in the plan. */
export async function planInstall(options: InstallOptions): Promise<Plan> {
	return plan("install", options, async (now, hook, file) => {
		const { target, text } = now;
		const after = withOurs(text, hook, file);
		const known = await readRecord(options.home, target);
		const previous = known === undefined || text === undefined ? undefined : undo(known, text);
		const { launcher } = hook;
		const blank = text === undefined || text.trim() === "";
		// What uninstalling goes back to: the text without us, whatever we wrote there before.
		const base = blank ? (text ?? "") : withoutOurs(text, launcher, file, known?.kept ?? keptOf(text));
		const record: InstallRecord = {
			v: 1,
			file: target,
			scope: options.scope,
			created: text === undefined || known?.created === true,
			madeDirs: known?.madeDirs ?? [],
			after: sha256(after),
			undo: undoOf(previous ?? base, after),
			kept: known === undefined ? kept(text) : mutable(known.kept),
		};
		return { after, record, restored: false };
	});
}

/** Works out what uninstalling would change: the bytes from before, or without our entries when others changed it since. */
export async function planUninstall(options: InstallOptions): Promise<Plan> {
	return plan("uninstall", options, async ({ target, text }, hook, file) => {
		if (text === undefined) return { after: undefined, restored: true };
		const known = await readRecord(options.home, target);
		const restored = known === undefined ? undefined : undo(known, text);
		const blank = text.trim() === "";
		const rest = restored ?? (blank ? text : withoutOurs(text, hook.launcher, file, known?.kept ?? keptOf(text)));
		const gone = known?.created === true && holdsNothing(rest, file);
		return { after: gone ? undefined : rest, restored: restored !== undefined };
	});
}

function holdsNothing(text: string, file: string): boolean {
	return text.trim() === "" || Object.keys(checkSettings(text, file)).length === 0;
}

type Now = Awaited<ReturnType<typeof readSettings>>;
type Change = { after: string | undefined; record?: InstallRecord; restored: boolean };

async function plan(
	kind: Plan["kind"],
	options: InstallOptions,
	change: (now: Now, hook: OurHook, file: string) => Promise<Change>,
): Promise<Plan> {
	const file = fileOf(options);
	const hook = { launcher: launcherPath(options.home), tag: await readTag(options.home) };
	let now: Now = { target: file, text: undefined, stat: undefined };
	try {
		now = await readSettings(file);
		await staysInProject(options, now.target, file);
		const { after, record, restored } = await change(now, hook, file);
		const details: PlanDetails = { options, target: now.target, hook, restored };
		if (record !== undefined) details.record = record;
		const changed = after !== now.text;
		return { kind, file, before: now.text, after, changed, problems: [], notes: notes(kind, options, now), details };
	} catch (error) {
		if (!(error instanceof SettingsError || error instanceof SettingsFileError)) throw error;
		const details: PlanDetails = { options, target: now.target, hook, restored: false };
		const same = { before: now.text, after: now.text, changed: false };
		return { kind, file, ...same, problems: [error.detail], notes: [], details };
	}
}

function notes(kind: Plan["kind"], { scope, file }: InstallOptions, now: Now): Message[] {
	const said: Message[] = [];
	if (kind === "install" && scope === "project" && file === undefined && now.text === undefined) {
		said.push(message("install.keepOutOfGit", { file: now.target }));
	}
	return said;
}

/** A project must not lead our write out of itself by a symlink. */
async function staysInProject(options: InstallOptions, target: string, file: string): Promise<void> {
	if (options.scope !== "project" || options.projectDir === undefined || options.file !== undefined) return;
	const project = await realpath(options.projectDir);
	if (!target.startsWith(project.endsWith(sep) ? project : project + sep)) {
		throw new SettingsError(message("install.leadsOutside", { file, target }));
	}
}

/**
 * Writes a plan. A copy of the file is kept beside it first.
 * @throws SettingsFileError when the file is not what the plan was made for, or cannot be written; SettingsError for a
 * plan with problems. The file is then unchanged.
 */
export async function applyPlan(plan: Plan): Promise<void> {
	const [problem] = plan.problems;
	if (problem !== undefined) throw new SettingsError(problem);
	const { file, before, after, details } = plan;
	const { options, target, hook, record } = details;
	if (plan.kind === "install") {
		await keepTag(options.home, hook.tag);
		if (plan.changed) {
			if (before !== undefined) await backUp(file, target, before);
			// Secrets may be added to the user's settings later; a project's file is like its neighbours.
			const mode = options.scope === "user" ? 0o600 : 0o644;
			const made = await writeSettings({ file, target, before, after, mode });
			if (record !== undefined && made.length > 0) record.madeDirs = made;
		}
		// Later than the file: a record that fits no file only makes uninstalling less exact.
		if (record !== undefined) await writeRecord(options.home, record);
		return;
	}
	const known = await readRecord(options.home, target);
	if (plan.changed) {
		if (before !== undefined && !details.restored) await backUp(file, target, before);
		await writeSettings({ file, target, before, after, mode: 0o600 });
		if (after !== undefined && details.restored) await removeBackupsOf(target, after);
	}
	if (known !== undefined) {
		if (after === undefined) await removeDirs(known.madeDirs);
		await removeRecord(options.home, target);
	}
}

export interface InstallState {
	file: string;
	/** "outdated": entries of ours are there, but not as this version writes them. */
	state: "installed" | "outdated" | "absent" | "unreadable";
	problems: Message[];
}

/** Whether our entries are in the settings file, whole and as this version writes them. Reads only this one file. */
export async function check(options: InstallOptions): Promise<InstallState> {
	const file = fileOf(options);
	const hook = { launcher: launcherPath(options.home), tag: await readTag(options.home) };
	try {
		const { text } = await readSettings(file);
		if (text === undefined || text.trim() === "" || !holdsOurs(text, hook.launcher, file)) {
			return { file, state: "absent", problems: [message("install.absent", { file })] };
		}
		const { hooks } = checkSettings(text, file);
		const stale = OUR_EVENTS.filter((event) => {
			const groups = isObject(hooks) ? hooks[event] : undefined;
			const whole = (Array.isArray(groups) ? groups : []).filter(isObject).filter(({ matcher }) => matchesAll(matcher));
			return !whole.some(({ hooks }) => Array.isArray(hooks) && hooks.some((entry) => isExactly(entry, event, hook)));
		});
		if (stale.length === 0) return { file, state: "installed", problems: [] };
		return {
			file,
			state: "outdated",
			problems: [message("install.outdated", { file, events: stale.join(", ") })],
		};
	} catch (error) {
		if (!(error instanceof SettingsError || error instanceof SettingsFileError)) throw error;
		return { file, state: "unreadable", problems: [error.detail] };
	}
}

function fileOf({ scope, projectDir, userHome, env, file }: InstallOptions): string {
	return file ?? settingsFile(scope, { configDir: configDir(userHome, env), projectDir });
}

function kept(text: string | undefined): InstallRecord["kept"] {
	return mutable(text === undefined || text.trim() === "" ? { hooks: false, events: [] } : keptOf(text));
}

function mutable({ hooks, events }: Kept): InstallRecord["kept"] {
	return { hooks, events: [...events] };
}
