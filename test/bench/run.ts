// Prints every measure as a ratio taken in one run, with its target where an issue has set one. `npm run bench -- hook gate`
// runs only those named. `--check` ends with 1 when a target was missed: for a machine that does nothing else.
import { isMet, type Measured } from "./measured.ts";

const benches: Record<string, () => Promise<Measured[]>> = {
	hook: async () => (await import("./hook.ts")).benchHook(),
	gate: async () => (await import("./gate.ts")).benchGate(),
	floor: async () => (await import("./floor.ts")).benchFloor(),
	proposal: async () => (await import("./proposal.ts")).benchProposal(),
	stall: async () => (await import("./stall.ts")).benchStall(),
	journal: async () => (await import("./journal.ts")).benchJournal(),
	verify: async () => (await import("./verify.ts")).benchVerify(),
	index: async () => (await import("./index.ts")).benchIndex(),
	panel: async () => (await import("./panel.ts")).benchPanel(),
	export: async () => (await import("./export.ts")).benchExport(),
	afterRun: async () => (await import("./afterRun.ts")).benchAfterRun(),
	activate: async () => (await import("./activate.ts")).benchActivate(),
};

const args = process.argv.slice(2);
const wanted = args.filter((arg) => arg !== "--check");
const missed: string[] = [];
for (const [name, bench] of Object.entries(benches)) {
	if (wanted.length > 0 && !wanted.includes(name)) continue;
	for (const measured of await bench()) {
		const { name: what, ratio, detail, most, least } = measured;
		const target =
			most !== undefined ? ` (target at most ${most})` : least !== undefined ? ` (target at least ${least})` : "";
		if (!isMet(measured)) missed.push(what);
		console.log(
			`${ratio.toFixed(2).padStart(8)}  ${what}${target}${isMet(measured) ? "" : ": MISSED"}\n          ${detail}`,
		);
	}
}
if (args.includes("--check") && missed.length > 0) process.exitCode = 1;
