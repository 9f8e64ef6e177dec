// usage: node agent.ts <project folder>   (HOME holds .claude/settings.json)
// Plays an agent: a recorded session whose tool calls ask the hooks that are installed, wait for their answer, and do for
// real what was allowed. A process of its own, because the gate looks at the process that calls (its HOME, its parents).
import { AgentHooks } from "./agentHooks.ts";
import { runTool } from "./agentTools.ts";
import { LAST_WORDS, PROMPT, type Step, steps } from "./sampleSession.ts";

const [project] = process.argv.slice(2);
const userHome = process.env.HOME;
if (project === undefined || userHome === undefined) throw new Error("usage: HOME=... node agent.ts <project folder>");

const hooks = new AgentHooks(userHome, project);
let denied = 0;

say("agent", "A recorded Claude Code session begins.");
await hooks.tell("SessionStart-startup");
say("you", PROMPT);
await hooks.tell("UserPromptSubmit", { prompt: PROMPT });
for (const step of steps(project)) {
	if (step.needsAllBefore === true && denied > 0)
		say(step.call.tool, `${step.title}: left out, because you denied a step before it.`);
	else await play(step);
}
say("agent", denied > 0 ? "I stopped where you said no." : LAST_WORDS);
await hooks.tell("Stop", { last_assistant_message: LAST_WORDS, background_tasks: [] });
await hooks.tell("SessionEnd-other");

async function play({ call, title }: Step): Promise<void> {
	const { tool, input } = call;
	const ids = { tool_use_id: hooks.nextToolUseId(), tool_input: input };
	const { verdict, reason } = await hooks.tell(`PreToolUse-${tool}`, ids, () =>
		say(tool, `${title}: waits for you. Look at the Gatepost view and press Allow or Deny.`),
	);
	if (verdict !== "allow") {
		denied++;
		// "none" would open the agent's own prompt, and this agent has nobody to ask there.
		say(tool, `${title}: denied, nothing was done. What the agent reads: ${reason || "(no decision)"}`);
		return;
	}
	const { fixture, members, summary } = await runTool(call, project as string);
	say(tool, `${title}: ${reason} Then ${summary}.`);
	await hooks.tell(fixture, { ...ids, ...members });
}

function say(who: string, text: string): void {
	console.log(`  ${who.padEnd(6)} ${text}`);
}
