// A workspace folder with files, and actions in it as a card would show them.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import type { Action, ActionKind, JsonObject } from "../../../../src/actions/action.ts";
import { type Ground, groundOf } from "../../../../src/policy/grants/ground.ts";
import type { PolicyContext } from "../../../../src/policy/policy.ts";

export class Workspace {
	readonly top: string;
	/** Real path of the folder. */
	readonly folder: string;
	readonly userHome: string;

	constructor(t: TestContext) {
		this.top = realpathSync(mkdtempSync(join(tmpdir(), "gatepost-grants-")));
		t.after(() => rmSync(this.top, { recursive: true, force: true }));
		this.folder = join(this.top, "shop");
		this.userHome = join(this.top, "user");
		for (const folder of [this.folder, this.userHome]) mkdirSync(folder);
	}

	/** @param path in the folder */
	file(path: string, text = `of ${path}\n`): string {
		const full = join(this.folder, path);
		mkdirSync(dirname(full), { recursive: true });
		writeFileSync(full, text);
		return full;
	}

	get context(): PolicyContext {
		return {
			folders: [this.folder],
			home: join(this.userHome, ".gatepost"),
			userHome: this.userHome,
			foreignHooks: [],
			callerKnown: true,
			agent: "claude-code",
			session: { key: "s", agentPid: process.pid },
		};
	}

	action(kind: ActionKind, tool: string, input: JsonObject, paths: string[] = [], cwd = this.folder): Action {
		return { v: 1, kind, tool, root: this.folder, cwd, input, paths };
	}

	shell(command: string, cwd = this.folder): Promise<Ground> {
		return groundOf(this.action("shell", "Bash", { command }, [], cwd), this.context);
	}

	path(
		kind: "edit" | "write" | "read" | "delete",
		path: string,
		tool = kind === "read" ? "Read" : "Write",
	): Promise<Ground> {
		return groundOf(this.action(kind, tool, { file_path: path }, [path]), this.context);
	}

	of(kind: ActionKind, tool: string, input: JsonObject = {}): Promise<Ground> {
		return groundOf(this.action(kind, tool, input), this.context);
	}
}
