// Prints every measure as a ratio taken in one run; asserts nothing. `npm run bench -- hook gate` runs only those named.
import type { BenchResult } from "./hook.ts";

const benches: Record<string, () => Promise<BenchResult[]>> = {
	hook: async () => (await import("./hook.ts")).benchHook(),
	gate: async () => (await import("./gate.ts")).benchGate(),
	floor: async () => (await import("./floor.ts")).benchFloor(),
	stall: async () => (await import("./stall.ts")).benchStall(),
	journal: async () => (await import("./journal.ts")).benchJournal(),
	verify: async () => (await import("./verify.ts")).benchVerify(),
	index: async () => (await import("./index.ts")).benchIndex(),
	panel: async () => (await import("./panel.ts")).benchPanel(),
	export: async () => (await import("./export.ts")).benchExport(),
	activate: async () => (await import("./activate.ts")).benchActivate(),
};

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
	if (wanted.length > 0 && !wanted.includes(name)) continue;
	for (const { name: what, ratio, detail } of await bench()) {
		console.log(`${ratio.toFixed(2).padStart(8)}  ${what}\n          ${detail}`);
	}
}
