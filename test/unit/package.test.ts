// What is in the vsix, and that both marketplaces take it. Packages a copy of the checkout, so that a build of another
// test is not disturbed, with stray files beside the real ones.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runTool } from "../support/host/tool.ts";
import { bundledPackages, noticeOf } from "../support/notices.ts";
import { MAX_VSIX_BYTES } from "../support/package.ts";
import { decode } from "../support/png.ts";
import { readZip } from "../support/zip.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const own = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));

/** Everything that ships. A new file belongs here only when the extension reads it, or a marketplace shows it. */
const CONTENTS = [
	"[Content_Types].xml",
	"extension.vsixmanifest",
	"extension/LICENSE.txt",
	"extension/SECURITY.md",
	"extension/THIRD-PARTY-NOTICES.txt",
	"extension/changelog.md",
	"extension/dist/core.cjs",
	"extension/dist/extension.cjs",
	"extension/dist/gatepost.cjs",
	"extension/dist/hook.cjs",
	"extension/dist/log.cjs",
	"extension/dist/snapshot.cjs",
	"extension/dist/sql-wasm.wasm",
	"extension/dist/verify.html",
	"extension/dist/webview/audit.css",
	"extension/dist/webview/audit.js",
	"extension/dist/webview/pending.css",
	"extension/dist/webview/pending.js",
	"extension/dist/worker.cjs",
	"extension/media/gatepost.svg",
	"extension/media/icon.png",
	"extension/media/policy.schema.json",
	"extension/media/walkthrough/answer.md",
	"extension/media/walkthrough/connect.md",
	"extension/media/walkthrough/log.md",
	"extension/media/walkthrough/policy.md",
	"extension/package.json",
	"extension/package.nls.json",
	"extension/readme.md",
];

/** Files that lie about in a checkout and must not ship. */
const STRAYS = [
	".env",
	"notes.txt",
	"dist/left-over.cjs",
	"dist/webview/left-over.js",
	"media/draft.png",
	"l10n/old.txt",
];

const dir = mkdtempSync(join(tmpdir(), "gatepost-package-"));
const root = join(dir, "checkout");
let vsix: Buffer;
let files: Map<string, Buffer>;

before(async () => {
	const left = new Set(["node_modules", "dist", "out", "coverage", ".git"]);
	cpSync(checkout, root, { recursive: true, filter: (path) => !left.has(basename(path)) });
	symlinkSync(join(checkout, "node_modules"), join(root, "node_modules"));
	const build = join(root, "esbuild.mjs");
	// The build empties dist/, so these are put there by the build itself.
	writeFileSync(
		build,
		`${readFileSync(build, "utf8")}\nfor (const name of ${JSON.stringify(STRAYS)}) writeFileSync(join(here, name), "stray");\n`,
	);
	const path = join(dir, "out.vsix");
	await runTool(process.execPath, ["test/support/package.ts", path], { cwd: root });
	vsix = readFileSync(path);
	files = readZip(vsix);
});

after(() => rmSync(dir, { recursive: true, force: true }));

function text(name: string): string {
	const bytes = files.get(name);
	assert.ok(bytes, `${name} is in the vsix`);
	return bytes.toString("utf8");
}

describe("the vsix", () => {
	test("holds exactly the files of the list", () => {
		assert.deepEqual([...files.keys()].sort(), CONTENTS);
	});

	test("is under 3 MB", () => {
		assert.ok(vsix.length < MAX_VSIX_BYTES, `${vsix.length} bytes`);
		assert.equal(MAX_VSIX_BYTES, 3 * 1024 * 1024);
	});

	test("has neither source maps nor a test seam nor a path of the machine it was built on", () => {
		for (const name of CONTENTS.filter((name) => name.startsWith("extension/dist/"))) {
			const content = text(name);
			assert.doesNotMatch(content, /sourceMappingURL/, name);
			assert.doesNotMatch(content, /GATEPOST_TEST/, name);
			assert.ok(!content.includes(dir) && !content.includes(checkout), `${name} names a folder of this machine`);
		}
	});

	test("needs no package at run time, and no proposed API", () => {
		const manifest = JSON.parse(text("extension/package.json"));
		assert.equal(manifest.dependencies, undefined);
		assert.equal(manifest.extensionDependencies, undefined);
		assert.equal(manifest.enabledApiProposals, undefined);
		assert.doesNotMatch(text("extension.vsixmanifest"), /EnabledApiProposals" Value="[^"]/);
		const builtins = /\brequire\("(?!node:)([a-z0-9_@/-]+)"\)/g;
		const known =
			/^(vscode|module|buffer|crypto|events|http|https|net|stream|tls|url|util|zlib|querystring|os|fs|path)$/;
		// ws asks for these two in a try block.
		const optional = new Set(["bufferutil", "utf-8-validate"]);
		for (const name of ["extension", "core", "gatepost", "hook"]) {
			const beside = [...text(`extension/dist/${name}.cjs`).matchAll(/(?:require|import)\("\.\/([^"]+)"\)/g)];
			for (const [, file] of beside) assert.ok(files.has(`extension/dist/${file}`), `${name}.cjs asks for ${file}`);
			const asked = [...text(`extension/dist/${name}.cjs`).matchAll(builtins)].map((match) => match[1] ?? "");
			const strange = asked.filter((module) => !known.test(module) && !optional.has(module));
			assert.deepEqual(strange, [], `${name}.cjs asks for modules that are not there`);
		}
	});

	test("has programs that start: no module is missing at run time", async () => {
		const program = join(dir, "gatepost.cjs");
		writeFileSync(program, files.get("extension/dist/gatepost.cjs") ?? "");
		const env = { PATH: process.env.PATH, HOME: dir };
		assert.equal((await runTool(process.execPath, [program, "--version"], { env })).trim(), own.version);
		const listed = await runTool(process.execPath, [program, "agents", "list", "--json"], { env });
		assert.equal(JSON.parse(listed.split("\n")[0] ?? "").agent, "claude-code");
	});

	test("has a 128 px icon that is not transparent all over", () => {
		const { width, height, colours } = decode(files.get(`extension/${own.icon}`) ?? Buffer.alloc(0));
		assert.deepEqual([width, height], [128, 128]);
		assert.ok(new Set(colours).size > 3);
	});

	test("has a readme whose pictures and links work outside the repository", () => {
		const links = [...text("extension/readme.md").matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)];
		const targets = links.map((match) => match[1] ?? match[2] ?? "");
		assert.ok(targets.length > 0);
		assert.deepEqual(
			targets.filter((target) => !/^(https:\/\/|#)/.test(target)),
			[],
		);
		const readme = readFileSync(join(checkout, "README.md"), "utf8");
		const inside = [...readme.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
		const missing = inside.filter((target) => !target.includes("://") && !existsSync(join(checkout, target)));
		assert.deepEqual(missing, [], "links to files that are not there");
	});

	test("holds none of zod's translations: they come along whenever its namespace is passed on as a value", () => {
		const metafiles: { outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }> }[] = JSON.parse(
			readFileSync(join(root, "dist/meta.json"), "utf8"),
		);
		const inputs = metafiles.flatMap(({ outputs }) =>
			Object.values(outputs).flatMap((one) => Object.entries(one.inputs)),
		);
		const bundled = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([name]) => name);
		assert.ok(bundled.some((name) => name.includes("zod/v4/core/")));
		assert.deepEqual(
			bundled.filter((name) => name.includes("zod/v4/locales/") && !/\/(en|index)\.js$/.test(name)),
			[],
		);
	});

	test("has the licence text of each package that is bundled, and names no other", () => {
		const notices = text("extension/THIRD-PARTY-NOTICES.txt");
		const metafiles = JSON.parse(readFileSync(join(root, "dist/meta.json"), "utf8"));
		const folders = bundledPackages(metafiles, root);
		const names = folders.map((folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name);
		for (const name of ["ws", "zod", "preact", "commander", "@vscode/webview-ui-toolkit"]) {
			assert.ok(names.includes(name), `${name} is bundled`);
		}
		const headed = [...notices.matchAll(/^-{80}\n\n(\S+) \S+ \(.+\)$/gm)].map((match) => match[1]);
		assert.deepEqual(headed, names.sort());
		assert.ok(notices.includes(readFileSync(join(checkout, "node_modules/ws/LICENSE"), "utf8").trim()));
	});
});

describe("the notices", () => {
	test("leave out a package of which not a byte is in the output", () => {
		const inputs = {
			"node_modules/used/index.js": { bytesInOutput: 10 },
			"node_modules/shaken/index.js": { bytesInOutput: 0 },
			"node_modules/@of/scope/lib/a.js": { bytesInOutput: 1 },
			"node_modules/used/node_modules/inner/a.js": { bytesInOutput: 1 },
			"src/extension.ts": { bytesInOutput: 5 },
		};
		assert.deepEqual(bundledPackages([{ outputs: { "dist/a.js": { inputs } } }], "/r"), [
			"/r/node_modules/@of/scope",
			"/r/node_modules/used",
			"/r/node_modules/used/node_modules/inner",
		]);
	});

	test("stop the build for a package without a licence text, and say which", () => {
		const folder = join(dir, "without");
		mkdirSync(folder);
		writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "without", version: "1.0.0", license: "MIT" }));
		assert.throws(() => noticeOf(folder, "MIT text"), /without 1\.0\.0 \(licence MIT\).*has no licence text/);
		// A NOTICE alone is no licence.
		writeFileSync(join(folder, "NOTICE"), "notice");
		assert.throws(() => noticeOf(folder, "MIT text"), /has no licence text/);
		writeFileSync(join(folder, "LICENSE.md"), "the text");
		assert.equal(noticeOf(folder, "MIT text").text, "the text\n\nnotice");
	});
});

describe("the manifest", () => {
	test("asks for the VS Code that the types are of", () => {
		assert.equal(own.engines.vscode, `^${own.devDependencies["@types/vscode"]}`);
		const installed = JSON.parse(readFileSync(join(checkout, "node_modules/@types/vscode/package.json"), "utf8"));
		assert.equal(installed.version, own.devDependencies["@types/vscode"]);
	});

	test("says what both marketplaces ask for", () => {
		for (const field of [
			"publisher",
			"displayName",
			"description",
			"license",
			"repository",
			"bugs",
			"homepage",
			"icon",
		])
			assert.ok(own[field], field);
		assert.match(own.repository.url, /^https:\/\//);
		assert.ok(own.keywords.length <= 30);
		assert.deepEqual(own.extensionKind, ["workspace"]);
		assert.equal(own.capabilities.untrustedWorkspaces.supported, "limited");
		assert.equal(own.capabilities.virtualWorkspaces.supported, false);
	});

	test("has a text for each %key%, and no text without one", () => {
		const texts = JSON.parse(readFileSync(join(checkout, "package.nls.json"), "utf8"));
		const used = [...JSON.stringify(own).matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]);
		assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
	});

	test("lets no folder change a setting", () => {
		const properties: Record<string, { scope: string }> = own.contributes.configuration.properties;
		for (const [name, { scope }] of Object.entries(properties)) {
			assert.match(scope, /^(machine|application)$/, name);
		}
	});
});
