// What a search would come by: secrets at the root of what is searched, unless the searching program leaves them out.
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { aimsAtSecrets } from "../../../src/policy/globs.ts";
import { isSensitive } from "../../../src/policy/sensitive.ts";
import { Ground, say } from "./support.ts";

async function withGround(work: (ground: Ground) => Promise<void>): Promise<void> {
	const ground = await Ground.make();
	try {
		await work(ground);
	} finally {
		await ground.remove();
	}
}

const grep = (ground: Ground, input: Record<string, string> = {}) =>
	ground.judge(ground.action("read", "Grep", { pattern: "x", ...input })).then(say);
const READS = "allow why.readInside";
const ASKS = "ask why.sensitive";

test("Grep over a folder with a secret asks, unless git ignores it for sure or a filter leaves it out", () =>
	withGround(async (ground) => {
		assert.equal(await grep(ground), READS, "nothing is there");
		await ground.file("ws/.env", "A=1");
		assert.equal(await grep(ground), ASKS);
		assert.equal(await grep(ground, { path: join(ground.ws, "src") }), READS);
		assert.equal(await grep(ground, { glob: "*.ts" }), READS, "only what fits is searched");
		assert.equal(await grep(ground, { glob: "!.env" }), READS);
		assert.equal(await grep(ground, { glob: "!*.txt" }), ASKS);
		await ground.file("ws/.gitignore", "node_modules\n/.env\n");
		assert.equal(await grep(ground), ASKS, "ripgrep heeds .gitignore in a repository only");
		await ground.file("ws/.git/HEAD", "ref: refs/heads/main\n");
		assert.equal(await grep(ground), READS, "ignored");
		for (const lines of ["!.env\n.env\n", "#.env\n", "\\.env\n", ".en[v]\n", "x/.env\n", ""]) {
			await ground.file("ws/.gitignore", lines);
			assert.equal(await grep(ground), ASKS, JSON.stringify(lines));
		}
		await ground.file("ws/.gitignore", ".env*\n");
		assert.equal(await grep(ground), READS);
		// ripgrep stops reading at such a byte.
		await writeFile(join(ground.ws, ".gitignore"), Buffer.from("# f\xfcr alle\n.env\n", "latin1"));
		assert.equal(await grep(ground), ASKS, "a line that is no UTF-8");
		await ground.file("ws/.gitignore", ".env\ufeff\n");
		assert.equal(await grep(ground), ASKS, "a name with something invisible");
		await ground.file("ws/.gitignore", ".env\n");
		await ground.file(".ignore", "!.env\n");
		assert.equal(await grep(ground), ASKS, "an exception in a folder above");
		await rm(join(ground.top, ".ignore"));
		assert.equal(await grep(ground), READS);
		for (const glob of ["#a", " ", "#a !b"]) {
			await ground.file("ws/.gitignore", "");
			assert.equal(await grep(ground, { glob }), ASKS, `a filter that filters nothing: ${glob}`);
		}
		await ground.file("ws/.ignore", "!.env\n");
		assert.equal(await grep(ground), ASKS, "what could bring it in again");
	}));

test("a folder of secrets counts like a file, and a git configuration only with a token in it", () =>
	withGround(async (ground) => {
		const searches = async () => say(await ground.shell("grep -r x ."));
		await ground.file("ws/.git/config", "[core]\n\tbare = false\n[remote]\n\turl = https://example.org/a.git\n");
		assert.equal(await searches(), "allow why.readOnlyCommand");
		await ground.file("ws/.git/config", "[remote]\n\turl = https://user:secret@example.org/a.git\n");
		assert.equal(await searches(), ASKS);
		await rm(join(ground.ws, ".git"), { recursive: true });
		await ground.file("ws/.ssh/id", "key");
		assert.equal(await searches(), ASKS);
		assert.equal(say(await ground.shell("rg x .")), "allow why.readOnlyCommand", "ripgrep leaves hidden folders out");
		// An exception takes hidden files in.
		await ground.file("ws/.gitignore", "!.ssh\n");
		assert.equal(say(await ground.shell("rg x .")), ASKS);
		await rm(join(ground.ws, ".ssh"), { recursive: true });
		// In a linked worktree ".git" is a file.
		await ground.file("ws/.git", "gitdir: /elsewhere\n");
		assert.equal(await searches(), "allow why.readOnlyCommand");
		await rm(join(ground.ws, ".git"));
		await ground.file("ws/.git/modules/lib/config", "x");
		assert.equal(await grep(ground, { path: join(ground.ws, ".git") }), ASKS);
		assert.equal(say(await ground.shell("rg url .git/modules")), ASKS);
		assert.equal(say(await ground.shell("cat .git/modules/lib/config")), ASKS);
	}));

test("patterns that a program reads as a secret's name are seen, however they are spelled", () =>
	withGround(async (ground) => {
		for (const glob of ["!a .e[}n]v", "!a,.e[}n]v", "[]e.]env", ".dev*", ".git,config", ".git config"]) {
			assert.equal(await grep(ground, { glob }), "ask why.globAims", glob);
		}
		for (const line of [
			"rg S -g '[]e.]env'",
			"rg S -g '[!]x]env'",
			"rg -g '.e?v ' S .",
			"rg --glob='.e?v ' S",
			"rg S -g '.dev*'",
			"rg S -g '.s3*'",
			"rg -g .git -g config url .",
			"grep -rh '' --include='[]e.]env' .",
		]) {
			assert.match(say(await ground.shell(line)), /^ask why\.(globAims|sensitive)$/, line);
		}
		for (const glob of [".flask*", ".mcp*", ".gitco*", "*.gp?", "*.ovp?", "*.pp?", "shado?", "*.keystor?", "cooki*"]) {
			assert.equal(aimsAtSecrets(glob, false), true, glob);
		}
		// Leaving secrets out aims at nothing.
		assert.equal(say(await ground.shell("rg -g '!.env' x")), "allow why.readOnlyCommand");
	}));

test("names of secrets, and names that only look like it", () => {
	for (const name of ["secrets/prod.yaml", "server.key.bak", "kubeconfig", "passwords.txt", "my-credentials.json"]) {
		assert.equal(isSensitive(`/ws/${name}`), true, name);
	}
	for (const name of [".git/config", ".git/config.worktree", ".git/worktrees/w/config.worktree", "token.txt"]) {
		assert.equal(isSensitive(`/ws/${name}`), true, name);
	}
	for (const name of [".env.example", ".env.sample", "config", "config.ts", "src/tokens.ts", "key.ts"]) {
		assert.equal(isSensitive(`/ws/${name}`), false, name);
	}
});

test("a sub-agent asks when its session takes definitions from another folder that has some", () =>
	withGround(async (ground) => {
		const spawn = ground.action("spawn", "Agent", { description: "d", prompt: "p", subagent_type: "Explore" });
		const definitionFolders = [ground.outside];
		assert.equal(say(await ground.judge(spawn, { definitionFolders })), "allow why.spawn");
		await ground.file("outside/.claude/agents/Explore.md", "---\nmcpServers: []\n---\n");
		assert.equal(say(await ground.judge(spawn, { definitionFolders })), "ask why.agentDefinition");
	}));
