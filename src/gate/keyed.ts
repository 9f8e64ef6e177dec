// actionMac: what binds a person's answer to the very action that will run (DESIGN 2.8).
import { createHash, createHmac } from "node:crypto";
import type { Action } from "../actions/action.ts";
import { canonical } from "../protocol/canonical.ts";

/** Hex HMAC-SHA-256 of the canonical, unredacted action under the home key. */
export function actionMac(action: Action, homeKey: Buffer): string {
	return createHmac("sha256", homeKey).update(canonical(action), "utf8").digest("hex");
}

/** Hex SHA-256 of the action's canonical text: to tell inside one gate run whether two calls are the same. */
export function actionDigest(action: Action): string {
	return createHash("sha256").update(canonical(action), "utf8").digest("hex");
}
