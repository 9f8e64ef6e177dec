// Events that found no gate (the hook kept them in <home>/outbox): taken into the log as what they are, unauthenticated.
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod/mini";
import { redactJson } from "../actions/redact.ts";
import type { Home } from "../audit/home.ts";
import { ENV_NAMES, Submit } from "../protocol/hook.ts";
import { type Message, message } from "../protocol/messages.ts";
import { realpathOr, type Workspaces } from "./workspaces.ts";

/** The hook keeps none larger. Bytes. */
const MAX_FILE_BYTES = 256 * 1024;
const Kept = z.object({ v: z.literal(1), time: z.string(), submit: Submit, leftOut: z.optional(z.int()) });
/** Members of an agent's event that say what it was; the rest stays out of the log. */
const NAMED = ["hook_event_name", "session_id", "tool_name", "tool_use_id", "prompt_id", "source", "reason"] as const;

/** Records and removes the events of the folders served; what could not be taken stays, and is returned as a problem. */
export async function takeOutbox(home: Home, workspaces: Workspaces): Promise<Message[]> {
	const problems: Message[] = [];
	const names = (await readdir(home.outbox)).filter((name) => name.endsWith(".json")).sort();
	for (const name of names) {
		const file = join(home.outbox, name);
		try {
			const kept = await readKept(file);
			const folder = workspaces.folderOf(await realpathOr(kept.submit.root));
			if (folder === undefined) continue;
			const { agent, pid, root, cwd, payload } = kept.submit;
			const env = ENV_NAMES.filter((key) => kept.submit.env[key] !== undefined);
			const claimed = { agent, pid, root, cwd, env, time: kept.time, leftOut: kept.leftOut ?? 0, ...named(payload) };
			const safe = redactJson(JSON.parse(JSON.stringify(claimed)));
			await workspaces.record(folder, [
				{ type: "coverage.gap", body: { kind: "unauthenticated-event", claimed: safe.value } },
			]);
			await rm(file);
		} catch (error) {
			const detail = error instanceof Error ? error.message : String(error);
			problems.push(message("gate.outbox", { file: name, detail }));
		}
	}
	return problems;
}

async function readKept(file: string): Promise<z.infer<typeof Kept>> {
	const handle = await open(file, "r");
	try {
		const info = await handle.stat();
		if (!info.isFile() || info.size > MAX_FILE_BYTES) throw new Error("not a kept event");
		return Kept.parse(JSON.parse(await handle.readFile("utf8")));
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
