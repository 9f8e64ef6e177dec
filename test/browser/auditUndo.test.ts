// The buttons that ask the host to undo: at each file of an action that ran, at each of a session, and at all of them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useAudit } from "../support/auditHarness/audit.ts";
import { sample } from "../support/auditHarness/fakeHost.ts";
import { rowLike } from "../support/auditHarness/sample.ts";
import { typical } from "./auditViewsHost.ts";
import { useViews } from "./auditViewsPage.ts";

describe("undo in the detail of an action", () => {
	const view = useAudit();

	it("is asked for with a file's button, by pointer and by keyboard", async () => {
		const { id } = rowLike("/home/ada/shop/src/login.ts");
		const world = sample();
		for (const side of Object.values(world.details?.[id]?.files[0] ?? {}))
			if (typeof side === "object" && "redacted" in side) side.redacted = false;
		const panel = await view.open(world);
		await panel.row("src/login.ts").first().click();
		const name = "Undo the change of /home/ada/shop/src/login.ts…";
		const button = panel.detail.getByRole("button", { name, exact: true });
		await button.click();
		await button.focus();
		await panel.page.keyboard.press("Enter");
		const asked = { type: "undo", row: id, file: 0 };
		assert.deepEqual(await panel.posted("undo"), [asked, asked]);
		assert.deepEqual(await panel.problems(), []);
	});

	it("says why it is not possible where a content is gone, and asks for nothing", async () => {
		const panel = await view.open(sample());
		await panel.row("src/login.ts").first().click();
		const button = panel.detail.getByRole("button", { name: /^Undo the change of .* \(not possible: / }).first();
		assert.match((await button.getAttribute("aria-label")) ?? "", /cannot be put back\.\)$/);
		assert.equal(await button.getAttribute("aria-disabled"), "true");
		// One that says it is disabled is not waited for by the click.
		await button.click({ force: true });
		assert.deepEqual(await panel.posted("undo"), []);
		await panel.page.getByRole("status").filter({ hasText: "cannot be put back" }).first().waitFor();
	});

	it("is not offered for what was not allowed, or did not run", async () => {
		const panel = await view.open(sample());
		for (const target of ["npm test", "rm -rf /tmp/build", "make deploy"]) {
			await panel.row(target).first().click();
			await panel.detail.getByRole("region", { name: "What happened" }).waitFor();
			assert.equal(await panel.detail.getByRole("button", { name: /^Undo/ }).count(), 0, target);
		}
	});
});

describe("undo in a session", () => {
	const views = useViews();

	it("is asked for of one file, and of all", async () => {
		const of = { agent: "claude-code", session: "s1" };
		const view = await views.open(typical(), { view: "sessions", session: of });
		const { page } = view;
		await page
			.getByRole("button", { name: /^Undo the change of / })
			.first()
			.click();
		const [one] = await view.posted("undoSessionFile");
		assert.deepEqual({ ...one, path: "" }, { type: "undoSessionFile", ...of, path: "" });
		await page.getByRole("button", { name: "Undo all changes of this session…" }).click();
		assert.deepEqual(await view.posted("undoSession"), [{ type: "undoSession", ...of }]);
	});
});
