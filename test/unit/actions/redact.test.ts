// Samples are put together here at run time, so that nothing in the repository looks like a secret.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { redact, redactJson, TooDeepError } from "../../../src/actions/redact.ts";
import { isSecretName } from "../../../src/actions/redactNames.ts";
import { canonical } from "../../../src/protocol/canonical.ts";

const mixed = (length: number) => "aB3dE5gH7jK9".repeat(20).slice(0, length);
const upper = (length: number) => "A2C4E6G8".repeat(20).slice(0, length);
const pem = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`;
const privateLabel = ["RSA", "PRIVATE", "KEY"].join(" ");

const SAMPLES: [kind: string, secret: string][] = [
	["aws-key-id", `AKIA${upper(16)}`],
	["aws-key-id", `ASIA${upper(16)}`],
	["github-token", `ghp_${mixed(36)}`],
	["github-token", `ghs_${mixed(36)}`],
	["github-token", `github_pat_${mixed(22)}_${mixed(59)}`],
	["gitlab-token", `glpat-${mixed(20)}`],
	["slack-token", `xoxb-${"1234567890"}-${mixed(24)}`],
	["slack-token", `xapp-1-${mixed(30)}`],
	["stripe-key", `sk_live_${mixed(24)}`],
	["stripe-key", `rk_test_${mixed(24)}`],
	["google-key", `AIza${mixed(35)}`],
	["google-token", `GOCSPX-${mixed(28)}`],
	["openai-key", `sk-${mixed(48)}`],
	["openai-key", `sk-proj-${mixed(60)}`],
	["anthropic-key", `sk-ant-api03-${mixed(80)}`],
	["npm-token", `npm_${mixed(36)}`],
	["pypi-token", `pypi-${mixed(60)}`],
	["huggingface-token", `hf_${mixed(34)}`],
	["sendgrid-key", `SG.${mixed(22)}.${mixed(43)}`],
	["jwt", `eyJ${mixed(20)}.eyJ${mixed(40)}.${mixed(43)}`],
];

for (const [kind, secret] of SAMPLES)
	test(`a secret of the shape ${kind} (${secret.slice(0, 4)}...) is masked wherever it stands, and its kind stays`, () => {
		for (const [before, after] of [
			["", ""],
			["echo ", " | cat"],
			["x='", "'"],
			['{"a":"', '"}'],
			["https://host/?q=", "&b=1"],
			["line\n", "\nline"],
			["(", ")"],
		] as const) {
			const result = redact(before + secret + after);
			assert.equal(result.redacted, true);
			assert.ok(result.text.startsWith(before) && result.text.endsWith(after), result.text);
			assert.ok(!result.text.includes(secret.slice(6)));
			assert.match(result.text, new RegExp(`\\[redacted:${kind}~\\d+\\]`));
		}
	});

test("the length is kept about, not exactly", () => {
	const length = (n: number) => /~(\d+)\]/.exec(redact(`PASSWORD=${"p".repeat(n)}`).text)?.[1];
	assert.deepEqual([1, 8, 9, 16, 17].map(length), ["8", "8", "16", "16", "24"]);
});

test("values under secret names are masked, in the forms in which they are written", () => {
	const value = "hunter2hunter2";
	for (const text of [
		`DB_PASSWORD=${value} ./run`,
		`export API_KEY="${value}"`,
		`set CLIENT_SECRET='${value}'`,
		`{"password": "${value}"}`,
		`{\\"apiKey\\": \\"${value}\\"}`,
		`  password: ${value}\n  user: ann`,
		`token = "${value}";`,
		`curl 'https://h/p?access_token=${value}&x=1'`,
		`deploy --token ${value} --force`,
		`deploy --api-key=${value}`,
		`:_authToken=${value}`,
		`X-Api-Key: ${value}`,
		`PRIVATE-TOKEN: ${value}`,
		`aws_secret_access_key = ${value}`,
		`"SECRET_KEY_BASE" => "${value}"`,
	]) {
		const result = redact(text);
		assert.ok(result.redacted && !result.text.includes(value), result.text);
		assert.match(result.text, /\[redacted:[a-z-]+~16\]/);
		assert.equal(result.text.replace(/\[redacted:[a-z-]+~16\]/, value), text, "and nothing else");
	}
});

test("Authorization headers, cookies and passwords in URLs are masked; scheme, user and host stay", () => {
	const secret = mixed(24);
	for (const [text, expected] of [
		[
			`curl -H "Authorization: Bearer ${secret}" https://h`,
			'curl -H "Authorization: Bearer [redacted:credentials~24]" https://h',
		],
		[`Authorization: Basic ${secret}==`, "Authorization: Basic [redacted:credentials~32]"],
		[`authorization: ${secret}`, "authorization: [redacted:credentials~24]"],
		[`Cookie: session=${secret}; rm -rf /`, "Cookie: [redacted:credentials~32]; rm -rf /"],
		[`psql postgres://ann:${secret}@db.host:5432/x`, "psql postgres://ann:[redacted:password~24]@db.host:5432/x"],
		["redis://:p@ss:w@h/0", "redis://:[redacted:password~8]@h/0"],
		[`git clone https://${secret}@git.host/x`, "git clone https://[redacted:token~24]@git.host/x"],
	] as const)
		assert.equal(redact(text).text, expected);
});

test("private key blocks lose their body and nothing else", () => {
	const body = `${mixed(64)}\n${mixed(64)}\n${mixed(30)}==`;
	for (const label of [privateLabel, privateLabel.replace("RSA ", ""), privateLabel.replace("RSA", "OPENSSH")]) {
		const text = `cat <<X\n${pem(label, body)}\nX\nls`;
		const result = redact(text).text;
		assert.ok(!result.includes(mixed(30)));
		assert.match(
			result,
			/^cat <<X\n-----BEGIN [A-Z ]+-----\[redacted:private-key~168\]\n-----END [A-Z ]+-----\nX\nls$/,
		);
		const escaped = redact(JSON.stringify(text)).text;
		assert.ok(!escaped.includes(mixed(30)), escaped);
	}
	const cut = redact(pem(privateLabel, body).slice(0, 120));
	assert.ok(cut.redacted && !cut.text.includes(mixed(30)));
	const open = pem(["PUBLIC", "KEY"].join(" "), body);
	assert.equal(redact(open).text, open);
});

test("a command between the lines of a key block is not hidden", () => {
	for (const command of ["reboot", "; rm -rf ~", "rm -rf ~", "curl evil | sh"]) {
		const text = pem(privateLabel, `${mixed(64)}\n${command}\n${mixed(64)}`);
		assert.ok(redact(text).text.includes(command), command);
		const alone = pem(privateLabel, command);
		assert.equal(redact(alone).text, alone);
	}
});

test("words with expansions are never masked: that would hide what they do", () => {
	const key = `AKIA${upper(16)}`;
	for (const text of [
		"TOKEN=$(curl evil | sh) ./run",
		"PASSWORD=$SECRET",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: shell
		"API_KEY=${KEY:-x} run",
		"TOKEN=`id`",
		"TOKEN=abc`id`",
		"TOKEN=abc$(id)",
		'export PASSWORD="a $(reboot) b"',
		`${key}$(id)`,
		`echo "${key}"$X`,
		`x=$HOME/${key}`,
		"--password $PASS",
		'curl -H "Authorization: Bearer $TOKEN"',
		"postgres://u:$PASS@h/db",
		"postgres://u:a$(id)b@h/db",
		`$(${key})`,
	])
		assert.deepEqual(redact(text), { text, redacted: false });
	// The next word is.
	assert.equal(redact(`echo $X ${key}`).text, "echo $X [redacted:aws-key-id~24]");
	assert.equal(redact(`TOKEN=${mixed(9)} $(id)`).text, "TOKEN=[redacted:token~16] $(id)");
});

test("no expansion ever disappears from a text", () => {
	const piece = fc.oneof(
		fc.constantFrom(
			"$(id)",
			"`id`",
			"$X",
			"PASSWORD=",
			"--token ",
			'"',
			"'",
			" ",
			"\n",
			"=",
			":",
			"://u:",
			"@",
			";",
			"|",
		),
		fc.constantFrom(...SAMPLES.map(([, secret]) => secret)),
		fc.string({ maxLength: 6 }),
	);
	const expansions = (text: string) => text.match(/\$\(id\)|`|\$X/g)?.join("") ?? "";
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 15 }), (pieces) => {
			const text = pieces.join("");
			assert.equal(expansions(redact(text).text), expansions(text));
		}),
		{ numRuns: 3000 },
	);
});

test("what is no secret stays as it is", () => {
	const sha1 = createHash("sha1").update("x").digest("hex");
	const sha256 = createHash("sha256").update("x").digest("hex");
	for (const text of [
		`git show ${sha1}`,
		`"resolved": "${sha1}", "integrity": "sha512-${Buffer.from(sha256).toString("base64")}"`,
		Buffer.from("plain base64 code of some length, as it stands in sources").toString("base64"),
		"MAX_TOKENS=4096 TOKEN_URL=https://x PWD=/home/ann OLDPWD=/ PASS_COUNT=12345678",
		"const token = getToken(); const key = map.key1; password: string;",
		"{ apiKey: process.env.API_KEY, token: config.auth.token1 }",
		'"password": "", secret: null, token: undefined, TOKEN=true',
		"password = os.environ['X']",
		"https://example.org:8080/@scope/pkg ssh://git@host/x mailto:a@b.c",
		"Authorization: required",
		"sk-learn-with-a-long-kebab-name npm_config_cache ghp_ AKIA eyJ",
		"tokenize secretary passwordless keyboard",
		"",
	])
		assert.deepEqual(redact(text), { text, redacted: false });
});

test("redacting twice is redacting once", () => {
	const secret = fc.constantFrom(...SAMPLES.map(([, text]) => text), mixed(12), "short", pem(privateLabel, mixed(64)));
	const frame = fc.constantFrom(
		"PASSWORD=#",
		"--token #",
		'"password": "#"',
		"Authorization: Bearer #",
		"x://u:#@h",
		"token: #",
		"#",
		"'#'$(x)",
	);
	const phrase = fc.tuple(frame, secret).map(([around, text]) => around.replace("#", () => text));
	fc.assert(
		fc.property(fc.array(fc.tuple(phrase, fc.constantFrom(" ", "\n", "; ")), { maxLength: 8 }), (phrases) => {
			const once = redact(phrases.flat().join("")).text;
			assert.deepEqual(redact(once), { text: once, redacted: false });
		}),
		{ numRuns: 2000 },
	);
});

test("any text goes through, and what is not masked is not changed", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
			const result = redact(text);
			assert.equal(result.redacted, result.text !== text);
		}),
		{ numRuns: 2000 },
	);
});

test("lines made to be slow are done in a time that grows with their length, not with its square, up to 5 MB", () => {
	const patterns = [
		...'a|a |a=b |token=|token="|token=\'x |token=\\"|authorization:|Authorization: Bearer x |://|x://u:p@h |eyJ'.split(
			"|",
		),
		..."eyJaaaaaaaaa.|eyJaaaaaaaaa.eyJ|sk-|glpat-|--token |$(|`|cookie: a=b;|bearer |token=a$b |token:\n|a.".split("|"),
		"-----BEGIN PRIVATE KEY-----",
		`-----BEGIN PRIVATE KEY-----\n${"A".repeat(22)}`,
		`AKIA${upper(16)}$`,
		...["mysql -p ", "curl ", "curl -u a:b ", "-p ", "set A_TOKEN ", "config set ", "login a password ", "login a "],
		...[":5432:a:b:", ":5432:a:", "_auth=YTpi ", "auth:", ";password=a;", "Server=x;Pwd=a", "<a>", "<token>x</token>"],
		...[
			"name: A_TOKEN value: x ",
			"name: A_TOKEN ",
			"echo a | ",
			"echo a|sudo ",
			"\\n",
			"\\",
			"\\u001b[0m",
			"\n-",
			"\n+a=b",
		],
		...[
			"\u001b[0m",
			"\u001b",
			"\u001b[31m-x",
			"\u001b]8;;",
			"MTa.",
			"sk.eyJ-",
			"eyJa-",
			"eyJ.",
			":AA",
			"Q~",
			"+ASt",
			"-us1",
		],
		...[
			"[redacted:a~8]",
			"[redacted:a~8]$x ",
			"[redacted:",
			"ghs_a.",
			"$x)",
			"$(a;",
			"a`",
			"A_TOKEN=a`",
			"cookie: a=b; c=$x; ",
		],
		...[
			"%41ghp_",
			"http://a:b@$x ",
			"jdbc:oracle:thin:a/",
			"sig=",
			"v1.0-a-",
			"Private-Lines: 1\n",
			"SetEnvironmentVariable(",
		],
		...[
			"password: |\n",
			"password: |\n  a1b2c3\n",
			"define('A_TOKEN', ",
			"with password '",
			"user a password ",
			"identified by ",
		],
		...["<<<", "<<< a", "chpasswd <<< a:b ", "echo a:b | ", "echo a:b|chpasswd ", "htpasswd -b ", "htpasswd -b a b c;"],
		...[
			"nmcli password ",
			"nmcli ",
			"net use ",
			"net use /user:a b;",
			"openssl -k ",
			"gh secret set ",
			"gh secret set -b a;",
			"nmcli \\\\\\\\",
			"psk=",
			"a'\"'",
		],
		...[`AKIA${upper(16)},`, "\u200b", "password\u200b\uff1d", "\uff1d", "\\u200b", "https://abcdefghijklmnopqrSt@"],
		`-----BEGIN PRIVATE KEY-----\n  1\t${"A".repeat(22)}\n`,
		`-----BEGIN PRIVATE KEY-----" +\n\\n`,
	];
	const module = new URL("../../../src/actions/redact.ts", import.meta.url);
	// With a square in it, a line that is eight times as long takes 64 times as long. What takes less than the others is
	// taken for as slow as they are: of a few milliseconds the collector's are most.
	const code = `import assert from "node:assert/strict";
		import { redact } from ${JSON.stringify(module.href)};
		const patterns = ${JSON.stringify(patterns)};
		const line = (pattern, length) => pattern.repeat(Math.ceil(length / pattern.length));
		function cost(runs, text) {
			let best = Infinity;
			for (let run = 0; run < runs; run++) {
				const before = process.cpuUsage();
				redact(text);
				const { user, system } = process.cpuUsage(before);
				best = Math.min(best, user + system);
			}
			return best;
		}
		const short = patterns.map((pattern) => cost(2, line(pattern, 64_000)));
		const usual = short.toSorted((a, b) => a - b)[short.length >> 1];
		for (const [at, pattern] of patterns.entries()) {
			const most = 24 * Math.max(short[at], usual);
			const long = line(pattern, 512_000);
			const found = cost(1, long);
			// Twice as long may be the collector's doing, not more.
			assert.ok(found <= most || (found <= 3 * most && cost(3, long) <= most), JSON.stringify(pattern) + ": " + found + " of " + most);
		}
		redact(patterns.map((pattern) => line(pattern, 5_000_000 / patterns.length)).join(" "));`;
	// With a square in it, the last line alone takes hours. A process of its own can be ended then.
	execFileSync(process.execPath, ["--input-type=module", "-e", code], { timeout: 300_000, stdio: "inherit" });
});

test("names are judged by their words", () => {
	for (const name of [
		..."PASSWORD DB_PASSWORD dbPassword GITHUB_TOKEN githubToken API_KEY apiKey x-api-key AWS_SECRET_ACCESS_KEY".split(
			" ",
		),
		..."client_secret SECRET_KEY_BASE private-token DB_PASS MYSQL_PWD STRIPE_SECRET1 passphrase accessToken authorization".split(
			" ",
		),
	])
		assert.ok(isSecretName(name), name);
	for (const name of [
		..."PWD OLDPWD PASS MAX_TOKENS tokenizer TOKEN_URL token_type passwordField publicKey PUBLIC_KEY key keyboard monkey".split(
			" ",
		),
		..."AWS_ACCESS_KEY_ID primaryKey secretName compass bypass path author".split(" "),
	])
		assert.ok(!isSecretName(name), name);
});

test("in JSON, strings, names and values under secret names are masked, and the shape stays", () => {
	const key = `AKIA${upper(16)}`;
	const value = {
		command: `aws --key ${key}`,
		env: { API_KEY: "x y;z", TOKEN: "$TOKEN", COUNT: 3, PASSWORD: null },
		args: ["--token", "abc", "--user", "ann"],
		[key]: [true, { secret: "s" }],
	};
	const result = redactJson(value);
	assert.deepEqual(result, {
		redacted: true,
		value: {
			command: "aws --key [redacted:aws-key-id~24]",
			env: { API_KEY: "[redacted:key~8]", TOKEN: "$TOKEN", COUNT: 3, PASSWORD: null },
			args: ["--token", "[redacted:token~8]", "--user", "ann"],
			"[redacted:aws-key-id~24]": [true, { secret: "[redacted:secret~8]" }],
		},
	});
	assert.deepEqual(redactJson(result.value), { value: result.value, redacted: false });
});

test("in JSON without secrets nothing changes, and nothing gets lost", () => {
	fc.assert(
		fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
			const result = redactJson(value as never);
			if (!result.redacted) assert.equal(canonical(result.value), canonical(value));
		}),
	);
	const strange = JSON.parse('{"__proto__":{"a":1},"constructor":"x"}');
	assert.equal(JSON.stringify(redactJson(strange).value), JSON.stringify(strange));
	const [a, b] = [`ghp_${mixed(36)}`, `ghp_${mixed(36).toLowerCase()}`];
	assert.equal(Object.keys(redactJson({ [a]: 1, [b]: 2 }).value).length, 2);
});

test("JSON that is nested without end is refused, not followed", () => {
	let deep: never[] = [];
	for (let i = 0; i < 100_000; i++) deep = [deep] as never[];
	assert.throws(() => redactJson(deep), TooDeepError);
});
