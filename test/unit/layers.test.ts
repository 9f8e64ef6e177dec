// The arrows of docs/ARCHITECTURE.md: who may import whom. Also: vscode stays in editor/, the hook has no dependency.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { test } from "node:test";

const MAY: Record<string, string[]> = {
	protocol: [],
	actions: ["protocol", "agents", "approvals", "policy"],
	audit: ["protocol", "actions"],
	policy: ["protocol", "actions"],
	approvals: ["protocol", "actions"],
	agents: ["protocol", "actions", "approvals"],
	gate: ["protocol", "actions", "audit", "policy", "approvals", "agents"],
	editor: ["protocol", "actions", "audit", "policy", "approvals", "agents", "gate", "channels", "bin"],
	bin: ["protocol", "actions", "audit", "policy", "approvals", "agents", "gate", "channels"],
	channels: ["protocol", "actions", "approvals"],
};
/** Rooms that may be named for their types only. */
const TYPES_ONLY: Record<string, string[]> = { actions: ["agents", "approvals", "policy"], agents: ["approvals"] };

interface Import {
	from: string;
	what: string;
	typeOnly: boolean;
}

function imports(file: string): Import[] {
	const found: Import[] = [];
	const text = readFileSync(file, "utf8");
	const pattern =
		/^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|import\(["']([^"']+)["']\)/gm;
	for (const match of text.matchAll(pattern)) {
		found.push({ from: file, what: match[2] ?? match[3] ?? "", typeOnly: match[1] !== undefined });
	}
	return found;
}

const all = [...globSync("src/**/*.ts"), ...globSync("webview/**/*.{ts,tsx}")].flatMap(imports);

test("each room imports only the rooms below it", () => {
	assert.ok(all.length > 50, "the imports were found at all");
	const wrong: string[] = [];
	for (const { from, what, typeOnly } of all) {
		if (!what.startsWith(".") || from === join("src", "extension.ts")) continue;
		const target = normalize(join(dirname(from), what)).split(sep);
		const [top, room = ""] = from.split(sep);
		if (top === "webview") {
			if (target[0] !== "webview" && target[1] !== "protocol") wrong.push(`${from} -> ${what}`);
			continue;
		}
		if (target[0] !== "src") wrong.push(`${from} -> ${what}`);
		else if (target[1] !== room && !(MAY[room] ?? []).includes(target[1] ?? "")) wrong.push(`${from} -> ${what}`);
		else if (target[1] !== room && !typeOnly && (TYPES_ONLY[room] ?? []).includes(target[1] ?? "")) {
			wrong.push(`${from} -> ${what} (only types may be imported)`);
		}
	}
	assert.deepEqual(wrong, []);
});

test("only src/extension.ts and src/editor import vscode", () => {
	const wrong = all.filter(({ from, what }) => what === "vscode" && !/^src\/(extension\.ts|editor\/)/.test(from));
	assert.deepEqual(wrong, []);
});

test("the hook imports nothing but Node's own modules and its own folder", () => {
	const hook = all.filter(({ from }) => from.startsWith(join("src", "bin", "hook")));
	assert.ok(hook.length > 0, "the hook was found");
	const wrong = hook.filter(({ what, typeOnly }) => !typeOnly && !what.startsWith("node:") && !what.startsWith("./"));
	assert.deepEqual(
		wrong.filter(({ what }) => !what.includes("../../protocol/hookWire")),
		[],
	);
});

test("nothing that runs on the command line's oldest Node, 20, uses what came later", () => {
	const later =
		/\bPromise\.(?:withResolvers|try)\b|\b(?:Object|Map)\.groupBy\b|\bArray\.fromAsync\b|\bRegExp\.escape\b/;
	const code = (file: string) => readFileSync(file, "utf8").replace(/^\s*\/\/.*$/gm, "");
	assert.deepEqual(
		globSync("src/**/*.ts").filter((file) => later.test(code(file))),
		[],
	);
});
