// The hook's command line. The launcher puts --home and --agent first; what a config adds cannot replace them.

/** Claude Code's own timeout in our entry is a day; the refusal must come before it. Seconds. */
const DEFAULT_DEADLINE_S = 24 * 60 * 60 - 30;
const MAX_DEADLINE_S = 24 * 60 * 60;

export interface HookOptions {
	agent: string;
	/** Absolute path of the Gatepost home. */
	home: string;
	deadlineMs: number;
}

/** @throws Error that says what is wrong */
export function readOptions(argv: string[]): HookOptions {
	const given = new Map<string, string>();
	for (let i = 0; i < argv.length; i += 2) {
		const name = argv[i] as string;
		const value = argv[i + 1];
		// --tag only makes an installation's arguments its own (src/agents/claude-code/entry.ts says why).
		if (!["--agent", "--home", "--deadline", "--tag"].includes(name)) throw new Error(`unknown option: ${name}`);
		if (value === undefined) throw new Error(`${name} needs a value`);
		if (given.has(name)) throw new Error(`${name} is given twice`);
		given.set(name, value);
	}
	const agent = given.get("--agent") ?? "";
	const home = given.get("--home") ?? "";
	const deadline = Number(given.get("--deadline") ?? DEFAULT_DEADLINE_S);
	if (!/^[a-z][a-z0-9-]{0,39}$/.test(agent)) throw new Error("--agent needs the name of an agent");
	if (!home.startsWith("/")) throw new Error("--home needs an absolute path");
	if (!(deadline > 0 && deadline <= MAX_DEADLINE_S)) throw new Error("--deadline needs seconds, at most a day");
	return { agent, home, deadlineMs: Math.floor(deadline * 1000) };
}
