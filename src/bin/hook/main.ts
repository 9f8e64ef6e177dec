// The hook: `hook.cjs --agent <name> --home DIR [--deadline SECONDS]`. Sends the agent's bytes to the gate, prints what
// the gate says, exits as told; and says no by itself when there is no answer (DESIGN 2.1). Dumb and fast on purpose.
import { writeSync } from "node:fs";
import { MAX_PAYLOAD_BYTES } from "../../protocol/hookWire.ts";
import { type Answer, Asker } from "./ask.ts";
import { classify, type Output, plain, refusal, silence } from "./event.ts";
import { type Input, readInput } from "./input.ts";
import { readOptions } from "./options.ts";
import { keepForLater } from "./outbox.ts";
import { madeToFit } from "./oversize.ts";
import { namedEnv, ownCwd, projectRoot } from "./place.ts";
import { isQuietRead } from "./quietRead.ts";
import { randomUuid } from "./random.ts";

// First of all: without a listener this signal opens Node's inspector, and whoever connects to it answers for the gate.
process.on("SIGUSR1", () => undefined);

const PARENT_WATCH_MS = 1000;
/** A result repeats its input and both sides of a 10 MB file, escaped. */
const MAX_EVENT_BYTES = 128 * 1024 * 1024;
const { pid, ppid, env } = process;

let payload: Buffer | undefined;
let asker: Asker | undefined;
let over = false;
let guarded = false;

function main(): void {
	process.on("uncaughtException", failed);
	const { agent, home, deadlineMs } = readOptions(process.argv.slice(2));
	const deadlineAt = Date.now() + deadlineMs;
	// Until something was asked, a signal ends the process as it would without a handler.
	const read = readInput(MAX_EVENT_BYTES);
	run(agent, home, deadlineAt, read).catch(failed);
}

async function run(agent: string, home: string, deadlineAt: number, read: Input): Promise<void> {
	if (!Buffer.isBuffer(read)) guard(deadlineAt);
	const fitted = madeToFit(Buffer.isBuffer(read) ? read : await read, MAX_PAYLOAD_BYTES);
	payload = fitted.payload;
	const bytes = payload;
	const id = randomUuid();
	const root = projectRoot(env, ppid);
	const submit = () =>
		JSON.stringify({
			type: "submit",
			v: 1,
			id,
			agent,
			pid,
			ppid,
			root,
			cwd: ownCwd(),
			env: namedEnv(env),
			deadlineMs: Math.max(0, deadlineAt - Date.now()),
			payload: bytes.toString("base64"),
			leftOut: fitted.leftOut,
		});
	asker = new Asker({
		home,
		root,
		id,
		submit,
		waitsForRestart: () => classify(bytes) !== "report",
		onWait: () => guard(deadlineAt),
	});
	const answer = await asker.ask();
	if (over) return;
	if (answer.kind === "reply") {
		over = true;
		const leaving = answer.take();
		if (leaving !== undefined) await leaving;
		finish(answer.output);
	} else if (classify(bytes) === "report") {
		over = true;
		finish(kept(home, id, submit(), bytes.length));
	} else if (answer.kind === "no-gate" && fitted.leftOut === undefined && isQuietRead(agent, env, root, bytes)) {
		finish(silence);
	} else {
		giveUp(reasonOf(answer, root));
	}
}

/** From here on there is something to take back when the agent gives up, ends, or never gets an answer. */
function guard(deadlineAt: number): void {
	if (guarded) return;
	guarded = true;
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
		process.on(signal, () => giveUp("The agent took this request back."));
	}
	setInterval(() => {
		// An orphan would keep a card up that nobody waits for.
		if (process.ppid !== ppid) giveUp("The agent has ended.");
	}, PARENT_WATCH_MS);
	setTimeout(() => giveUp("Nobody answered in time. Ask again."), deadlineAt - Date.now());
}

function reasonOf(answer: Exclude<Answer, { kind: "reply" }>, root: string): string {
	if (answer.kind === "refused") return `Refused: ${answer.reason}`;
	const folder = plain(root);
	return [
		`No gate is running for ${folder}, so nothing was run.`,
		`Open ${folder} in VS Code or Cursor with Gatepost, or run: gatepost serve --folder ${folder}`,
		...answer.problems.map((problem) => `(${plain(problem)})`),
	].join("\n");
}

function kept(home: string, id: string, submit: string, bytes: number): Output {
	try {
		keepForLater(home, id, submit, bytes);
		return silence;
	} catch (error) {
		// The agent is not stopped for it: exit 0 keeps this out of the conversation, a debug log shows it.
		return { ...silence, stderr: `Gatepost: this event was not kept: ${(error as Error).message}\n` };
	}
}

/** An error of the hook's own. Even one on the way out must not leave a process that agents wait for. */
function failed(error: Error): void {
	if (over) process.exit(2);
	giveUp(`The hook failed: ${error.message}`);
}

/** No answer will come: takes the request back and says no, in the way that fits the event. */
function giveUp(reason: string): void {
	if (over) return;
	over = true;
	const isGate = payload === undefined || classify(payload) === "gate";
	const output = isGate ? refusal(reason) : silence;
	const leaving = asker?.withdraw();
	if (leaving === undefined) finish(output);
	else leaving.then(() => finish(output));
}

function finish({ stdout, stderr, exit }: Output): never {
	write(2, stderr);
	write(1, stdout);
	process.exit(exit);
}

/** Writes all of it before the process ends; a pipe that the agent made non-blocking can be full for a while. */
function write(fd: number, text: string): void {
	let rest = Buffer.from(text, "utf8");
	while (rest.length > 0) {
		try {
			rest = rest.subarray(writeSync(fd, rest));
		} catch (error) {
			// Gone: there is nobody left to tell.
			if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
		}
	}
}

main();
