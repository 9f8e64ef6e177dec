// `gatepost status`: the gates of this home, as their registry entries and counts say.
import { type OtherGate, watchGates } from "../gate/watchGates.ts";
import { terminalText } from "./terminalText.ts";

export interface StatusOptions {
	home: string;
	json: boolean;
	out: (text: string) => void;
}

/** How long gates get to say how many requests wait there. Milliseconds. */
const COUNTS_MS = 500;

/** Exit code 0 when a gate is open, 1 when there is none. */
export async function status({ home, json, out }: StatusOptions): Promise<number> {
	let gates: OtherGate[] = [];
	const watcher = watchGates(home, (now) => {
		gates = now;
	});
	await new Promise((resolve) => setTimeout(resolve, COUNTS_MS));
	watcher.close();
	if (json) for (const gate of gates) out(`${JSON.stringify(gate)}\n`);
	else if (gates.length === 0)
		out("No gate is open. Open a folder in the editor, or run: gatepost serve --folder DIR\n");
	else {
		for (const gate of gates) {
			const folders = gate.folders.map(terminalText).join(", ");
			out(
				`${terminalText(gate.editor)} (pid ${gate.pid}, ${gate.state}): ${gate.waiting} waiting; serves ${folders}\n`,
			);
		}
	}
	return gates.length > 0 ? 0 : 1;
}
