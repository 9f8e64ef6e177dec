// Events that found no gate (the hook kept them in <home>/outbox): taken into the log as what they are, unauthenticated.
import { constants } from "node:fs";
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { redactJson } from "../actions/redact.ts";
import type { Home } from "../audit/home.ts";
import { ENV_NAMES, Submit } from "../protocol/hook.ts";
import { type Message, message } from "../protocol/messages.ts";
import { type Draft, realpathOr, type Workspaces } from "./workspaces.ts";

/** The hook keeps none larger. Bytes. */
const MAX_FILE_BYTES = 256 * 1024;
const Kept = z.object({ v: z.literal(1), time: z.string(), submit: Submit, leftOut: z.optional(z.int()) });
/** Members of an agent's event that say what it was; the rest stays out of the log. */
const NAMED = ["hook_event_name", "session_id", "tool_name", "tool_use_id", "prompt_id", "source", "reason"] as const;

/** Events that are recorded in one batch, and taken in one go: the hook keeps 500. */
const MAX_BATCH = 50;
const MAX_FILES = 2000;

interface Taken {
	file: string;
	draft: Draft;
}

/** Records and removes the events of the folders served; what could not be taken stays, and is returned as a problem. */
export async function takeOutbox(home: Home, workspaces: Workspaces): Promise<Message[]> {
	const problems: Message[] = [];
	const trouble = (file: string, error: unknown) => {
		const detail = error instanceof Error ? error.message : String(error);
		problems.push(message("gate.outbox", { file, detail }));
	};
	const batches = new Map<string, Taken[]>();
	const flush = async (folder: string) => {
		const batch = batches.get(folder) ?? [];
		batches.delete(folder);
		try {
			await workspaces.record(
				folder,
				batch.map(({ draft }) => draft),
			);
			for (const { file } of batch) await rm(file);
		} catch (error) {
			trouble(`${batch.length}`, error);
		}
	};
	let names: string[];
	try {
		names = (await readdir(home.outbox)).filter((name) => name.endsWith(".json")).sort();
	} catch (error) {
		trouble(home.outbox, error);
		return problems;
	}
	for (const name of names.slice(0, MAX_FILES)) {
		const file = join(home.outbox, name);
		try {
			const kept = await readKept(file);
			const folder = workspaces.folderOf(await realpathOr(kept.submit.root));
			if (folder === undefined) continue;
			const batch = batches.get(folder) ?? [];
			batches.set(folder, batch);
			batch.push({ file, draft: draftOf(kept) });
			if (batch.length >= MAX_BATCH) await flush(folder);
		} catch (error) {
			trouble(name, error);
		}
	}
	for (const folder of [...batches.keys()]) await flush(folder);
	return problems;
}

function draftOf({ submit, time, leftOut }: z.infer<typeof Kept>): Draft {
	const { agent, pid, root, cwd, payload } = submit;
	const env = ENV_NAMES.filter((key) => submit.env[key] !== undefined);
	const claimed = { agent, pid, root, cwd, env, time, leftOut: leftOut ?? 0, ...named(payload) };
	return { type: "coverage.gap", body: { kind: "unauthenticated-event", claimed: redactJson(claimed).value } };
}

/** Whoever runs as the same user can put anything there: a pipe must not hold us, nor a large file fill memory. */
async function readKept(file: string): Promise<z.infer<typeof Kept>> {
	const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
	try {
		const info = await handle.stat();
		if (!info.isFile() || info.size > MAX_FILE_BYTES) throw new Error("it is not a kept event");
		const bytes = Buffer.alloc(info.size);
		const { bytesRead } = await handle.read(bytes, 0, info.size, 0);
		const kept = Kept.safeParse(JSON.parse(bytes.toString("utf8", 0, bytesRead)));
		if (!kept.success) throw new Error("it is not a kept event");
		return kept.data;
	} finally {
		await handle.close();
	}
}

function named(payload: string): Record<string, string> {
	const found: Record<string, string> = {};
	try {
		const event = JSON.parse(Buffer.from(payload, "base64").toString("utf8")) as Record<string, unknown>;
		for (const name of NAMED) {
			const value = event[name];
			if (typeof value === "string") found[name] = value.slice(0, 200);
		}
	} catch {
		// Not JSON: that something came is recorded all the same.
		found.hook_event_name = "unreadable";
	}
	return found;
}
