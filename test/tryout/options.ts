// The command line of `npm start`.
import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface Options {
	/** What plays the agent: the recorded sample session, the user's own Claude Code, or nothing. */
	session: "sample" | "claude" | "none";
	/** A VS Code with a window of its own, the one in a browser, or whichever fits this machine. */
	editor: "desktop" | "browser" | "either";
	/** Port of the editor in a browser; 0 takes a free one. */
	port: number;
	/** Opened instead of the sample project. */
	folder: string | undefined;
	/** A vsix to install instead of packaging this checkout. */
	vsix: string | undefined;
	/** Leave the throwaway folder when all is over. */
	keep: boolean;
	/** Answer by real clicks in a headless browser, verify the log, end. */
	check: boolean;
	/** Where the pictures of a check go. */
	pictures: string;
	/** Given to the user's own Claude Code. */
	claudeArgs: string[];
}

export const HELP = `Gatepost in a real editor, with a profile that is thrown away afterwards.

usage: npm start [-- options]

  (none)            builds and packages Gatepost, opens a sample project in VS Code, and plays a recorded Claude Code session
                    through the real hook: you answer it in the editor
  --claude          starts your own Claude Code (\`claude\` on PATH) in the sample project instead, in this terminal. It gets
                    Gatepost's hooks through --settings; your own configuration is read by it as always and not written by us.
                    What follows a second -- is given to it: npm start -- --claude -- --model opus
  --no-session      only the editor
  --folder DIR      opens this folder instead of the sample project (with --claude, or without a session)
  --browser         the VS Code in a browser page, also where a desktop editor is installed
  --desktop         the desktop editor (code, cursor, codium or code-insiders on PATH), or an error
  --port N          port of the VS Code in a browser page; default: one that is free
  --vsix FILE       installs this package instead of building one
  --keep            leaves the throwaway folder
  --check           no person: a headless browser presses Allow, the log is verified, pictures are taken; exit code 0 when all
                    of the session went through
  --pictures DIR    where --check puts the pictures; default: out/screenshots
  --help            this text
`;

/** Reads the command line. @throws Error that says what is wrong; undefined when only help is wanted */
export function readOptions(argv: readonly string[], cwd: string): Options | undefined {
	const at = argv.indexOf("--");
	const own = at < 0 ? argv : argv.slice(0, at);
	const claudeArgs = at < 0 ? [] : argv.slice(at + 1);
	const { values } = parseArgs({
		args: [...own],
		options: {
			claude: { type: "boolean", default: false },
			session: { type: "boolean", default: true },
			folder: { type: "string" },
			browser: { type: "boolean", default: false },
			desktop: { type: "boolean", default: false },
			port: { type: "string", default: "0" },
			vsix: { type: "string" },
			keep: { type: "boolean", default: false },
			check: { type: "boolean", default: false },
			pictures: { type: "string", default: "out/screenshots" },
			help: { type: "boolean", short: "h", default: false },
		},
		allowNegative: true,
	});
	if (values.help) return undefined;
	const { claude, check, desktop, browser } = values;
	const port = Number(values.port);
	if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("--port takes a number from 0 to 65535.");
	if (claude && !values.session) throw new Error("--claude and --no-session exclude each other.");
	if (desktop && (browser || check)) throw new Error("--desktop goes with neither --browser nor --check.");
	if (claudeArgs.length > 0 && !claude) throw new Error("What follows -- is for Claude Code and needs --claude.");
	if (claudeArgs.some((arg) => /^--settings(=|$)/.test(arg))) {
		throw new Error("Claude Code takes one --settings, and it is needed for Gatepost's hooks. Leave yours out.");
	}
	// The recorded session writes files: only into the sample project, which is thrown away.
	const sample = values.folder === undefined && values.session;
	const session = claude ? "claude" : sample ? "sample" : "none";
	if (check && session === "none") throw new Error("--check needs a session.");
	return {
		session,
		editor: desktop ? "desktop" : browser || check ? "browser" : "either",
		port,
		folder: values.folder === undefined ? undefined : resolve(cwd, values.folder),
		vsix: values.vsix === undefined ? undefined : resolve(cwd, values.vsix),
		keep: values.keep,
		check,
		pictures: resolve(cwd, values.pictures),
		claudeArgs,
	};
}
