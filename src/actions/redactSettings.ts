// What redaction goes by beside the text, as a thread of its own must be told it.
import { setUserPatterns, userPatterns } from "./redactCustom.ts";
import { adoptSecretKey, secretKey } from "./redactDigests.ts";

export interface RedactSettings {
	patterns: readonly string[];
	/** The derived key of the digests. */
	key: Uint8Array | undefined;
}

/** The settings of this thread. The same object as long as they are the same. */
export function redactSettings(): RedactSettings {
	const patterns = userPatterns();
	const key = secretKey();
	if (current.patterns !== patterns || current.key !== key) current = { patterns, key };
	return current;
}

let current: RedactSettings = { patterns: [], key: undefined };

/** Takes the settings of another thread; they held there. @throws Error when the engine of the patterns cannot be loaded */
export async function adoptRedactSettings({ patterns, key }: RedactSettings): Promise<void> {
	adoptSecretKey(key);
	const problems = await setUserPatterns(patterns);
	if (problems.length > 0) throw new Error(`a pattern of the user's does not hold here: ${problems[0]?.why}`);
}
