// What is no secret, in bulk: nothing of it is masked.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { redact } from "../../../src/actions/redact.ts";
import { Maker, randomOf } from "../../fixtures/secrets/samples.ts";

const ESC = String.fromCharCode(27);
const make = new Maker(randomOf(4711));
const bytes = (length: number) => Buffer.from(make.base64(length), "base64");
const many = (count: number, one: (n: number) => string, between = "\n") =>
	Array.from({ length: count }, (_, n) => one(n)).join(between);

/** What was masked of a text, with some of what stands around it. */
function masked(text: string): string[] {
	const safe = redact(text).text;
	return [...safe.matchAll(/.{0,60}\[redacted:[^\]]*\].{0,30}/g)].map(([found]) => found);
}

const TEXTS: Record<string, () => string> = {
	"git hashes": () => many(500, () => `commit ${make.of("hex", 40)}\nparent ${make.of("hex", 40).toUpperCase()}`),
	"git hashes in colour": () => many(50, () => `${ESC}[33m${make.of("hex", 40)}${ESC}[m fix`),
	"SHA-256 hashes": () => many(500, () => `${make.of("hex", 64)}  dist/app.js`),
	"image digests": () => many(50, () => `image: r.example.org/app@sha256:${make.of("hex", 64)}`),
	UUIDs: () => many(500, () => `id: ${make.uuid()}`),
	"base64 of binaries": () => many(40, () => make.base64(20_000)),
	"base64 of binaries in lines": () => many(20, () => make.base64(5000).replace(/.{76}/g, "$&\n"), "\n\n"),
	"base64 with many zeros": () =>
		many(200, (n) => Buffer.concat([Buffer.alloc(n), bytes(300), Buffer.alloc(40), bytes(n * 3)]).toString("base64")),
	"base64 of packed code": () =>
		globSync("src/actions/*.ts")
			.map((file) => deflateSync(readFileSync(file)).toString("base64"))
			.join("\n"),
	"base64 of code": () =>
		globSync("src/policy/*.ts")
			.map((file) => readFileSync(file).toString("base64"))
			.join("\n"),
	"base64 url": () => many(40, () => bytes(3000).toString("base64url")),
	"data: URLs": () => many(20, () => `background: url("data:image/png;base64,${make.base64(2000)}");`),
	"source maps": () => `//# sourceMappingURL=data:application/json;base64,${make.base64(5000)}`,
	"integrity of lock files": () =>
		many(
			300,
			(n) =>
				`"p${n}": {"resolved": "https://registry.npmjs.org/p${n}/-/p.tgz", "integrity": "sha512-${make.base64(64)}"}`,
		),
	"yarn.lock": () =>
		many(
			100,
			(n) =>
				`p${n}@^1.0.0:\n  version "1.0.${n}"\n  integrity sha512-${make.base64(64)}\n  checksum: ${make.of("hex", 128)}`,
		),
	"go.sum": () =>
		many(
			200,
			(n) => `github.com/x/y${n} v1.2.3 h1:${make.base64(32)}\ngithub.com/x/y v1.2.3/go.mod h1:${make.base64(32)}`,
		),
	"Cargo.lock": () =>
		many(100, (n) => `[[package]]\nname = "token-${n}"\nversion = "1.0.0"\nchecksum = "${make.of("hex", 64)}"`),
	"subresource integrity": () =>
		many(20, () => `<script src="x.js" integrity="sha384-${make.base64(48)}" crossorigin></script>`),
	"public keys": () =>
		many(20, () => `ssh-ed25519 ${make.base64(51)} ann@host\nssh-rsa AAAAB3NzaC1yc2EAAAADAQAB${make.base64(270)} x`),
	"public key blocks": () => {
		const { publicKey } = generateKeyPairSync("ed25519");
		return publicKey.export({ type: "spki", format: "pem" }).toString();
	},
	certificates: () => many(5, () => make.pem("CERTIFICATE", 20)),
	"certificates in a kubeconfig": () =>
		`certificate-authority-data: ${Buffer.from(make.pem("CERTIFICATE", 20)).toString("base64")}`,
	addresses: () => many(100, () => `${many(8, () => make.of("hex", 4), ":")} via fe80::1 52:54:00:12:34:56`),
	"places of compilers": () =>
		"src/a.ts:1024:5:error:TS2345\nmain.c:1200:10: warning: x\nfile.go:2048:9:undefined:foo\nTue:2024:10:11:12:13",
	times: () => "2025-01-02T03:04:05.678Z 1735786800:1735786900 12:34:56",
	"minified code": () =>
		'!function(e,t){"use strict";var n=e.token,r=e.password,s=t.getElementsByClassName;function o(e){return e.key}' +
		'a={apiKey:n,token:r,password:o(e).value,secretKey:void 0},e.token=t,c.setToken(n),l=i?"password":"text",' +
		'u.authorization=h(n),s.token===null||s.getElementsByTagName2(1),d={type:"password",name:"password"}}(window,document);',
	"code that talks of tokens": () => `
import { tokenize, Token } from "./tokenizer";
const token = lexer.next(); let secret: string | undefined; private apiKey?: string;
if (token.type === TokenType.Password) { password = await prompt("Password: "); }
export interface Options { token: string; password: string; apiKey: ApiKey; secret?: Secret }
const key = keys[0]; const authToken = req.headers.authorization?.split(" ")[1];
password = os.environ["DB_PASSWORD"]; token = config.get("token"); secret = get_secret(name="x")
def login(user, password=None, token=DEFAULT): return client(token=token, password=password)
fmt.Println("token:", token); passwordField.setText(""); max_tokens=4096, tokens: 12345
The token is base64url-encoded, the secret is never logged. Bearer tokens and basic authentication are supported.
GITHUB_TOKEN: \${{ secrets.GITHUB_TOKEN }}
PASSWORD_FILE=/run/secrets/db TOKEN_URL=https://example.org/token SSH_KEY_PATH=~/.ssh/id_ed25519
basic configuration guide, bearer-of-bad-news
docker run -p 8080:80 -u 1000:1000 x; ssh -p 2222 -i key ann@host; mkdir -p a/b; cp -p x y; sort -u a:b; ls -a x
mysql -h db -u root -p shop; curl -u "$USER:$PASS" https://h; set -e; set -o pipefail; config set user.name Ann
# set token handling to strict; ENV NODE_ENV production; export PATH=/usr/bin:/bin
login: the user enters a password twice. machine learning. name: password\n  type: string
`,
	"commands and files that look like those with secrets": () => `
token: |
  reboot
  rm -rf ~/x1
  /sbin/halt2
  ./run2.sh
description: |
  abcdef123456 is the build
define('DB_HOST', 'db1.example.org'); define("VERSION", "1.2.3rc4");
Log in with password authentication. A user with password "x" and a role identified by 'its name; see (4)'.
The user password must be changed; identified by id a1b2c3d4e5; GRANT ALL ON x TO 'app'@'%' WITH GRANT OPTION;
cat <<< input1234567 | wc; docker login r.io -u ann --password-stdin < token.txt; chpasswd < users.txt
echo 'a:b1c2d3e4' | tee x; man chpasswd; htpasswd -c file ann; htpasswd -v file ann1234567
openssl req -key k1234567.pem -keyout out1234567.pem; openssl x509 -in a; gh secret list; gh secret set NAME < value.txt
gh pr create --body text1234567 -b main1234; nmcli con show wifi1234; nmcli dev wifi list
net use Z: //srv/share1234 /persistent:yes; net use; the net use of water12345; net user growth12345
AKIA, ASIA and ${make.of("hex", 40)}; desk=12345678a psknote compass1=abcdefg1 bypass=abcdefg1
https://averylongusernameofletters@host.example.org/x https://some.long-user.name@example.org
\u00e9t\u00e9 a\u200bb 日本語：token の説明 👩\u200d💻 名前＝値 tokens：値
`,
	"prose about URLs": () =>
		"see https://example.org:8080/@scope/x, mailto:a@b.c, git@github.com:a/b.git, user@host:/path, http://[::1]:80/",
	"words like prefixes": () =>
		"sk-learn-contrib npm_config_registry hf_hub_download gsk_ pat-terns re_compile fc-cache s.replaceAllOccurrencesOfX2 " +
		"key-value-store SKU12345 dapr dapi-docs secret_manager_client api-gateway-service sdk-metrics ops_team oauth:read " +
		"EAAA AKIA ASIA glc_ xoxb- access-control v1.0-beta cio oy2 dp.test MTU pul-request napi_rs api_org_name r8_ lin_api_ ntn_",
	"npm audit and test output": () =>
		many(50, (n) => `✔ token ${n} is masked (${n}.12345ms)\nok ${n} - password: required`),
	"environment without secrets": () =>
		"MAX_TOKENS=4096 PASS_COUNT=12 PWD=/home/ann KEYBOARD=us SECRETARY=ann TOKENIZERS_PARALLELISM=false",
};

for (const [name, text] of Object.entries(TEXTS))
	test(`nothing is masked: ${name}`, () => {
		const plain = text();
		assert.deepEqual(masked(plain), []);
		assert.deepEqual(masked(JSON.stringify({ output: plain })), [], "in JSON");
		assert.deepEqual(masked(plain.replace(/^/gm, "+")), [], "in a diff");
	});

test("in the sources of this project next to nothing is masked", () => {
	const files = [...globSync("src/**/*.ts"), ...globSync("webview/**/*.{ts,tsx}"), "package-lock.json"];
	const others = files.filter((file) => !file.startsWith("src/actions/redact"));
	assert.ok(others.length > 150);
	const found = others.flatMap((file) => masked(readFileSync(file, "utf8")).map((text) => `${file}: ${text}`));
	assert.ok(found.length < 10, found.join("\n"));
});
