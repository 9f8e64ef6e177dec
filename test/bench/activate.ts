// How long the editor waits for activate(), as the editor itself measures it ("Developer: Show Running Extensions"), in a
// real VS Code with the packaged extension; and the size of the package.
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { vsix } from "../support/editorStage.ts";
import { openWorkbench } from "../support/host/browser.ts";
import { startHost, temporaryHome } from "../support/host/host.ts";
import { runCommand } from "../support/host/palette.ts";
import type { Measured } from "./measured.ts";

const ROUNDS = 5;
const TARGET_MS = 30;
const TARGET_BYTES = 3 * 1024 * 1024;

interface Activation {
	/** Gatepost's. Milliseconds. */
	own: number;
	/** The median of the editor's own extensions in the same start: what else such a start costs here. Milliseconds. */
	others: number;
}

async function activationMs(): Promise<Activation> {
	const home = await temporaryHome();
	const folder = join(home, "folder");
	await mkdir(folder);
	const host = await startHost({ version: "1.139", home, folder, extensions: [await vsix()] });
	try {
		const workbench = await openWorkbench(host, { folder });
		try {
			await runCommand(workbench.page, "Developer: Show Running Extensions");
			const row = workbench.page.locator(".runtime-extensions-editor .monaco-list-row", { hasText: "Gatepost" });
			const time = row.locator(".activation-time");
			await time.filter({ hasText: /\d+ms/ }).waitFor();
			const own = msOf((await time.textContent()) ?? "");
			const all = await workbench.page.locator(".runtime-extensions-editor .activation-time").allTextContents();
			const others = all.filter((text) => /\d+ms/.test(text)).map(msOf);
			others.splice(others.indexOf(own), 1);
			return { own, others: median(others) };
		} finally {
			await workbench.close();
		}
	} finally {
		await host.stop();
		await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
	}
}

function msOf(text: string): number {
	const ms = /(\d+)ms/.exec(text)?.[1];
	if (ms === undefined) throw new Error(`the editor shows no activation time: ${text}`);
	return Number(ms);
}

function median(values: number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Activation in a fresh editor, median of a few, and the package's size. */
export async function benchActivate(): Promise<Measured[]> {
	const { size } = await stat(await vsix());
	const times: Activation[] = [];
	for (let round = 0; round < ROUNDS; round += 1) times.push(await activationMs());
	const own = median(times.map((time) => time.own));
	const others = median(times.map((time) => time.others));
	return [
		{
			name: `activate() in VS Code / ${TARGET_MS} ms`,
			ratio: own / TARGET_MS,
			most: 1,
			detail: `${own} ms, median of ${times.map((time) => time.own).join(", ")} ms; loading the code is in it`,
		},
		{
			name: "activate() in VS Code / the median of the editor's own extensions in the same start",
			ratio: own / others,
			detail: `${own} ms / ${others} ms`,
		},
		{
			name: "vsix / 3 MB",
			ratio: size / TARGET_BYTES,
			most: 1,
			detail: `${Math.round(size / 1024)} KiB`,
		},
	];
}
