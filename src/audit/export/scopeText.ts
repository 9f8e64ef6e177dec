// What an export says of its own scope: a filter may hold a secret that somebody looked for.
import { redactJson } from "../../actions/redact.ts";
import type { ExportScope } from "../../protocol/auditPanel.ts";
import type { JsonObject } from "../../protocol/canonical.ts";

/** The scope, with secrets masked as in the log. */
export function redactScope(scope: ExportScope): JsonObject {
	return redactJson(JSON.parse(JSON.stringify(scope)) as JsonObject).value;
}
