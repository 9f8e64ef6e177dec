import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Action, ActionKind, JsonObject } from "../../../src/actions/action.ts";
import { openPolicy } from "../../../src/policy/decide.ts";
import type { PolicyContext, PolicyVerdict } from "../../../src/policy/policy.ts";

/** A folder of the gate, a home, and a place outside both; all real paths, gone after `remove`. */
export class Ground {
	readonly top: string;
	readonly ws: string;
	readonly home: string;
	readonly outside: string;
	readonly context: PolicyContext;
	readonly policy = openPolicy({ guard: { pathFolders: ["/opt/tools/bin"], agentFolders: ["/opt/agent-config"] } });

	private constructor(top: string) {
		this.top = top;
		this.ws = join(top, "ws");
		this.home = join(top, "home");
		this.outside = join(top, "outside");
		this.context = {
			folders: [this.ws],
			home: join(this.home, ".gatepost"),
			userHome: this.home,
			foreignHooks: [],
			callerKnown: true,
		};
	}

	static async make(): Promise<Ground> {
		const ground = new Ground(await realpath(await mkdtemp(join(tmpdir(), "policy-"))));
		for (const folder of [ground.ws, ground.home, ground.outside]) await mkdir(folder);
		await ground.file("home/.gatepost/gates/x.json", "{}");
		await ground.file("ws/src/a.ts", "a\n");
		await ground.file("outside/o.txt", "o\n");
		return ground;
	}

	remove(): Promise<void> {
		return rm(this.top, { recursive: true, force: true });
	}

	async file(path: string, text = ""): Promise<string> {
		const full = join(this.top, path);
		await mkdir(dirname(full), { recursive: true });
		await writeFile(full, text);
		return full;
	}

	action(kind: ActionKind, tool: string, input: JsonObject, paths: string[] = [], cwd = this.ws): Action {
		return { v: 1, kind, tool, root: this.ws, cwd, input, paths };
	}

	judge(action: Action, more: Partial<PolicyContext> = {}): Promise<PolicyVerdict> {
		return this.policy.evaluate(action, { ...this.context, ...more });
	}

	read(path: string, more: Partial<PolicyContext> = {}): Promise<PolicyVerdict> {
		return this.judge(this.action("read", "Read", { file_path: path }, [path]), more);
	}

	shell(command: string, cwd = this.ws, more: Partial<PolicyContext> = {}): Promise<PolicyVerdict> {
		return this.judge(this.action("shell", "Bash", { command, description: "d" }, [], cwd), more);
	}

	write(path: string): Promise<PolicyVerdict> {
		return this.judge(this.action("write", "Write", { file_path: path, content: "x" }, [path]));
	}
}

/** Effect and first reason, short enough to compare in a table. */
export function say({ effect, why, guard }: PolicyVerdict): string {
	return `${guard ? "guard " : ""}${effect} ${why[0]?.code ?? "?"}`;
}
