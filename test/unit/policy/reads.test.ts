import assert from "node:assert/strict";
import { chmod, link, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Ground, say } from "./support.ts";

let ground: Ground;
before(async () => {
	ground = await Ground.make();
});
after(() => ground.remove());

const inside = "allow why.readInside";

test("a file inside the folder is read unasked, whether it exists or not", async () => {
	assert.equal(say(await ground.read(join(ground.ws, "src/a.ts"))), inside);
	assert.equal(say(await ground.read(join(ground.ws, "not/there/yet.ts"))), inside);
});

test("a file outside asks and says where it is", async () => {
	const path = join(ground.outside, "o.txt");
	const verdict = await ground.read(path);
	assert.equal(say(verdict), "ask why.outside");
	assert.equal(verdict.why[0]?.args?.path, path);
});

test("a folder whose name only begins like the gate's folder is outside", async () => {
	assert.equal(say(await ground.read(await ground.file("ws-other/a.ts"))), "ask why.outside");
});

test("links are followed to where they really lead", async () => {
	await symlink(join(ground.outside, "o.txt"), join(ground.ws, "link.txt"));
	await symlink(ground.outside, join(ground.ws, "linked"));
	await symlink(join(ground.outside, "later"), join(ground.ws, "dangling"));
	await symlink("dangling", join(ground.ws, "dangling2"));
	await symlink("loop", join(ground.ws, "loop"));
	await symlink(join(ground.ws, "src"), join(ground.outside, "back"));
	for (const name of ["link.txt", "linked/o.txt", "linked/new.txt", "dangling", "dangling2"]) {
		assert.equal(say(await ground.read(join(ground.ws, name))), "ask why.outside", name);
	}
	assert.equal(say(await ground.read(join(ground.ws, "loop"))), "ask why.unresolved");
	assert.equal(say(await ground.read(join(ground.outside, "back/a.ts"))), inside);
});

test("'..' is followed as the system does, behind links too", async () => {
	await mkdir(join(ground.outside, "deep"), { recursive: true });
	await symlink(join(ground.outside, "deep"), join(ground.ws, "deep"));
	assert.equal(say(await ground.read(`${ground.ws}/deep/../o.txt`)), "ask why.outside");
	assert.equal(say(await ground.read(`${ground.ws}/src/../src/a.ts`)), inside);
	assert.equal(say(await ground.read(`${ground.ws}/../outside/o.txt`)), "ask why.outside");
	assert.equal(say(await ground.read(`${ground.ws}/missing/../../outside/o.txt`)), "ask why.unresolved");
});

test("a folder that is opened through a link is the folder it leads to", async () => {
	const alias = join(ground.top, "alias");
	await symlink(ground.ws, alias);
	assert.equal(say(await ground.read(join(alias, "src/a.ts"))), inside);
});

test("secrets ask even inside, by their own name or by that of the file a link leads to", async () => {
	const names = [".env", ".ENV", ".env.local", "prod.env", "id_rsa", "server.pem", ".npmrc", ".netrc", "x/.ssh/config"];
	names.push(
		".aws/credentials",
		"credentials.json",
		"secrets.yaml",
		"terraform.tfstate",
		".git/config",
		".bash_history",
	);
	names.push(".\uff45nv", "server.pem.", ".ssh /config", "ID_RSA");
	for (const name of names) assert.equal(say(await ground.read(join(ground.ws, name))), "ask why.sensitive", name);
	await ground.file("ws/.env.real", "X=1");
	await symlink(join(ground.ws, ".env.real"), join(ground.ws, "notes.txt"));
	assert.equal(say(await ground.read(join(ground.ws, "notes.txt"))), "ask why.sensitive");
	await symlink(join(ground.ws, "src/a.ts"), join(ground.ws, "id_ed25519"));
	assert.equal(say(await ground.read(join(ground.ws, "id_ed25519"))), "ask why.sensitive");
});

test("ordinary names that look a little like secrets are read", async () => {
	for (const name of ["environment.ts", "keys.ts", "envelope.md", "src/token.ts", "id_rs.c", "pem.go", "git/config"]) {
		assert.equal(say(await ground.read(join(ground.ws, name))), inside, name);
	}
});

test("/proc and /dev ask even when the whole file system is the folder", async () => {
	const everything = { folders: ["/"] };
	for (const path of ["/proc/self/environ", "/dev/stdin", "/proc/1/maps"]) {
		assert.match(say(await ground.read(path, everything)), /^ask why\.(sensitive|unresolved)$/, path);
	}
	assert.equal(say(await ground.read(join(ground.ws, "src/a.ts"), everything)), inside);
});

test("names that need trimming, or hold what does not show, ask", async () => {
	for (const name of ["a.ts ", ".env ", " .env", "a\u200b.ts", "a\u202e.ts", "a\n.ts", "a\u0000.ts", ".env."]) {
		assert.match(say(await ground.read(join(ground.ws, name))), /^ask /, JSON.stringify(name));
	}
	assert.equal(say(await ground.read(` ${join(ground.ws, "src/a.ts")}`)), "ask why.hiddenPath");
});

test("a path that is no absolute path, or none at all, asks", async () => {
	const judge = (input: Record<string, string | number>) => ground.judge(ground.action("read", "Read", input));
	assert.equal(say(await judge({})), "ask why.noPath");
	assert.equal(say(await judge({ file_path: "" })), "ask why.noPath");
	assert.equal(say(await judge({ file_path: 7 })), "ask why.noPath");
	assert.equal(say(await judge({ file_path: "~/x" })), "ask why.noPath");
	assert.equal(say(await judge({ file_path: "src/a.ts" })), inside);
	assert.equal(say(await judge({ file_path: "../outside/o.txt" })), "ask why.outside");
});

test("what the input says and what the adapter found must both be fine", async () => {
	const fine = join(ground.ws, "src/a.ts");
	const other = join(ground.outside, "o.txt");
	assert.equal(say(await ground.judge(ground.action("read", "Read", { file_path: fine }, [other]))), "ask why.outside");
	assert.equal(say(await ground.judge(ground.action("read", "Read", { file_path: other }, [fine]))), "ask why.outside");
});

test("a member of the input that is not known asks, and so does a tool that is not known", async () => {
	const file_path = join(ground.ws, "src/a.ts");
	assert.equal(say(await ground.judge(ground.action("read", "Read", { file_path, via: "x" }))), "ask why.toolInput");
	assert.equal(say(await ground.judge(ground.action("read", "Peek", { file_path }))), "ask why.tool");
	assert.equal(say(await ground.judge(ground.action("read", "constructor", { file_path }))), "ask why.tool");
	const polluted = JSON.parse(`{"file_path": ${JSON.stringify(file_path)}, "__proto__": {"file_path": "/etc/passwd"}}`);
	assert.equal(say(await ground.judge(ground.action("read", "Read", polluted))), "ask why.toolInput");
});

test("a folder without permission asks", { skip: process.getuid?.() === 0 && "root may read everything" }, async () => {
	await ground.file("ws/locked/a.txt");
	await chmod(join(ground.ws, "locked"), 0);
	assert.equal(say(await ground.read(join(ground.ws, "locked/a.txt"))), "ask why.unresolved");
	await chmod(join(ground.ws, "locked"), 0o700);
});

test("a hard link to a file outside is not seen: this is written down as out of reach", async () => {
	await link(join(ground.outside, "o.txt"), join(ground.ws, "hard.txt"));
	assert.equal(say(await ground.read(join(ground.ws, "hard.txt"))), inside);
});

test("Grep and Glob work inside, and start where the agent stands when they name no path", async () => {
	const grep = (input: Record<string, string | boolean>, cwd?: string) =>
		ground.judge(ground.action("read", "Grep", { pattern: "x", ...input }, [], cwd));
	const glob = (input: Record<string, string>, cwd?: string) =>
		ground.judge(ground.action("read", "Glob", input, [], cwd));
	assert.equal(say(await grep({ path: join(ground.ws, "src"), output_mode: "content", "-n": true })), inside);
	// Its ripgrep takes hidden files in: the .env at the root is read, unless git ignores it.
	assert.equal(say(await grep({ output_mode: "content" })), "ask why.sensitive");
	assert.equal(say(await grep({ path: join(ground.ws, "src"), glob: "*.{ts,tsx}" })), inside);
	assert.equal(say(await grep({ path: join(ground.ws, "src"), glob: "!*.env" })), inside);
	assert.equal(say(await grep({}, ground.outside)), "ask why.outside");
	assert.equal(say(await grep({ path: ground.outside })), "ask why.outside");
	assert.equal(say(await grep({ path: join(ground.ws, ".env") })), "ask why.sensitive");
	assert.equal(say(await glob({ pattern: "**/*.ts" })), inside);
	assert.equal(say(await glob({ pattern: "src/**" })), inside);
	assert.equal(say(await glob({ pattern: "*" }, ground.outside)), "ask why.outside");
	assert.equal(say(await glob({ pattern: "x/*", path: ground.ws })), inside);
});

test("a glob that leaves the folder asks", async () => {
	const glob = (pattern: string) => ground.judge(ground.action("read", "Glob", { pattern }));
	for (const pattern of [
		"../outside/*",
		"src/../../outside/*",
		"*/../../outside/*",
		"{src,*/..}/*",
		`${ground.outside}/*`,
		"/etc/*",
		"{/etc,src}/*",
		"~/*",
	]) {
		assert.match(say(await glob(pattern)), /^ask /, pattern);
	}
	assert.equal(say(await glob(`${ground.ws}/src/*.ts`)), inside);
});

test("a filter or pattern that aims at secrets asks", async () => {
	for (const glob of [
		".env*",
		"**/.env",
		".e[n]v",
		"*.pem",
		"{.env,a.ts}",
		"a.ts .env",
		"a.ts,.env.*",
		"?env",
		"id_*",
	]) {
		const grep = await ground.judge(ground.action("read", "Grep", { pattern: "x", glob }));
		assert.equal(say(grep), "ask why.globAims", glob);
	}
	// As a filter, a lone star brings in files that are ignored and hidden.
	assert.equal(say(await ground.judge(ground.action("read", "Grep", { pattern: "x", glob: "*" }))), "ask why.globAims");
	const glob = await ground.judge(ground.action("read", "Glob", { pattern: "**/.env*" }));
	assert.equal(say(glob), "ask why.globAims");
});

test("Gatepost's own files are never read unasked, not even when the home is the workspace", async () => {
	const home = { folders: [ground.home] };
	const entry = join(ground.home, ".gatepost/gates/x.json");
	assert.equal(say(await ground.read(entry)), "guard ask why.guard");
	assert.equal(say(await ground.read(entry, home)), "guard ask why.guard");
	await symlink(join(ground.home, ".gatepost"), join(ground.ws, "gp"));
	assert.equal(say(await ground.read(join(ground.ws, "gp/gates/x.json"), home)), "guard ask why.guard");
	const grep = ground.action("read", "Grep", { pattern: "token", path: ground.home });
	assert.equal(say(await ground.judge(grep, home)), "guard ask why.guard");
	const below = ground.action("read", "Grep", { pattern: "token", path: join(ground.home, "proj") });
	assert.equal(say(await ground.judge(below, home)), inside);
});
