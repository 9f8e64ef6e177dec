// verify.html as it comes in a bundle, opened from a file in Chromium: the right verdict for good and for changed data, with
// and without the fingerprint, and hostile strings that stay text.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import { zipSync } from "fflate";
import type { Browser, Page } from "playwright-core";
import type { EntryType } from "../../src/audit/entry.ts";
import { newSigningKey, publicKeyHex, signerFromPem } from "../../src/audit/keys.ts";
import { buildVerifyPage } from "../../webview/verify/build.mjs";
import { HOSTILE, rootIn, type SampleLog, sampleLog } from "../support/auditLog.ts";
import { checkout } from "../support/host/install.ts";
import { describeViolations, launchBrowser } from "../support/webviewHarness/page.ts";
import { bundleOf, dropWithExcuse, restore, snapshot, unpack } from "../unit/audit/bundle/support.ts";
import { placeIn, requested, tempDir } from "../unit/audit/support.ts";

describe("verify.html", () => {
	let base: string;
	let log: SampleLog;
	let key: string;
	let browser: Browser;
	let html: string;
	let good: string;
	let bad: string;
	let count = 0;

	before(async () => {
		base = tempDir(undefined);
		const { home } = placeIn(base);
		log = await sampleLog(home, rootIn(base));
		await log.journal.close();
		key = publicKeyHex(home.signer().publicKey);
		html = await buildVerifyPage({ production: true });
		good = await bundle(log.sessions.good);
		bad = await bundle(log.sessions.bad);
		browser = await launchBrowser();
	});
	after(async () => {
		await browser?.close();
		rmSync(base, { recursive: true, force: true });
	});

	/** A log whose gate still runs: an action decided here and, first, in the agent's own prompt; evidence. */
	async function raced(verdict: string): Promise<{ dir: string; digest: string }> {
		const journal = await placeIn(join(base, `raced-${verdict}`)).open("one");
		const add = (type: EntryType, body: object) => journal.append(type, body, { session: "s1" });
		const approver = { osUser: "ada", claims: {}, assurance: 1 };
		const decision = { by: "person", verdict: "allow", approver, channel: "editor" };
		await add("session.started", { agent: "claude-code", claimed: {} });
		await add("action.requested", requested("r1"));
		await add("action.decided", { request: "r1", actionMac: "a".repeat(64), decision, offered: true });
		const settled = { request: "r1", by: "terminal", verdict, approver: "unidentified", inferred: true };
		await add("action.settled", { ...settled, ...(verdict === "allow" ? { agentRule: true } : {}) });
		const result = await journal.evidence.put(Buffer.from("what it did"));
		await add("action.executed", { request: "r1", outcome: "done", result, claimed: {} });
		await add("session.ended", { claimed: {} });
		const { zip } = await bundleOf(journal.dir, "s1", { page: async () => html });
		return { dir: unpack(zip, join(base, `b${++count}`)), digest: result.digest };
	}

	async function bundle(session: string, embed?: { entries: number; evidence: number }): Promise<string> {
		const { zip } = await bundleOf(log.dir, session, { page: async () => html, ...(embed ? { embed } : {}) });
		return unpack(zip, join(base, `b${++count}`));
	}

	/** A page as an attacker would leave it: built like ours, with other data in it. */
	function withData(dir: string, change: (files: Map<string, Buffer>) => void): string {
		const files = snapshot(dir);
		for (const name of ["README.txt", "VERIFY.md", "verify.html", "SHA256SUMS"]) files.delete(name);
		change(files);
		const data = Buffer.from(zipSync(Object.fromEntries(files))).toString("base64");
		const into = join(base, `p${++count}`);
		mkdirSync(into);
		writeFileSync(join(into, "verify.html"), html.replace("@@GATEPOST_BUNDLE@@", data));
		return into;
	}

	interface Opened {
		page: Page;
		problems: string[];
	}

	async function open(dir: string, scheme: "light" | "dark" = "light"): Promise<Opened> {
		const context = await browser.newContext({
			colorScheme: scheme,
			viewport: { width: 900, height: 900 },
			offline: true,
		});
		const page = await context.newPage();
		const problems: string[] = [];
		page.on("pageerror", (error) => problems.push(error.message));
		page.on("console", (message) => problems.push(message.text()));
		page.on("request", (request) => {
			if (!request.url().startsWith("file:")) problems.push(`asked for ${request.url()}`);
		});
		page.on("dialog", (dialog) => {
			problems.push(`dialog ${dialog.message()}`);
			return dialog.dismiss();
		});
		await page.goto(pathToFileURL(join(dir, "verify.html")).href);
		return { page, problems };
	}

	const verdict = (page: Page) => page.locator("#verdict").innerText();

	async function violations(page: Page): Promise<string> {
		await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
		const results = await page.evaluate('axe.run({ preload: false, resultTypes: ["violations"] })');
		return describeViolations((results as AxeResults).violations);
	}

	async function shoot(page: Page, name: string): Promise<void> {
		mkdirSync(join(checkout, "out/screenshots"), { recursive: true });
		await page.screenshot({
			path: join(checkout, `out/screenshots/verify-${name}.png`),
			fullPage: true,
			animations: "disabled",
		});
	}

	for (const scheme of ["light", "dark"] as const)
		it(`says of a good bundle what it may say, and has no axe violation, ${scheme}`, async () => {
			const { page, problems } = await open(good, scheme);
			assert.match(await verdict(page), /Consistent, signer unknown/);
			assert.equal(await page.locator(".key").first().innerText(), key);
			assert.equal(await violations(page), "");
			await shoot(page, `good-${scheme}`);
			await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
			assert.equal(await violations(page), "");
			await page.getByLabel(/^Fingerprint/).fill(key.toUpperCase());
			await page.keyboard.press("Enter");
			assert.match(await verdict(page), /Verified/);
			assert.equal(await violations(page), "");
			await page.getByLabel(/^Fingerprint/).fill("0".repeat(64));
			await page.getByRole("button", { name: "Compare" }).click();
			assert.match(await verdict(page), /Signed by another key/);
			assert.equal(await violations(page), "");
			await page.getByLabel(/^Fingerprint/).fill("what");
			await page.keyboard.press("Enter");
			assert.match(await page.getByRole("alert").innerText(), /64 digits/);
			assert.equal(await violations(page), "");
			assert.deepEqual(problems, []);
			await page.context().close();
		});

	it("tells the story: who started it, prompts, decisions, diffs, results", async () => {
		const { page } = await open(good);
		const text = await page.locator(".story").innerText();
		for (const part of [
			"The session began",
			"ada",
			"fix-login",
			"The login form forgets the user.",
			"git status --short",
			"rule floor.shell.git",
			"Ada Lovelace (ada)",
			"editor",
			"remember(user);",
			"The session ended",
		])
			assert.ok(text.includes(part), part);
		assert.equal(await page.locator(".diff .added").count(), 1);
		assert.match(await page.locator(".diff .added").innerText(), /remember\(user\);/);
		await page.context().close();
	});

	it("keeps hostile strings as text, all of them visible", async () => {
		const { page, problems } = await open(bad);
		assert.match(await verdict(page), /Consistent, signer unknown/);
		assert.equal(await page.title(), "Receipt of an audit log");
		assert.equal(await page.locator("img, main script").count(), 0);
		const text = await page.locator("main").innerText();
		assert.ok(text.includes(HOSTILE.html));
		assert.ok(text.includes("⟦U+202E⟧") && text.includes("⟦U+001B⟧"));
		assert.doesNotMatch(text, /[\u202e\u001b\u2066]/);
		assert.match(text, /The session has no end here/);
		assert.match(text, /What the agent reports it ran is not what was decided on/);
		await shoot(page, "hostile");
		await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
		assert.doesNotMatch(await page.locator("main").innerText(), /[\u202e\u001b\u2066]/);
		assert.equal(await violations(page), "");
		assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
		assert.deepEqual(problems, []);
		await page.context().close();
	});

	const entriesOf = (files: Map<string, Buffer>) => [...files.keys()].find((name) => name.startsWith("entries/")) ?? "";
	const edited = (from: string, to: string) => (files: Map<string, Buffer>) => {
		const name = entriesOf(files);
		files.set(name, Buffer.from((files.get(name) ?? Buffer.alloc(0)).toString().replace(from, to)));
	};
	const otherKey = publicKeyHex(signerFromPem(newSigningKey(), "file").publicKey);
	const changes: Record<string, [RegExp, (files: Map<string, Buffer>) => void]> = {
		"an entry edited": [/edited.*entries\//, edited("npm test -- --reporter=dot", "npm test -- --reporter=d0t")],
		"an entry removed": [
			/removed.*entries\//,
			(files) => {
				const name = entriesOf(files);
				const lines = (files.get(name) ?? Buffer.alloc(0)).toString().split("\n");
				files.set(name, Buffer.from(lines.toSpliced(8, 1).join("\n")));
			},
		],
		"evidence swapped": [
			/evidence-altered/,
			(files) => {
				const [one = "", two = ""] = [...files.keys()].filter((name) => name.startsWith("evidence/"));
				files.set(one, files.get(two) ?? Buffer.alloc(0));
			},
		],
		"evidence removed": [
			/evidence-missing/,
			(files) => files.delete([...files.keys()].find((name) => name.startsWith("evidence/")) ?? ""),
		],
		"another signature": [
			/bad-checkpoint/,
			(files) => files.set([...files.keys()].find((name) => name.endsWith(".sig")) ?? "", Buffer.alloc(64, 7)),
		],
		"another key": [/wrong-key|bad-checkpoint/, (files) => edited(key, otherKey)(files)],
		"the tail cut": [
			/manifest\.json/,
			(files) => {
				const name = entriesOf(files);
				const lines = (files.get(name) ?? Buffer.alloc(0)).toString().split("\n");
				files.set(name, Buffer.from(`${lines.slice(0, 20).join("\n")}\n`));
			},
		],
	};
	for (const [what, [named, change]] of Object.entries(changes))
		it(`finds and names ${what}`, async () => {
			const { page, problems } = await open(withData(good, change));
			assert.match(await verdict(page), /Problems found/);
			assert.match(await page.locator(".problems").innerText(), named);
			assert.equal(await violations(page), "");
			assert.deepEqual(problems, []);
			// The right fingerprint makes nothing good of it.
			await page.getByLabel(/^Fingerprint/).fill(key);
			await page.keyboard.press("Enter");
			assert.match(await verdict(page), /Problems found/);
			await page.context().close();
		});

	it("tells an action by the answer that counted, whatever was answered in the editor", async () => {
		for (const [inTerminal, outcome, who] of [
			["deny", "denied", "unidentified, in the terminal"],
			["allow", "allowed", "a rule of the agent's own"],
		] as const) {
			const { page } = await open((await raced(inTerminal)).dir);
			assert.match(await verdict(page), /Consistent/);
			const step = page.locator(".story article", { hasText: "echo r1" });
			assert.equal(await step.locator(".outcome").innerText(), outcome);
			const facts = await step
				.locator("dl > div")
				.evaluateAll((rows) => rows.map((row) => [...row.children].map(({ textContent }) => textContent).join(": ")));
			assert.ok(facts.includes(`${outcome} by: ${who}`), facts.join("\n"));
			assert.ok(facts.includes("allowed, without effect, by: ada"), facts.join("\n"));
			assert.ok(!facts.includes("allowed by: ada"));
			await page.context().close();
		}
	});

	it("does not take the word of a removal of evidence that nothing signs", async () => {
		const { dir, digest } = await raced("deny");
		const { page } = await open(withData(dir, (files) => dropWithExcuse(files, digest)));
		assert.match(await verdict(page), /Problems found/);
		assert.match(await page.locator(".problems").innerText(), /evidence-missing/);
		await page.context().close();
	});

	it("checks the zip and the unpacked files against its data", async () => {
		const { page, problems } = await open(good);
		await verdict(page);
		await page.getByLabel("The zip, or all files").setInputFiles(`${good}.zip`);
		await page.getByText("They are the same as the data in this page").waitFor();
		assert.match(await verdict(page), /Consistent, signer unknown/);
		await page.getByLabel("The zip, or all files").setInputFiles(`${bad}.zip`);
		await page.getByText("They are not the same as the data in this page").waitFor();

		const changed = join(base, `c${++count}`);
		const files = snapshot(good);
		const [evidence = ""] = [...files.keys()].filter((name) => name.startsWith("evidence/"));
		files.set(evidence, Buffer.from("other"));
		restore(changed, files);
		await page.getByLabel("The folder").setInputFiles(changed);
		await page.getByText("evidence-altered").waitFor();
		assert.match(await verdict(page), /Problems found/);
		assert.equal(await violations(page), "");
		await page
			.getByLabel("The zip, or all files")
			.setInputFiles({ name: "x.zip", mimeType: "application/zip", buffer: Buffer.from("no zip") });
		await page.getByRole("alert").waitFor();
		assert.deepEqual(problems, []);
		await page.context().close();
	});

	it("says what is too large to be in it", async () => {
		const few = await open(await bundle(log.sessions.good, { entries: 1e9, evidence: 100 }));
		assert.match(await few.page.locator(".notes").innerText(), /pieces of evidence are too large for this page/);
		assert.match(await verdict(few.page), /Consistent/);
		const dir = await bundle(log.sessions.good, { entries: 10, evidence: 100 });
		const none = await open(dir);
		await none.page.getByText("This receipt is too large to be in its page").waitFor();
		assert.equal(await violations(none.page), "");
		await none.page.getByLabel("The zip, or all files").setInputFiles(`${dir}.zip`);
		assert.match(await verdict(none.page), /Consistent, signer unknown/);
		await few.page.context().close();
		await none.page.context().close();
	});

	it("runs nothing but its own script", async () => {
		const dir = join(base, `x${++count}`);
		mkdirSync(dir);
		const page = readFileSync(join(good, "verify.html"), "utf8");
		writeFileSync(
			join(dir, "verify.html"),
			page.replace(
				"</body>",
				"<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"></body>",
			),
		);
		const opened = await open(dir);
		await verdict(opened.page);
		assert.equal(await opened.page.title(), "Receipt of an audit log");
		assert.ok(opened.problems.some((one) => /Content Security Policy/.test(one)));
		await opened.page.context().close();
	});
});
