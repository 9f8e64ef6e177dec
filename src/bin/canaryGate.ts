// A gate of a private home that denies everything: what the doctor's canary must be stopped by.
import { join } from "node:path";
import type { CanaryGate } from "../agents/claude-code/doctor.ts";
import { openGate } from "../gate/open.ts";
import type { Policy, PolicyVerdict } from "../policy/policy.ts";
import { format, message } from "../protocol/messages.ts";
import { installHook } from "./installHook.ts";

const DENIAL = message("doctor.canaryDenial");

const DENIED: PolicyVerdict = { effect: "deny", ruleId: "doctor.canary", why: [DENIAL], guard: false };

const denyAll: Policy = {
	digest: "0".repeat(64),
	evaluate: async () => DENIED,
	explain: async () => ({ verdict: DENIED, steps: [] }),
};

/** Starts it with its home in `dir`, serving `folder`. `dist` holds the built hook.cjs. */
export async function startCanaryGate(
	dir: string,
	folder: string,
	build: { dist: string; version: string; userHome: string; osUser: string },
): Promise<CanaryGate> {
	const home = join(dir, ".gatepost");
	const { dist, version, userHome, osUser } = build;
	const open = await openGate({
		homeDir: home,
		userHome,
		osUser,
		folders: [folder],
		editor: "doctor",
		version,
		settings: () => ({ prompt: "gatepost", deadlineMs: 60_000 }),
		policy: denyAll,
	});
	try {
		const { launcher } = await installHook({ home: open.home.dir, dist, version, exclude: [folder] });
		return { launcher, reason: format(DENIAL), stop: () => open.close("stopped") };
	} catch (error) {
		await open.close("stopped");
		throw error;
	}
}
