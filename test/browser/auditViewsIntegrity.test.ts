import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import type { Integrity } from "../../src/protocol/auditPanel.ts";
import { BAD, GOOD, HEAD, hostile, KEY, log, ROOT, typical } from "./auditViewsHost.ts";
import { useViews, type ViewsPage } from "./auditViewsPage.ts";

describe("the verdict", () => {
	const views = useViews();
	const open = (integrity: Integrity) => views.open({ log: log({ integrity }) }, { view: "integrity" });
	const verdict = (view: ViewsPage) => view.page.locator(".av-verdict").textContent();

	it("says how far the log is consistent, and what that does not prove", async () => {
		const view = await views.open(typical(), { view: "integrity" });
		assert.match(
			(await verdict(view)) ?? "",
			/Consistent: 1,204 entries in 7 segments, checked at Nov 20, 2026.*only proven by comparing the key/s,
		);
		assert.doesNotMatch((await view.page.locator(".av").textContent()) ?? "", /[Vv]erified/);
		const one = await open({ ...GOOD, segments: 1, entries: 1 });
		assert.match((await verdict(one)) ?? "", /1 entry in 1 segment,/);
	});

	it("says verified only when this editor's key signed all of it, and names other keys", async () => {
		const own = { publicKey: KEY, all: true };
		const all = await open({ ...GOOD, own });
		assert.match((await verdict(all)) ?? "", /Verified: 1,204 entries in .*secret storage/s);
		assert.match((await all.page.locator(".av-keys").textContent()) ?? "", /This editor's key/);
		const other = { publicKey: "ef".repeat(32), storage: "file", segments: 2 };
		const some = await open({ ...GOOD, keys: [...(GOOD.keys ?? []), other], own: { ...own, all: false } });
		assert.match((await verdict(some)) ?? "", /Consistent:.*other keys below/s);
		const keys = await some.page.locator(".av-keys > li").allTextContents();
		assert.match(keys[0] ?? "", /This editor's key/);
		assert.match(keys[1] ?? "", /Not this editor's key.*efefefef/s);
		const unsigned = await open({ ...GOOD, own: { ...own, all: false } });
		assert.match((await verdict(unsigned)) ?? "", /Consistent:.*no signature covers it/s);
		const bad = await open({ ...BAD, own });
		assert.doesNotMatch((await verdict(bad)) ?? "", /[Vv]erified/);
	});

	it("shows the key in groups of eight, and the head, and copies them whole", async () => {
		const view = await open(GOOD);
		const groups = await view.page.locator(".av-keys .key > span").allTextContents();
		assert.deepEqual(
			groups.map((group) => group.trim()),
			KEY.match(/.{8}/g),
		);
		await view.page.getByRole("button", { name: "Copy key" }).click();
		await view.page.getByRole("button", { name: "Copy head" }).click();
		await view.page.getByRole("button", { name: "Copy command" }).click();
		const head = `${HEAD.segment}:91:${HEAD.hash}`;
		assert.deepEqual(await view.posted("copy"), [
			{ type: "copy", text: KEY },
			{ type: "copy", text: head },
			{ type: "copy", text: `gatepost log verify --folder ${ROOT} --key ${KEY} --head ${head}` },
		]);
		assert.match((await view.page.getByRole("status").allTextContents()).join(), /Copied\./);
		assert.match((await view.page.locator(".av-keys").textContent()) ?? "", /kept in an editor's secret storage/);
	});

	it("copies a command for the log in view: its folder in a shell's quotes, or the log of no folder", async () => {
		const command = async (folder: string, integrity = GOOD) => {
			const view = await views.open({ log: log({ folder, integrity }) }, { view: "integrity" });
			const lines = view.page.locator(".av-command code");
			return (await lines.count()) === 0 ? undefined : await lines.textContent();
		};
		const keyOnly: Integrity = { ...GOOD, head: { ...HEAD, segment: "x;id" } };
		assert.equal(await command("_outside", keyOnly), `gatepost log verify --outside --key ${KEY}`);
		const headOnly: Integrity = { ...GOOD, keys: [{ publicKey: "x;id", storage: "file", segments: 1 }] };
		const evil = '/tmp/it\'s $(id) `id` "x"';
		const quoted = (await command(evil, headOnly)) ?? "";
		assert.match(quoted, / --head 20261126T070000Z-g7\.jsonl:91:fedc/);
		const words = execFileSync("/bin/sh", ["-c", `printf '%s\\n' ${quoted.replace("gatepost ", "")}`], {
			encoding: "utf8",
		});
		assert.deepEqual(words.split("\n").slice(0, 4), ["log", "verify", "--folder", evil]);
		assert.equal(await command("/tmp/a\nid", keyOnly), undefined, "a line's end would run what follows");
		const { head: _, ...neither } = headOnly;
		assert.equal(await command(ROOT, neither), undefined);
	});

	it("tells its progress, and does not begin twice", async () => {
		const view = await open({ state: "checking", done: 3, total: 8 });
		const bar = view.page.getByRole("progressbar", { name: "Verification" });
		assert.equal(await bar.getAttribute("aria-valuenow"), "37");
		// Reached by key, as every button; it says that it is not available, and does nothing.
		await view.page.getByRole("button", { name: "Verify again" }).press("Enter");
		assert.deepEqual(await view.posted("verify"), []);
		await view.send({ type: "log", log: log({ integrity: { state: "checking" } }) });
		assert.equal(await bar.getAttribute("aria-valuenow"), null, "no number is made up");
		await view.send({ type: "log", log: log() });
		assert.match((await view.page.locator(".av-verdict [role=status]").textContent()) ?? "", /Consistent/);
		await view.page.getByRole("button", { name: "Verify again" }).click();
		assert.equal((await view.posted("verify")).length, 1);
	});

	it("names each problem, where it is and what to do", async () => {
		const view = await open(BAD);
		assert.match((await verdict(view)) ?? "", /16 problems found/);
		const rows = await view.page
			.locator(".av-problems tbody tr")
			.evaluateAll((all) => all.map((one) => one.textContent));
		assert.equal(rows.length, 4);
		assert.match(rows[0] ?? "", /Entry edited.*20261120T090000Z-g1\.jsonl.*line 41.*does not fit its hash/s);
		assert.match(rows[2] ?? "", /Segment missing.*the whole segment/s);
		assert.match(rows[3] ?? "", /from-the-future/);
		const advice = await view.page.locator(".av-advice > div").allTextContents();
		assert.equal(advice.length, 4);
		assert.match(advice[0] ?? "", /Compare it with a receipt/);
		assert.match(advice[3] ?? "", /newest version/);
		await view.page.getByText("12 more problems are not listed.").waitFor();
		await view.page.getByText(/lists up to 1,000\. It does not know what this editor has seen/).waitFor();
		await view.page.locator(".av-problems ~ .av-command").getByRole("button", { name: "Copy command" }).click();
		assert.deepEqual(await view.posted("copy"), [{ type: "copy", text: `gatepost log verify --folder ${ROOT}` }]);
		assert.equal(await view.page.getByText("head file").count(), 0);
		const detail = "its outside head file is missing, so a cut would not show";
		const cut = await open({ ...BAD, problems: [{ segment: "s", kind: "cut-tail", detail }] });
		await cut.page.getByText(/Its head file is a small file beside the log/).waitFor();
	});

	it("has words and advice for every kind of problem that the verifier knows", async () => {
		const kinds = ["edited", "removed", "inserted", "reordered", "cut-tail", "torn", "wrong-key", "evidence-missing"];
		kinds.push("evidence-altered", "segment-missing", "bad-checkpoint", "index-altered");
		const view = await open({ ...BAD, problems: kinds.map((kind) => ({ segment: "s", kind, detail: "d" })) });
		const advice = await view.page.locator(".av-advice > div").allTextContents();
		assert.equal(new Set(advice).size, kinds.length);
		for (const [index, text] of advice.entries()) {
			assert.doesNotMatch(text, /newest version/, kinds[index]);
			assert.doesNotMatch(text, /integrity\./);
		}
	});

	it("says what this editor has seen and misses, and lets only the host forget it", async () => {
		const missed = { entries: 1240, segments: 3, gone: false };
		const some = await open({ ...BAD, missed });
		assert.match((await verdict(some)) ?? "", /16 problems found/);
		const part = (view: ViewsPage) => view.page.getByRole("region", { name: "What this editor has seen" });
		assert.match(
			(await part(some).textContent()) ?? "",
			/3 segments of this log are not there.*They had 1,240 entries\./s,
		);
		await part(some).getByRole("button", { name: "Forget what this editor remembers of this log" }).press("Enter");
		assert.deepEqual(await some.posted("forget"), [{ type: "forget" }]);
		assert.match((await verdict(some)) ?? "", /16 problems found/, "nothing changes until the host says so");
		await some.send({ type: "log", log: log({ integrity: { ...BAD, missed, state: "checking" } }) });
		assert.equal(await part(some).count(), 0);
		const gone = await open({ ...BAD, entries: 0, segments: 0, keys: [], missed: { ...missed, gone: true } });
		assert.match((await verdict(gone)) ?? "", /log that this editor has seen here is gone.*None of the segments/s);
		assert.match(
			(await part(gone).textContent()) ?? "",
			/remembers a log here, 1,240 entries in 3 segments, and it is gone/,
		);
		await gone.page.getByRole("button", { name: "The log is gone" }).waitFor();
		assert.equal(await part(await open(BAD)).count(), 0);
		assert.equal(await part(await open(GOOD)).count(), 0);
	});

	it("that could not be reached says so", async () => {
		const view = await open({
			...GOOD,
			entries: 1,
			segments: 1,
			state: "failed",
			message: { code: "audit.trouble", args: { detail: "EIO" } },
		});
		assert.match(
			(await verdict(view)) ?? "",
			/could not be verified.*nothing is known.*EIO.*Before that: 1 entry in 1 segment, /s,
		);
	});

	it("quotes a hostile log only in visible form, and puts none of it into a command", async () => {
		const view = await views.open(hostile(), { view: "integrity" });
		await view.page.getByText("<img src=x onerror=").first().waitFor();
		const commands = await view.page.locator(".av-command code").allTextContents();
		assert.deepEqual(commands, [`gatepost log verify --folder ${ROOT}`]);
		assert.equal(await view.page.evaluate('document.querySelectorAll(".av img, .av script, .av [onerror]").length'), 0);
		assert.equal(
			await view.page.evaluate("/[\\u202a-\\u202e\\u2066-\\u2069\\u001b]/.test(document.body.innerText)"),
			false,
		);
		assert.deepEqual(await view.problems(), []);
	});

	it("stands beside the index and its rebuilding", async () => {
		const view = await open(GOOD);
		await view.page.getByText("1,204 entries are in the index.").waitFor();
		await view.page.getByText(/^A search index of the log/).waitFor();
		await view.page.getByRole("button", { name: "Rebuild index" }).click();
		assert.equal((await view.posted("rebuild")).length, 1);
		await view.send({ type: "log", log: log({ index: { state: "loading", entries: 5, done: 1e6, total: 4e6 } }) });
		assert.equal(
			await view.page.getByRole("progressbar", { name: "Reading the log" }).getAttribute("aria-valuenow"),
			"25",
		);
		await view.page.getByRole("button", { name: "Rebuild index" }).press("Enter");
		assert.equal((await view.posted("rebuild")).length, 1, "not while it is being built");
	});
});
