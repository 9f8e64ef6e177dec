// The policy of a gate, with its changes on record: in the log of every folder stands which policy its decisions rest on.
import type { Policy } from "../policy/policy.ts";
import type { Layers, LayerView } from "../policy/rules/layers.ts";
import type { JsonObject } from "../protocol/canonical.ts";

export interface NotedOptions {
	policy: Policy;
	layers: Pick<Layers, "files" | "inForce">;
	/** Puts an entry into every log. A failure makes the action at hand be denied. */
	record: (body: JsonObject) => Promise<void>;
}

/**
 * The same policy; a change of it is on record before the first decision that rests on it.
 * @returns `now`: what a log that is opened later has to say first; nothing where the floor is all there is
 */
export function noted({ policy, layers, record }: NotedOptions): { policy: Policy; now: () => JsonObject | undefined } {
	// Every gate starts with the built-in floor; files that are there already are its first change.
	let known = "";
	let recording: Promise<void> = Promise.resolve();
	const bodyOf = (): JsonObject => ({ digest: policy.digest, files: layers.files().map(fileOf) });
	const note = async () => {
		const files = layers.files();
		const { digest } = layers.inForce();
		const now = files.length === 0 ? "" : digest;
		if (now === known) return recording;
		const previous = known;
		known = now;
		recording = record(bodyOf());
		try {
			await recording;
		} catch (error) {
			known = previous;
			throw error;
		}
	};
	const watched: Policy = {
		get digest() {
			return policy.digest;
		},
		explain: policy.explain.bind(policy),
		async evaluate(action, context) {
			const verdict = await policy.evaluate(action, context);
			await note();
			return verdict;
		},
	};
	return { policy: watched, now: () => (known === "" ? undefined : bodyOf()) };
}

function fileOf({ layer, file, sha256, accepted, allows }: LayerView): JsonObject {
	return { layer, file, sha256, accepted, allows };
}
