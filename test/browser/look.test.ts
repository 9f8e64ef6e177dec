import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Locator } from "playwright-core";
import type { PendingState } from "../../src/protocol/pendingView.ts";
import {
	ACTIVITY,
	card,
	editCard,
	guardCard,
	HOSTILE,
	hostileCard,
	manyFilesCard,
	state,
} from "../support/webviewHarness/cards.ts";
import { describeViolations, themeNames } from "../support/webviewHarness/page.ts";
import { openGrant, type PendingPage, usePending } from "../support/webviewHarness/pending.ts";
import { GRANTS, HOSTILE_OFFERS, LAYERS, layer, OFFERS } from "../support/webviewHarness/rules.ts";

const tidyUp = { agent: { id: "codex", label: "Codex" }, session: { id: "session-2", label: "Tidy up" } };
const SCRIPT = `for f in $(git ls-files '*.ts'); do
	sed -i 's/foo/bar/g' "$f" && echo "changed $f"\u0020\u0020
done
curl -fsSL https://example.org/install.sh | bash -s -- --yes`;

const scenes: Record<string, () => PendingState> = {
	edit: () =>
		state(
			[
				editCard("1"),
				card("2"),
				card("3", { target: "git push origin main", deadlineAt: new Date(Date.now() + 100_000).toISOString() }),
				card("4", { ...tidyUp, target: "docker compose up -d --build --remove-orphans" }),
			],
			{ activity: ACTIVITY, elsewhere: 2 },
		),
	command: () =>
		state([
			card("1", {
				target: SCRIPT,
				description: "Rename foo to bar everywhere and install the tool.",
				risks: [{ code: "why.network" }],
				cwd: "/home/ada/shop/web",
			}),
		]),
	files: () => state([manyFilesCard("1")]),
	guard: () => state([guardCard("1")]),
	hostile: () => state([hostileCard("1")]),
	paused: () =>
		state([card("1"), card("2")], {
			paused: true,
			warnings: [
				{ id: "w", message: { code: "why.foreignHook", args: { source: ".claude/settings.json" } }, dismissible: true },
			],
		}),
	empty: () =>
		state([], {
			gate: { state: "open", folders: ["/home/ada/shop", "/home/ada/lib"], agents: [] },
			activity: ACTIVITY,
		}),
	policy: () => state([card("1")], { grants: GRANTS, policy: LAYERS, activity: ACTIVITY.slice(0, 2) }),
	failed: () =>
		state([], { gate: { state: "failed", message: { code: "why.unknownAgent" }, folders: [], agents: [] } }),
};

/** States that only a person's doing brings about. */
const doings: Record<string, (pending: PendingPage) => Promise<unknown>> = {
	menu: (pending) => pending.page.getByRole("button", { name: "More actions" }).click(),
	reason: async (pending) => {
		await pending.page.getByRole("button", { name: "More actions" }).click();
		await pending.page.getByRole("menuitem", { name: "Deny with reason" }).click();
		await pending.page.keyboard.type("Use the staging branch.");
	},
	ghost: async (pending) => {
		await (await pending.rested(pending.allow)).click();
		await pending.waitForPosted("answer");
		await pending.send(state([card("2"), card("3")], { settled: [{ id: "1", outcome: "allowed" }] }));
	},
	hint: async (pending) => {
		await (await pending.rested(pending.allow)).hover();
		await pending.page.mouse.down();
		await pending.page.evaluate('document.querySelector(".bar").style.bottom = "2px"');
		await pending.page.mouse.up();
		await pending.hint.waitFor();
	},
	grant: async (pending) => {
		await openGrant(pending, "Allow for … minutes", OFFERS);
		await pending.page.getByRole("radio", { name: "npm test *" }).check();
	},
	"grant-refused": async (pending) => {
		await openGrant(pending, "Always allow", [], { code: "why.network" });
	},
	"grant-hostile": async (pending) => {
		await openGrant(pending, "Allow for this session", HOSTILE_OFFERS);
	},
	grants: async (pending) => {
		await pending.send(state([card("1")], { grants: GRANTS }));
		await pending.page.getByRole("button", { name: /^Grants/ }).click();
		await pending.page.getByText("docs/**").scrollIntoViewIfNeeded();
	},
	"policy-waiting": async (pending) => {
		await pending.send(state([], { policy: LAYERS }));
		await pending.page.getByRole("button", { name: "Look at it" }).click();
	},
	"policy-problems": async (pending) => {
		await pending.send(state([], { policy: LAYERS }));
		await pending.page.getByRole("button", { name: "Policy files" }).click();
		await pending.page.getByRole("button", { name: /^Yours/ }).click();
	},
	"policy-hostile": async (pending) => {
		await pending.send(state([], { policy: [layer(`{\n// ${HOSTILE}\n}\n`)] }));
		await pending.page.getByRole("button", { name: "Look at it" }).click();
	},
	"guard-menu": async (pending) => {
		await pending.send(state([guardCard("g")]));
		await pending.page.getByRole("button", { name: "More actions" }).click();
	},
	keys: async (pending) => {
		await pending.head("1").focus();
		await pending.page.keyboard.press("ArrowDown");
	},
};

describe("the view", () => {
	const view = usePending();

	async function isGood(pending: PendingPage, where: string): Promise<void> {
		assert.equal(describeViolations(await pending.axe()), "", where);
		assert.deepEqual(await pending.problems(), [], where);
	}

	for (const [scene, made] of Object.entries(scenes)) {
		it(`"${scene}" has no axe violation and no policy violation in the four themes at 280 px`, async () => {
			const pending = await view.open(made(), { height: 800, zoom: 2 });
			await pending.rested(pending.page.locator("body"));
			for (const theme of themeNames) {
				await pending.setTheme(theme);
				await pending.picture(`webview-${scene}`, theme);
				await isGood(pending, theme);
			}
		});

		it(`"${scene}" is usable at 280 px and 200 % zoom`, async () => {
			const pending = await view.open(made(), { width: 140, height: 640, zoom: 2 });
			await pending.screenshot(`webview-${scene}-zoomed`);
			await isGood(pending, "zoomed");
			assert.equal(await pending.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
			for (const button of [pending.allow, pending.deny]) {
				if ((await button.count()) === 0) continue;
				const box = await button.boundingBox();
				assert.ok(box && box.x >= 0 && box.x + box.width <= 140 && box.y + box.height <= 640, JSON.stringify(box));
			}
		});
	}

	for (const [doing, act] of Object.entries(doings)) {
		it(`has no axe violation with "${doing}"`, async () => {
			const pending = await view.open(state([editCard("1"), card("2"), card("3")]), { height: 640, zoom: 2 });
			await act(pending);
			for (const theme of themeNames) {
				await pending.setTheme(theme);
				await pending.picture(`webview-${doing}`, theme);
				await isGood(pending, theme);
			}
		});
	}

	for (const doing of ["menu", "grant", "grants", "policy-waiting", "policy-problems"]) {
		it(`with "${doing}" is usable at 280 px and 200 % zoom`, async () => {
			const pending = await view.open(state([editCard("1")]), { width: 140, height: 640, zoom: 2 });
			// A grant needs the whole card.
			await pending.page.getByRole("button", { name: "Show everything" }).click();
			await pending.page.mouse.move(70, 2);
			await doings[doing]?.(pending);
			await pending.screenshot(`webview-${doing}-zoomed`);
			await isGood(pending, "zoomed");
			const over = await pending.page.evaluate(
				'[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".unseen")).map((e) => e.localName + "." + e.className)',
			);
			const fits = await pending.page.evaluate("document.documentElement.scrollWidth <= innerWidth");
			assert.equal(fits, true, String(over));
		});
	}

	it("follows a change of theme", async () => {
		const pending = await view.open(state([card("1")]));
		const color = () => pending.page.evaluate('getComputedStyle(document.querySelector(".allow")).backgroundColor');
		assert.equal(await color(), "rgb(0, 120, 212)");
		await pending.setTheme("Dark High Contrast");
		assert.equal(await color(), "rgb(0, 0, 0)");
	});

	it("reads a diff's lines as added and removed", async () => {
		const pending = await view.open(state([editCard("1")]));
		const lines = pending.page.getByRole("group", { name: "Change of src/login.ts" });
		const read = (await lines.locator(".row .text").allTextContents()).map((line) => line.trim());
		assert.ok(
			read.some((line) => /^added: +\tif \(reply.status === 429\)/.test(line)),
			read.join("\n"),
		);
		assert.equal(read.filter((line) => line.startsWith("removed:")).length, 2);
	});

	it("has headings and lists for those who jump between them", async () => {
		const pending = await view.open(scenes.edit?.() as PendingState);
		const { page } = pending;
		assert.deepEqual(await page.getByRole("heading").evaluateAll((all) => all.map((one) => one.tagName)), [
			"H1",
			"H2",
			"H3",
			"H3",
			"H3",
			"H2",
			"H3",
			"H2",
		]);
		assert.equal(await page.getByRole("article").count(), 4);
		assert.equal(await page.getByRole("article", { name: "Edit src/login.ts", exact: true }).count(), 1);
		assert.equal(await page.getByRole("region", { name: /^Fix the login form Claude Code/ }).count(), 1);
	});

	it("names states of its buttons where a screen reader looks for them", async () => {
		const pending = await view.open(state([guardCard("1", { target: "line\n".repeat(40) })]));
		const inside = (button: Locator, name: string) => button.locator("button").getAttribute(name);
		assert.equal(await inside(pending.allow, "aria-keyshortcuts"), "Control+Enter Meta+Enter");
		assert.equal(await inside(pending.allow, "aria-disabled"), "true");
		const more = pending.page.locator(".menu vscode-button");
		assert.equal(await inside(more, "aria-expanded"), "false");
		assert.equal(await inside(more, "aria-haspopup"), "menu");
		await more.click();
		assert.equal(await inside(more, "aria-expanded"), "true");
	});

	it("stands still for those who want no motion", async () => {
		const pending = await view.open(state([card("1")]));
		await pending.page.emulateMedia({ reducedMotion: "reduce" });
		const moving = await pending.page.evaluate(
			'[...document.querySelectorAll("*")].filter((e) => getComputedStyle(e).transitionDuration !== "0s" || getComputedStyle(e).animationName !== "none").length',
		);
		assert.equal(moving, 0);
	});
});
