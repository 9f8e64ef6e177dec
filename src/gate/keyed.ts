// actionMac: what binds a person's answer to the very action that will run (DESIGN 2.8).
import { createHmac, hash } from "node:crypto";
import type { Action } from "../actions/action.ts";
import { canonical } from "../protocol/canonical.ts";

/** What an action is called by in this gate run and in its log. */
export interface ActionNames {
	/** Hex SHA-256 of the action's canonical text: to tell inside one gate run whether two calls are the same. */
	digest: string;
	/** Hex HMAC-SHA-256 of the canonical, unredacted action under the home key. */
	mac: string;
}

/** @throws CanonicalError */
export function actionNames(action: Action, homeKey: Buffer): ActionNames {
	const text = canonical(action);
	return { digest: hash("sha256", text, "hex"), mac: createHmac("sha256", homeKey).update(text, "utf8").digest("hex") };
}
