// Opens a gate for real: home, journals, desk, policy, agents, server, registry entry. Used by the editor and `serve`.
import { hostname } from "node:os";
import { agentAdapters, type UngatedSession, watchUngated } from "../agents/index.ts";
import { Desk } from "../approvals/desk.ts";
import { type Home, openHome } from "../audit/home.ts";
import type { Signer } from "../audit/keys.ts";
import { firstCut } from "../policy/firstCut.ts";
import type { Policy } from "../policy/policy.ts";
import type { RegistryEntry } from "../protocol/hook.ts";
import { message } from "../protocol/messages.ts";
import { Gate, type GateSettings } from "./gate.ts";
import { takeOutbox } from "./outbox.ts";
import { keepEntry, markRestarting, newEntry, removeDead, removeEntry, writeEntry } from "./registry.ts";
import { type Breach, startServer } from "./server.ts";
import { type OtherGate, watchGates } from "./watchGates.ts";
import { contains, type Draft, Workspaces } from "./workspaces.ts";

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
	const home = openHome(options.homeDir);
	const seed = newEntry({ folders: [], editor: options.editor });
	const workspaces = new Workspaces({
		home,
		gateId: seed.id,
		writer: { osUser: options.osUser, host: hostname(), editor: options.editor, version: options.version },
		signer: options.signer ?? home.signer(),
	});
	await workspaces.setFolders(options.folders);
	// Opened now, so that a log that cannot be written is known before the first action is denied for it.
	await Promise.all(workspaces.folders.map((folder) => workspaces.journal(folder)));

	const desk = new Desk();
	if (options.paused === true) desk.pause();
	const gate = new Gate({
		workspaces,
		desk,
		policy: options.policy ?? firstCut(),
		adapters: agentAdapters({ home: home.dir, userHome: options.userHome }),
		homeKey: home.macKey(),
		homeDir: home.dir,
		userHome: options.userHome,
		osUser: options.osUser,
		settings: options.settings,
	});
	const server = await startServer({
		entry: seed,
		onSubmit: (submit, call) => gate.handle(submit, call),
		onBreach: (breach) => recordBreach(gate, workspaces, breach),
	});
	const entry = (): RegistryEntry => ({ ...server.entry, folders: [...workspaces.folders] });
	writeEntry(home.dir, entry());
	removeDead(home.dir);
	const keeper = keepEntry(home.dir, entry, (error) => gate.warn("registry", registryTrouble(error)));
	gate.on("changed", () => server.setWaiting(gate.cards().length));

	let others: OtherGate[] = [];
	const noted = new Set<string>();
	const noteSecondGates = () => {
		// One that is restarting serves nobody; after a reload of this window it is our own former self.
		for (const other of others) if (other.state === "open") noteSecondGate(gate, workspaces, other, noted);
	};
	const watcher = watchGates(
		home.dir,
		(gates) => {
			others = gates;
			noteSecondGates();
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
		onFound: (session) => noteUngated(gate, workspaces, session),
		onOver: (session) => gate.dismiss(`ungated:${session.key}`),
		onError: (error) => gate.warn("ungated", message("gate.ungatedUnknown", { detail: detailOf(error) })),
	});
	const outboxProblems = await takeOutbox(home, workspaces);
	for (const problem of outboxProblems) gate.warn("outbox", problem);

	let closed = false;
	return {
		gate,
		desk,
		home,
		port: server.port,
		folders: () => workspaces.folders,
		async setFolders(folders) {
			await workspaces.setFolders(folders);
			await Promise.all(workspaces.folders.map((folder) => workspaces.journal(folder)));
			if (closed) return;
			writeEntry(home.dir, entry());
			noteSecondGates();
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
			await workspaces.close();
		},
	};
}

function registryTrouble(error: unknown) {
	return message("gate.registry", { detail: detailOf(error) });
}

function detailOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** An agent's session that does not ask this gate: a warning card and an entry. */
function noteUngated(gate: Gate, workspaces: Workspaces, session: UngatedSession): void {
	const { key, kind, folder, cwd, pid, sessionId, why } = session;
	gate.warn(`ungated:${key}`, why);
	const claimed = JSON.parse(JSON.stringify({ cwd, pid, session: sessionId }));
	const body = { kind: "ungated-session", how: kind, why: JSON.parse(JSON.stringify(why)), claimed };
	workspaces.record(folder, [{ type: "coverage.gap", body }]).catch((error) => gate.logTrouble(folder, error));
}

/** A client that did what no hook does: an entry in the log of every folder served, because it was aimed at all. */
function recordBreach(gate: Gate, workspaces: Workspaces, breach: Breach): void {
	const { where, code, detail, unreported, request, agent, pid } = breach;
	const claimed = JSON.parse(JSON.stringify({ request, agent, pid }));
	for (const folder of workspaces.folders) {
		workspaces
			.record(folder, [{ type: "coverage.gap", body: { kind: "breach", where, code, detail, unreported, claimed } }])
			.catch((error) => gate.logTrouble(folder, error));
	}
	// A stranger at the door is for the log; a client that had the token is for the person, too.
	if (where === "connection") gate.warn(`breach:${code}`, message("gate.breach", { code }));
}

/** Another gate serves one of our folders: hooks ask the older one, and the person should know that there are two. */
function noteSecondGate(gate: Gate, workspaces: Workspaces, other: OtherGate, noted: Set<string>): void {
	for (const folder of workspaces.folders) {
		const overlaps = other.folders.some((theirs) => contains(theirs, folder) || contains(folder, theirs));
		if (!overlaps || noted.has(`${other.id}\n${folder}`)) continue;
		noted.add(`${other.id}\n${folder}`);
		const { id, pid, editor, startedAt } = other;
		// One card however often the other window is reloaded; the log names each gate.
		gate.warn(`second:${editor}:${folder}`, message("gate.secondGate", { editor, folder }));
		workspaces
			.record(folder, [{ type: "coverage.gap", body: { kind: "second-gate", gate: id, pid, editor, startedAt } }])
			.catch((error) => gate.logTrouble(folder, error));
	}
}
