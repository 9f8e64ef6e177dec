// `npm start`: Gatepost in a real editor with a sample agent that asks it. Everything is thrown away at the end; nothing
// of the user's own editor, agent or Gatepost home is touched.
import { join } from "node:path";
import { createInterface } from "node:readline";
import { checkout } from "../support/host/install.ts";
import { runTool } from "../support/host/tool.ts";
import { CheckingPerson } from "./check.ts";
import { waitForGate } from "./connect.ts";
import { type Editor, installedCli, startEditor } from "./editor.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { ownClaude, ownGatepost, type Session, startOwnClaude, startSample } from "./session.ts";
import { makeThrowaway, resetSample, type Throwaway } from "./throwaway.ts";

const checkLimitMs = 60_000;

try {
	const options = readOptions(process.argv.slice(2), process.cwd());
	if (options === undefined) console.log(HELP);
	else process.exitCode = await tryOut(options);
} catch (error) {
	console.error(error instanceof Error ? error.message : String(error));
	process.exitCode = 1;
}

async function tryOut(options: Options): Promise<number> {
	const started = performance.now();
	const claude = options.session === "claude" ? ownClaude() : undefined;
	const stop = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
	const throwaway = await makeThrowaway(options.folder);
	let editor: Editor | undefined;
	try {
		const vsix = options.vsix ?? (await packaged(throwaway));
		editor = await startEditor(options, throwaway, vsix);
		void editor.ended.then(() => stop.abort());
		const seconds = ((performance.now() - started) / 1000).toFixed(0);
		say(`${editor.name} is ready after ${seconds} s, with everything it writes in ${throwaway.dir}.`);
		return await (options.check
			? check(options, throwaway, editor, stop.signal)
			: show(options, throwaway, editor, stop.signal, claude));
	} catch (error) {
		if (!stop.signal.aborted) throw error;
		return 0;
	} finally {
		await editor?.stop();
		if (options.keep) say(`Kept: ${throwaway.dir}`);
		else await throwaway.remove();
	}
}

/** The extension of this checkout, packaged quietly: what the build prints is shown when it fails. */
async function packaged({ dir }: Throwaway): Promise<string> {
	say("Building and packaging the extension ...");
	const vsix = join(dir, "gatepost.vsix");
	await runTool(process.execPath, ["test/support/package.ts", vsix], { cwd: checkout });
	return vsix;
}

/** With a person: tells them what to do, plays the session, and waits for Ctrl-C. */
async function show(
	options: Options,
	throwaway: Throwaway,
	editor: Editor,
	stop: AbortSignal,
	claude: string | undefined,
): Promise<number> {
	if (editor.host)
		say(`\n  Open  ${editor.host.url}\n\n(this machine only; the address holds a key, keep it to yourself)`);
	say("Then click the Gatepost icon in the bar at the left. Ctrl-C here ends everything.\n");
	await waitForGate(throwaway, stop);
	const cli = await installedCli(throwaway);
	say("The gate is open.");
	if (claude !== undefined) {
		const notice = ownGatepost();
		if (notice !== undefined) say(notice);
		say("Starting your Claude Code in the sample project. Ask it to change a file, and answer in the Gatepost view.\n");
		const session = await startOwnClaude(claude, throwaway, options.claudeArgs);
		stop.addEventListener("abort", session.stop);
		const code = await session.ended;
		await tellLog(throwaway, cli);
		return code;
	}
	for (let again = options.session === "sample"; again && !stop.aborted; again = await wantsMore(stop)) {
		await resetSample(throwaway.project);
		await follow(await startSample(throwaway, cli), stop);
		if (!stop.aborted) await tellLog(throwaway, cli);
	}
	if (!stop.aborted) await aborted(stop);
	return 0;
}

async function follow(session: Session, stop: AbortSignal): Promise<number> {
	stop.addEventListener("abort", session.stop);
	const code = await session.ended;
	stop.removeEventListener("abort", session.stop);
	return code;
}

async function tellLog(throwaway: Throwaway, cli: string): Promise<void> {
	say(`\nThe audit log of this folder:\n${await verifyLog(throwaway, cli)}`);
	say(`Look into it:  ${process.execPath} ${cli} log list --home ${throwaway.home} --folder ${throwaway.project}`);
}

/** @throws when the log has problems */
function verifyLog({ env, home, project }: Throwaway, cli: string): Promise<string> {
	return runTool(process.execPath, [cli, "log", "verify", "--home", home, "--folder", project], { env });
}

/** Enter plays the session again; without a terminal there is only the end. */
async function wantsMore(stop: AbortSignal): Promise<boolean> {
	if (!process.stdin.isTTY || stop.aborted) return false;
	say("\nEnter plays the session again, Ctrl-C ends.");
	const input = createInterface({ input: process.stdin });
	try {
		return await Promise.race([
			new Promise<boolean>((done) => input.once("line", () => done(true)).once("close", () => done(false))),
			aborted(stop).then(() => false),
		]);
	} finally {
		input.close();
	}
}

function aborted(stop: AbortSignal): Promise<void> {
	return new Promise((done) => (stop.aborted ? done() : stop.addEventListener("abort", () => done())));
}

/** Without a person: all of the session has to go through. @returns the exit code */
async function check(options: Options, throwaway: Throwaway, editor: Editor, stop: AbortSignal): Promise<number> {
	if (!editor.host) throw new Error("--check needs the VS Code in a browser page.");
	const person = await CheckingPerson.open(editor.host, throwaway.project, options.pictures);
	try {
		await waitForGate(throwaway, AbortSignal.any([stop, AbortSignal.timeout(checkLimitMs)]));
		const cli = await installedCli(throwaway);
		const session =
			options.session === "claude"
				? await startOwnClaude(ownClaude(), throwaway, options.claudeArgs)
				: await startSample(throwaway, cli);
		stop.addEventListener("abort", session.stop);
		await person.answer(session.ended);
		await person.picture("session-over");
		const code = await session.ended;
		if (code !== 0) throw new Error(`The session ended with ${code}.`);
		say(`\nAllowed by real clicks: ${[...person.allowed.values()].join(", ")}. Pictures: ${options.pictures}`);
		say(await verifyLog(throwaway, cli));
		await person.auditLog();
		if (person.errors.length > 0) throw new Error(`The page reported errors:\n${person.errors.join("\n")}`);
		return person.allowed.size > 0 ? 0 : 1;
	} catch (error) {
		await person.picture("failed").catch(() => undefined);
		throw error;
	} finally {
		await person.close();
	}
}

function say(text: string): void {
	console.log(text);
}
