// Exports a log in a process of its own, which says how far it is: to be killed, or to meet a limit.
import { exportLog } from "../../../../src/audit/export/export.ts";
import type { ExportFormat } from "../../../../src/protocol/auditPanel.ts";
import { steps } from "./steps.ts";

const [, , dir = "", format = "jsonl", out = ""] = process.argv;
try {
	const made = await exportLog({
		dir,
		format: format as ExportFormat,
		scope: { of: "all" },
		out,
		version: "0",
		signal: steps((step) => process.stdout.write(`${step}\n`)),
	});
	process.stdout.write(`made ${made.bytes}\n`);
} catch (error) {
	process.stdout.write(`failed ${error instanceof Error && "code" in error ? error.code : error}\n`);
}
