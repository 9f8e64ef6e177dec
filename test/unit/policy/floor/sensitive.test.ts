// What reads like a secret by its name, and what only looks like one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { classify } from "../../../../src/policy/floor/classify.ts";
import { isSensitive } from "../../../../src/policy/sensitive.ts";

test("sources, examples and public halves are no secrets", () => {
	const names = [
		...[
			"src/secrets.ts",
			"lib/secret.go",
			"token.rs",
			"src/credentials.java",
			"secrets.test.ts",
			"secrets.d.ts",
			"api_key_check.py",
			"docs/secrets.md",
		],
		...[
			".env.example",
			".env.sample",
			".env.template",
			".env.local.example",
			"secrets.example.yaml",
			"credentials.template.json",
			"env.example",
		],
		...["public.pem", "server-cert.pem", "ca.pem", "fullchain.pem", "ca-certificates.pem", "certs/root.pem"],
		...[
			"/proc/cpuinfo",
			"/proc/meminfo",
			"/proc/version",
			"/proc/loadavg",
			"/proc/uptime",
			"/dev/null",
			"/sys/class/net/eth0/address",
			"/proc/sys/kernel/hostname",
		],
		...["environment.ts", "keys.ts", "tokenizer.py", "secretary.txt", "envelope.json", "src/.eslintrc.json"],
	];
	assert.deepEqual(names.filter(isSensitive), []);
});

test("what holds the values is one", () => {
	const names = [
		...[
			".env",
			".env.local",
			".env.production",
			"prod.env",
			".envrc",
			".ENV",
			".env.",
			".env ",
			"a/.env",
			"secrets.yaml",
			"secrets.py",
			"secrets.json",
		],
		...[
			"secret.txt",
			"credentials",
			"credentials.json",
			"id_rsa",
			"id_rsa.bak",
			"server.pem",
			"private.pem",
			"key.pem",
			"server.key",
			"x.p12",
			"x.tfstate",
			"prod.tfvars",
		],
		...[
			".netrc",
			".npmrc",
			".git-credentials",
			".ssh/config",
			".aws/x",
			".kube/config",
			".git/config",
			"a/.git/modules/x/config",
			"secrets/any.ts",
			".secrets/x.md",
		],
		...[
			"/proc/self/environ",
			"/proc/1/environ",
			"/proc/1/cmdline",
			"/proc/self/fd/3",
			"/proc/kcore",
			"/dev/sda",
			"/dev/mem",
			"/sys/firmware/efi",
			"/proc/cpuinfo/../self/environ",
		],
		...[
			"/proc/self/root/etc/passwd",
			"/proc/1/mem",
			"/dev/tty",
			"/dev/random",
			"/etc/shadow",
			"/proc/sys/../1/environ",
			"example.env",
			".environment/../.env",
		],
		...[
			"private_public.key",
			"ca.key",
			"cert.p12",
			".bash_history",
			".claude.json",
			".mcp.json",
			"terraform.tfstate.backup",
		],
	];
	assert.deepEqual(
		names.filter((name) => !isSensitive(name)),
		[],
	);
});

test("a link to a secret by another spelling is no way around its name", () => {
	for (const name of [
		".\uff45nv",
		"id_rs\uff41",
		"server.ＰＥＭ",
		"a/./.env",
		"a//.env",
		".ssh./x",
		".ssh /x",
		"a\\.env",
	])
		assert.equal(isSensitive(name), true, name);
	assert.equal(isSensitive("x".repeat(10_000)), true);
});

test("a line reads secrets by whatever command, and lists them by one that shows no content", () => {
	for (const command of [
		"cat",
		"head -1",
		"grep x",
		"sort",
		"sed p",
		"awk 1",
		"od",
		"xxd",
		"base64",
		"diff a.txt",
		"wc",
		"sha256sum",
		"jq .",
		"git diff --",
		"git show HEAD:",
		"nl",
		"strings",
	]) {
		const line = command.endsWith(":") ? `${command}.env` : `${command} .env`;
		assert.equal(classify(line).verdict, "ask", line);
		assert.match(classify(line).reason.code, /^why\.(?:sensitive|notReadOnly|option|operand)$/, line);
	}
	for (const line of [
		"ls -la .env",
		"stat .env",
		"test -f .env",
		"[ -f .env ]",
		"find . -name .env",
		"du .env",
		"[[ -e .env ]]",
		"git status .env",
		"git ls-files .env",
	]) {
		assert.equal(classify(line).verdict, "read-only", line);
	}
	for (const line of [
		"cat .env.example",
		"cat src/secrets.ts",
		"cat public.pem",
		"cat /proc/cpuinfo",
		"grep processor /proc/cpuinfo",
	]) {
		assert.equal(classify(line).verdict, "read-only", line);
	}
	for (const line of [
		"cat /proc/self/environ",
		"cat < .env",
		"cat <(cat .env)",
		"echo $(cat .env)",
		"echo $(< .env)",
		"while read -r x; do echo $x; done < .env",
		"tr a b < .env",
		"xargs < .env",
	]) {
		assert.equal(classify(line).verdict, "ask", line);
	}
});
