// Who answers in the editor: all we have are claims of this machine, and they are recorded as such (assurance 1).
import { execFile } from "node:child_process";
import { homedir, userInfo } from "node:os";
import { promisify } from "node:util";
import * as vscode from "vscode";
import type { Approver } from "../approvals/decision.ts";

const run = promisify(execFile);

/** The user's global git setting, read with no repository in sight (DESIGN 2.11); undefined when there is none. */
async function globalGit(name: string): Promise<string | undefined> {
	const env: NodeJS.ProcessEnv = {};
	for (const [key, value] of Object.entries(process.env)) if (!key.startsWith("GIT_")) env[key] = value;
	try {
		const { stdout } = await run("git", ["config", "--global", "--get", name], { cwd: homedir(), env, timeout: 5000 });
		const value = stdout.trim();
		return value === "" ? undefined : value.slice(0, 200);
	} catch {
		// No git, or no such setting (exit 1): the claim is simply absent.
		return undefined;
	}
}

async function githubAccount(): Promise<string | undefined> {
	try {
		const [account] = await vscode.authentication.getAccounts("github");
		return account?.label;
	} catch {
		// No provider for GitHub in this editor: the claim is absent.
		return undefined;
	}
}

async function read(): Promise<Approver> {
	const [gitName, gitEmail, github] = await Promise.all([
		globalGit("user.name"),
		globalGit("user.email"),
		githubAccount(),
	]);
	const claims = {
		...(gitName === undefined ? {} : { gitName }),
		...(gitEmail === undefined ? {} : { gitEmail }),
		...(github === undefined ? {} : { github }),
	};
	return { osUser: userInfo().username, claims, assurance: 1 };
}

/** How long an answer waits for claims that are not known yet. An editor may take seconds to say that it has none. */
const PATIENCE_MS = 300;

/** The person at this editor, as the machine presents them. Looked up ahead: an answer must not wait for it. */
export class EditorApprover {
	#known: Approver = { osUser: userInfo().username, claims: {}, assurance: 1 };
	#reading: Promise<void> | undefined;

	/** Looks the claims up, behind everything else. */
	refresh(): Promise<void> {
		this.#reading ??= read()
			.then((approver) => {
				this.#known = approver;
			})
			.finally(() => {
				this.#reading = undefined;
			});
		return this.#reading;
	}

	/** What is known now, and soon. The next answer has what changed in between. */
	async now(): Promise<Approver> {
		const reading = this.refresh();
		await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
		return this.#known;
	}
}
