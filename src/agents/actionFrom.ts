// An action from a tool call that no hook submitted: for explaining what would be decided, and for looking back.
import type { Action } from "../actions/action.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { kindOf, pathsOf } from "./claude-code/tools.ts";

/**
 * @param call.root project root, real path
 * @param call.cwd absolute
 * @throws PayloadError where a path is none
 */
export function actionFrom(call: {
	agent: string;
	tool: string;
	root: string;
	cwd: string;
	input: JsonObject;
}): Action {
	const { agent, tool, root, cwd, input } = call;
	return { v: 1, kind: kindOf(agent, tool), tool, root, cwd, input, paths: pathsOf(agent, tool, cwd, input) };
}
