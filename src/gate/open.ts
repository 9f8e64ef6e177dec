// Opens a gate for real: home, journals, desk, policy, agents, server, registry entry. Used by the editor and `serve`.
import { hostname } from "node:os";
import { redactJson } from "../actions/redact.ts";
import { type PatternProblem, setUserPatterns } from "../actions/redactCustom.ts";
import { setSecretKey } from "../actions/redactDigests.ts";
import { agentAdapters, watchUngated } from "../agents/index.ts";
import { Desk } from "../approvals/desk.ts";
import { type Home, openHome } from "../audit/home.ts";
import type { DurableHead } from "../audit/journal.ts";
import type { Signer } from "../audit/keys.ts";
import { openPolicy } from "../policy/decide.ts";
import { AlwaysRules } from "../policy/grants/always.ts";
import { GrantBook } from "../policy/grants/book.ts";
import type { LayerName, Policy } from "../policy/policy.ts";
import { Acceptance, type AcceptedBy } from "../policy/rules/accepted.ts";
import { Layers, type LayerView } from "../policy/rules/layers.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { RegistryEntry } from "../protocol/hook.ts";
import { type Message, message } from "../protocol/messages.ts";
import { Gate, type GateOptions, type GateSettings } from "./gate.ts";
import { Notices } from "./notices.ts";
import { takeOutbox } from "./outbox.ts";
import { noted } from "./policyNotes.ts";
import { keepEntry, markRestarting, newEntry, removeDead, removeEntry, writeEntry } from "./registry.ts";
import { keepRetention } from "./retention.ts";
import { startServer } from "./server.ts";
import { recordUndone, recoverUndone, type Undone } from "./undone.ts";
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
	/** In place of floor, files and grants: what denies everything, for the doctor. */
	policy?: Policy;
	/** What the person accepted of policy files; by default nothing. */
	acceptance?: Acceptance;
	/** The organisation's policy file, for tests. */
	organisationFile?: { path: string; owner: number };
	/** Opened with everything held: a pause outlives the gate it was made at, or a reload of the window would end it. */
	paused?: boolean;
	/** Gates or counts of other windows changed. */
	onOthers?: () => void;
	/** How far a log of this gate is durable, with each batch of entries. Must be quick and must not throw. */
	onHead?: (head: DurableHead) => void;
	/** Looks at folders before and after commands; without it nothing is watched. Closed by whoever made it. */
	snapshots?: GateOptions["snapshots"];
	/** Whether an editor holds unsaved changes of a file. */
	unsaved?: (path: string) => boolean;
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
	/**
	 * A log was exported: on record in that log. What was exported (a filter may quote anything) and where are redacted.
	 * @param folder a folder served; undefined for the log of what belongs to none
	 * @throws JournalError
	 */
	recordExport(folder: string | undefined, body: JsonObject): Promise<void>;
	/**
	 * A person gives up what an editor has seen of a log: on record in that log, in a new segment, because the one that is
	 * written may be among what was removed. What `body` says is Gatepost's own.
	 * @param folder a folder served; undefined for the log of what belongs to none
	 * @throws JournalError
	 */
	recordForgotten(folder: string | undefined, body: JsonObject): Promise<void>;
	/**
	 * A person undoes a change: on record in that log, with both contents, before the file is written.
	 * @param folder a folder served; undefined for the log of what belongs to none
	 * @throws JournalError
	 */
	recordUndone(folder: string | undefined, undone: Undone): Promise<void>;
	/** Takes the person's own patterns of secrets from the settings anew. */
	refreshPatterns(): Promise<void>;
	/** Labels of agents with a live session here whose hooks are in force. */
	agentsConnected(): string[];
	/** The policy files there are, as they were when they were last looked at. */
	policyFiles(): LayerView[];
	/** Looks at the policy files now. */
	refreshPolicy(): void;
	/**
	 * A person accepts what a policy file allows, exactly as it was shown. On record before it counts.
	 * @returns why not: the file is another one by now, or there is nothing to accept
	 * @throws JournalError, or Error when it cannot be kept
	 */
	acceptPolicy(what: { layer: LayerName; file: string; sha256: string }, by: AcceptedBy): Promise<Message | undefined>;
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
	// Before anything is recorded.
	setSecretKey(home.macKey());
	const patterns = await setUserPatterns(options.settings().redactPatterns ?? []);
	const seed = newEntry({ folders: [], editor: options.editor });
	const workspaces = new Workspaces({
		home,
		gateId: seed.id,
		writer: { osUser: options.osUser, host: hostname(), editor: options.editor, version: options.version },
		signer: options.signer ?? home.signer(),
		onHead: options.onHead,
	});
	undo.push(() => workspaces.close());
	await workspaces.setFolders(options.folders);
	// Opened now, so that a log that cannot be written is known before the first action is denied for it.
	await Promise.all(workspaces.folders.map((folder) => workspaces.journal(folder)));

	const acceptance = options.acceptance ?? new Acceptance(home.dir, undefined);
	const { organisationFile: organisation } = options;
	const layers = new Layers({
		home: home.dir,
		acceptance,
		...(organisation === undefined
			? {}
			: { organisationFile: organisation.path, organisationOwner: organisation.owner }),
	});
	layers.refresh(workspaces.folders);
	const everywhere = async (draft: Draft) => {
		await Promise.all(workspaces.folders.map((folder) => workspaces.record(folder, [draft])));
	};
	const book = new GrantBook();
	// A rule that is written counts once it was accepted, so a gate that cannot accept writes none.
	const always =
		options.acceptance === undefined
			? undefined
			: new AlwaysRules({
					file: home.policyFile,
					layers,
					folders: () => workspaces.folders,
					accept: async (what, by) => {
						await everywhere({ type: "policy.accepted", body: acceptedBody(what, by) });
						acceptance.accept(what, by);
					},
				});
	const watched = noted({
		policy: openPolicy({ layers, grants: book }),
		layers,
		record: (body) => everywhere({ type: "policy.changed", body }),
	});
	const policy = options.policy ?? watched.policy;
	const desk = new Desk();
	if (options.paused === true) desk.pause();
	const gate = new Gate({
		workspaces,
		desk,
		policy,
		adapters: agentAdapters({ home: home.dir, userHome: options.userHome }),
		homeKey: home.macKey(),
		homeDir: home.dir,
		userHome: options.userHome,
		osUser: options.osUser,
		settings: options.settings,
		...(options.snapshots === undefined ? {} : { snapshots: options.snapshots }),
		...(options.unsaved === undefined ? {} : { unsaved: options.unsaved }),
		grants: { book, locked: () => layers.inForce().locked, ...(always === undefined ? {} : { always }) },
	});
	const tellPatterns = (problems: readonly PatternProblem[]) => {
		const [first] = problems;
		if (first === undefined) gate.dismiss("redact.patterns");
		else gate.warn("redact.patterns", message("gate.redactPattern", { number: first.index + 1, detail: first.why }));
	};
	tellPatterns(patterns);
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
	const retention = keepRetention(
		workspaces,
		() => options.settings().keepEvidenceDays,
		(log, trouble) =>
			trouble === undefined ? gate.dismiss(`retention:${log}`) : gate.warn(`retention:${log}`, trouble),
	);
	for (const one of [keeper, watcher, ungated, retention]) undo.push(() => one.close());
	for (const problem of await takeOutbox(home, workspaces)) gate.warn("outbox", problem);
	let closed = false;
	// Never waited for: hooks would be held meanwhile, and files can be large or on a drive that does not answer.
	const recover = async (folders: readonly string[]) => {
		for (const one of folders) {
			const troubles = await recoverUndone(workspaces, [one], () => closed);
			for (const { folder, error } of troubles) gate.logTrouble(folder, error);
		}
	};
	void recover(workspaces.folders);

	return {
		gate,
		desk,
		home,
		port: server.port,
		folders: () => workspaces.folders,
		async setFolders(folders) {
			const before = new Set(workspaces.folders);
			const left = await workspaces.setFolders(folders);
			// Hooks find the gate by its folders; a log that cannot be opened denies what happens in its folder.
			if (!closed) writeEntry(home.dir, entry());
			await gate.left(left);
			const failures = await workspaces.leave(left);
			for (const error of failures) gate.logTrouble(left.join(", "), error);
			await Promise.all(workspaces.folders.map((folder) => workspaces.journal(folder)));
			const now = options.policy === undefined ? watched.now() : undefined;
			for (const folder of workspaces.folders) {
				if (now === undefined || before.has(folder)) continue;
				await workspaces.record(folder, [{ type: "policy.changed", body: now }]);
			}
			void recover(workspaces.folders.filter((folder) => !before.has(folder)));
			notices.otherGates(others);
		},
		recordInstalled: (agent, file) =>
			everywhere({ type: "agent.installed", body: { agent, file, osUser: options.osUser } }),
		recordExport: (folder, { scope = null, file = null, ...body }) =>
			workspaces.record(folder, [{ type: "export.made", body: { ...body, ...redactJson({ scope, file }).value } }]),
		async recordForgotten(folder, body) {
			for (const error of await workspaces.leave([folder])) gate.logTrouble(folder ?? home.workspaces, error);
			await workspaces.record(folder, [{ type: "coverage.gap", body: { kind: "heads-forgotten", ...body } }]);
		},
		recordUndone: (folder, undone) => recordUndone(workspaces, folder, undone),
		async refreshPatterns() {
			tellPatterns(await setUserPatterns(options.settings().redactPatterns ?? []));
		},
		policyFiles: () => layers.files(),
		refreshPolicy: () => layers.refresh(workspaces.folders),
		async acceptPolicy({ layer, file, sha256 }, by) {
			layers.refresh(workspaces.folders);
			const there = layers.files().find((one) => one.layer === layer && one.file === file);
			if (there?.sha256 !== sha256) return message("policyFile.otherByNow", { file });
			if (there.accepted !== "waiting") return message("policyFile.nothingToAccept", { file });
			const body = { ...acceptedBody({ layer, file, sha256 }, by), allows: there.allows };
			await everywhere({ type: "policy.accepted", body });
			// Without a key of the editor's there is nothing that could be checked later: as long as this gate runs.
			if (options.acceptance === undefined) acceptance.acceptHere(layer, file, sha256);
			else acceptance.accept({ layer, file, sha256 }, by);
			return undefined;
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
			retention.close();
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

function acceptedBody(
	{ layer, file, sha256, restored }: { layer: LayerName; file: string; sha256: string; restored?: boolean },
	{ osUser, name }: AcceptedBy,
): JsonObject {
	const claims: JsonObject = name === undefined ? {} : { gitName: name };
	const approver: JsonObject = { osUser, claims, assurance: 1 };
	// Put back after an edit that failed: nobody looked at it now.
	return { digest: sha256, layer, file, approver, ...(restored === true ? { restored } : {}) };
}

function registryTrouble(error: unknown) {
	return message("gate.registry", { detail: detailOf(error) });
}

function detailOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
