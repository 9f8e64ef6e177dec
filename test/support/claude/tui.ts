// The interactive Claude Code in a terminal (tmux on a socket of our own), in a private profile.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { type PermissionMode, type ProfileOptions, prepareProfile } from "./profile.ts";

const run = promisify(execFile);
const pollMs = 60;
const stopMs = 8_000;
/** How long a dialog that has just opened may ignore keys. */
const dialogGuardMs = 1_200;
/** How often and how long apart `answer` presses: a press that is only slow must not be followed by one too many. */
const answerTries = 4;
const answerMs = 8_000;

export interface TuiOptions extends ProfileOptions {
	/** From `installClaude`. */
	claude: string;
	/** Default "default" (called manual on screen). A fresh profile would start in auto. */
	mode?: PermissionMode;
	args?: string[];
	/** Columns and rows; default 160 x 50. */
	size?: { columns: number; rows: number };
}

export interface Tui {
	/** Of the claude process itself. */
	pid: number;
	/** What a person sees now. */
	screen(): Promise<string>;
	/** Resolves with the match once the screen fits; fails with the last screen. */
	waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
	/** Resolves once the screen no longer fits. */
	waitGone(pattern: RegExp, timeoutMs?: number): Promise<void>;
	/** Types text, without Enter. */
	type(text: string): Promise<void>;
	/** Presses a key by tmux's name: Enter, Escape, Up, C-c, BTab, ... */
	key(...names: string[]): Promise<void>;
	/** Types a prompt and sends it. */
	prompt(text: string): Promise<void>;
	/**
	 * Waits for a dialog and for the moments in which it ignores keys (a guard of Claude Code against typing into a dialog
	 * that just opened), then presses keys until the dialog has left the screen.
	 */
	answer(dialog: RegExp, ...keys: string[]): Promise<void>;
	/** The same with a key that changes what is on screen: `until` shows that it was taken. */
	press(dialog: RegExp, key: string, until: RegExp): Promise<void>;
	/** Ends claude as a crash would; resolves when it is gone. */
	kill9(): Promise<void>;
	/** Closes the terminal and waits until claude is gone. */
	stop(): Promise<void>;
}

/** Why the TUI cannot be driven here, or false. */
export async function skipTui(): Promise<string | false> {
	return run("tmux", ["-V"]).then(
		() => false as const,
		() => "tmux is not installed: the interactive Claude Code needs a terminal",
	);
}

let terminals = 0;

/** Starts the interactive claude and waits for its input line (or for the trust dialog where `trusted` is false). */
export async function startTui(options: TuiOptions): Promise<Tui> {
	const env = await prepareProfile({ bypassAccepted: options.mode === "bypassPermissions", ...options });
	const sockets = await mkdtemp(join(tmpdir(), "gp-tmux-"));
	const socket = `gatepost-${process.pid}-${++terminals}`;
	// The tmux server takes over the environment of its first client: claude then has nothing of ours.
	const tmux = async (...args: string[]) => {
		const all = ["-L", socket, "-f", "/dev/null", ...args];
		return (await run("tmux", all, { env: { ...env, TMUX_TMPDIR: sockets, TERM: "xterm-256color" } })).stdout;
	};
	const { columns, rows } = options.size ?? { columns: 160, rows: 50 };
	const command = [options.claude, "--permission-mode", options.mode ?? "default", ...(options.args ?? [])];
	const created = await tmux(
		...["new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", options.cwd, "-P", "-F", "#{pane_pid}"],
		...["--", ...command],
		// The last words of a claude that ends stay readable.
		...[";", "set-option", "-w", "remain-on-exit", "on"],
	);
	const pid = Number(created.trim());

	const screen = async () => (await tmux("capture-pane", "-p")).trimEnd();
	async function until<T>(what: string, look: (screen: string) => T | undefined, timeoutMs: number): Promise<T> {
		const deadline = Date.now() + timeoutMs;
		for (;;) {
			const now = await screen();
			const found = look(now);
			if (found !== undefined) return found;
			if (Date.now() > deadline) throw new Error(`the terminal did not ${what} within ${timeoutMs} ms:\n${now}`);
			await delay(pollMs);
		}
	}
	async function pressUntil(dialog: RegExp, keys: string[], taken: () => Promise<unknown>): Promise<void> {
		await tui.waitFor(dialog);
		await delay(dialogGuardMs);
		for (let tries = 1; ; tries += 1) {
			await tui.key(...keys);
			try {
				await taken();
				return;
			} catch (error) {
				if (tries >= answerTries) throw error;
			}
		}
	}
	const tui: Tui = {
		pid,
		screen,
		waitFor: (pattern, timeoutMs = 20_000) =>
			until(`show ${pattern}`, (now) => pattern.exec(now) ?? undefined, timeoutMs),
		waitGone: async (pattern, timeoutMs = 20_000) => {
			await until(`lose ${pattern}`, (now) => (pattern.test(now) ? undefined : true), timeoutMs);
		},
		type: async (text) => void (await tmux("send-keys", "-l", "--", text)),
		key: async (...names) => void (await tmux("send-keys", ...names)),
		prompt: async (text) => {
			await tui.type(text);
			// Enter in one burst with the text would be taken as part of a paste.
			await tui.waitFor(new RegExp(`❯.*${escapeRegExp(text.slice(0, 40))}`));
			await tui.key("Enter");
		},
		answer: (dialog, ...keys) => pressUntil(dialog, keys, () => tui.waitGone(dialog, answerMs)),
		press: (dialog, key, until) => pressUntil(dialog, [key], () => tui.waitFor(until, answerMs)),
		kill9: async () => {
			process.kill(pid, "SIGKILL");
			while (await isAlive(pid)) await delay(pollMs);
		},
		stop: async () => {
			// Its terminal closes (SIGHUP); one that does not leave is ended.
			await tmux("kill-server").catch(() => undefined);
			const deadline = Date.now() + stopMs;
			while (await isAlive(pid)) {
				if (Date.now() > deadline) process.kill(pid, "SIGKILL");
				await delay(pollMs);
			}
			await rm(sockets, { recursive: true, force: true });
		},
	};
	try {
		await tui.waitFor(options.trusted === false ? /trust/i : /^❯/m);
	} catch (error) {
		await tui.stop();
		throw error;
	}
	return tui;
}

/** A process that ended counts as gone also while nobody has collected it (tmux may leave it a zombie). */
async function isAlive(pid: number): Promise<boolean> {
	return run("ps", ["-o", "stat=", "-p", String(pid)]).then(
		({ stdout }) => !stdout.trim().startsWith("Z"),
		() => false,
	);
}

function escapeRegExp(text: string): string {
	return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
