// Opens a gate for real: home, journals, desk, policy, agents, server, registry entry. Used by the editor and `serve`.
import { hostname } from "node:os";
import { agentAdapters, watchUngated } from "../agents/index.ts";
import { Desk } from "../approvals/desk.ts";
import { type Home, openHome } from "../audit/home.ts";
import type { Signer } from "../audit/keys.ts";
import { openPolicy } from "../policy/decide.ts";
import type { Policy } from "../policy/policy.ts";
import type { RegistryEntry } from "../protocol/hook.ts";
import { message } from "../protocol/messages.ts";
import { Gate, type GateSettings } from "./gate.ts";
import { Notices } from "./notices.ts";
import { takeOutbox } from "./outbox.ts";
import { keepEntry, markRestarting, newEntry, removeDead, removeEntry, writeEntry } from "./registry.ts";
import { startServer } from "./server.ts";
import { type OtherGate, watchGates } from "./watchGates.ts";
import { type Draft, Workspaces } from "./workspaces.ts";

export interface OpenGateOptions {
	homeDir: string;
	userHome: string;
	osUser: string;
	folders: string[];
	/** Editor product, or "serve". */
	editor: string;
	version: string;
	/** Signs checkpoints; the home's own key file when absent. */
	signer?: Signer;
	settings: () => GateSettings;
	/** Default: the first cut. */
	policy?: Policy;
	/** Opened with everything held: a pause outlives the gate it was made at, or a reload of the window would end it. */
	paused?: boolean;
	/** Gates or counts of other windows changed. */
	onOthers?: () => void;
}

export interface OpenGate {
	gate: Gate;
	desk: Desk;
	home: Home;
	port: number;
	/** Real paths of the folders served. */
	folders(): readonly string[];
	setFolders(folders: string[]): Promise<void>;
	/** An agent's settings were changed by Gatepost: on record in the log of every folder served. @throws JournalError */
	recordInstalled(agent: string, file: string): Promise<void>;
	/** Labels of agents with a live session here whose hooks are in force. */
	agentsConnected(): string[];
	/** Requests waiting at other gates of this home. */
	waitingElsewhere(): number;
	/** "restarting": waiting hooks look for the next gate for a while; "stopped": they refuse. */
	close(state: "restarting" | "stopped"): Promise<void>;
}

/** Opens the gate. It is in the registry, and so found by hooks, when this resolves. @throws when it cannot be opened */
export async function openGate(options: OpenGateOptions): Promise<OpenGate> {
	const undo: (() => unknown)[] = [];
	try {
		return await open(options, undo);
	} catch (error) {
		// Half a gate is worse than none: hooks would wait for it.
		for (const step of undo.reverse()) await step();
		throw error;
	}
}

/** @param undo what to do when a later step fails, the last first */
async function open(options: OpenGateOptions, undo: (() => unknown)[]): Promise<OpenGate> {
	const home = openHome(options.homeDir);
	const seed = newEntry({ folders: [], editor: options.editor });
	const workspaces = new Workspaces({
		home,
		gateId: seed.id,
		writer: { osUser: options.osUser, host: hostname(), editor: options.editor, version: options.version },
		signer: options.signer ?? home.signer(),
	});
	undo.push(() => workspaces.close());
	await workspaces.setFolders(options.folders);
	// Opened now, so that a log that cannot be written is known before the first action is denied for it.
	await Promise.all(workspaces.folders.map((folder) => workspaces.journal(folder)));

	const desk = new Desk();
	if (options.paused === true) desk.pause();
	const gate = new Gate({
		workspaces,
		desk,
		policy: options.policy ?? openPolicy(),
		adapters: agentAdapters({ home: home.dir, userHome: options.userHome }),
		homeKey: home.macKey(),
		homeDir: home.dir,
		userHome: options.userHome,
		osUser: options.osUser,
		settings: options.settings,
	});
	const notices = new Notices(gate, workspaces);
	const server = await startServer({
		entry: seed,
		onSubmit: (submit, call) => gate.handle(submit, call),
		onBreach: (breach) => notices.breach(breach),
	});
	undo.push(() => server.close("stopped"));
	const entry = (): RegistryEntry => ({ ...server.entry, folders: [...workspaces.folders] });
	undo.push(() => removeEntry(home.dir, seed.id));
	writeEntry(home.dir, entry());
	removeDead(home.dir);
	const keeper = keepEntry(home.dir, entry, (error) => gate.warn("registry", registryTrouble(error)));
	gate.on("changed", () => server.setWaiting(gate.waiting));

	let others: OtherGate[] = [];
	const watcher = watchGates(
		home.dir,
		(gates) => {
			others = gates;
			notices.otherGates(gates);
			options.onOthers?.();
		},
		{ except: seed.id },
	);
	const ungated = watchUngated({
		folders: () => workspaces.folders,
		elsewhere: () => others.flatMap((other) => other.folders),
		seen: () => new Set(gate.sessions().flatMap(({ id, agentPid }) => [id, agentPid])),
		userHome: options.userHome,
		env: { CLAUDE_CONFIG_DIR: process.env.CLAUDE_CONFIG_DIR },
		since: Date.now(),
		onFound: (session) => notices.ungated(session),
		onOver: (session) => gate.dismiss(`ungated:${session.key}`),
		onError: (error) => gate.warn("ungated", message("gate.ungatedUnknown", { detail: detailOf(error) })),
	});
	for (const one of [keeper, watcher, ungated]) undo.push(() => one.close());
	for (const problem of await takeOutbox(home, workspaces)) gate.warn("outbox", problem);

	let closed = false;
	return {
		gate,
		desk,
		home,
		port: server.port,
		folders: () => workspaces.folders,
		async setFolders(folders) {
			const left = await workspaces.setFolders(folders);
			// Hooks find the gate by its folders; a log that cannot be opened denies what happens in its folder.
			if (!closed) writeEntry(home.dir, entry());
			await gate.left(left);
			const failures = await workspaces.leave(left);
			for (const error of failures) gate.logTrouble(left.join(", "), error);
			await Promise.all(workspaces.folders.map((folder) => workspaces.journal(folder)));
			notices.otherGates(others);
		},
		async recordInstalled(agent, file) {
			const draft: Draft = { type: "agent.installed", body: { agent, file, osUser: options.osUser } };
			await Promise.all(workspaces.folders.map((folder) => workspaces.record(folder, [draft])));
		},
		agentsConnected: () => [
			...new Set(
				gate
					.sessions()
					.filter((session) => !session.ended && session.enforcement.level !== "not-enforced")
					.map((session) => session.agentLabel),
			),
		],
		waitingElsewhere: () => others.reduce((sum, other) => sum + other.waiting, 0),
		async close(state) {
			if (closed) return;
			closed = true;
			keeper.close();
			watcher.close();
			ungated.close();
			// First the registry, synchronously: an editor that is closing may not give us another turn.
			if (state === "restarting") markRestarting(home.dir, entry());
			else removeEntry(home.dir, seed.id);
			gate.stopping();
			await server.close(state);
			desk.close();
			await gate.idle();
			for (const error of await workspaces.close()) gate.logTrouble(home.workspaces, error);
		},
	};
}

function registryTrouble(error: unknown) {
	return message("gate.registry", { detail: detailOf(error) });
}

function detailOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
