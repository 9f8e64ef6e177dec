// A home, a configuration folder and a project on disk, for tests of what hooks are in force.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ourEntry, ourGroup } from "../../../../src/agents/claude-code/entry.ts";
import { launcherPath } from "../../../../src/agents/claude-code/paths.ts";

export const TAG = "0123456789ab";

export function hookSetting() {
	const dir = realpathSync(mkdtempSync(join(tmpdir(), "gp-hooks-")));
	const userHome = join(dir, "user");
	const home = join(userHome, ".gatepost");
	const root = join(dir, "project");
	const managedDir = join(dir, "etc");
	mkdirSync(root, { recursive: true });
	const launcher = launcherPath(home);
	const hook = { launcher, tag: TAG };
	const write = (path: string, content: string | Buffer | object) => {
		const file = join(dir, path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content));
		return file;
	};
	const gate = { hooks: { PreToolUse: [ourGroup("PreToolUse", hook)] } };
	const pre = (entry: object, matcher = "*") => ({ hooks: { PreToolUse: [{ matcher, hooks: [entry] }] } });
	return {
		dir,
		userHome,
		home,
		root,
		options: { home, userHome, managedDir },
		launcher,
		hook,
		entry: ourEntry("PreToolUse", hook),
		gate,
		pre,
		write,
		/** Our entry, installed for the user. */
		installed: () => write("user/.claude/settings.json", gate),
		[Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
	};
}

/** The head of a definition file with a hook before every tool. */
export function definition(command: string, event = "PreToolUse"): string {
	return [
		...["---", "name: helper", "description: helps", "hooks:", `  ${event}:`, '    - matcher: "*"', "      hooks:"],
		...["        - type: command", `          command: ${command}`, "---", "Help."],
	].join("\n");
}
