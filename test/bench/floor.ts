// The floor on the labelled sample, and what a line costs. Time is also given as a ratio to what the parser alone takes.
import { parse } from "unbash";
import { classify } from "../../src/policy/floor/classify.ts";
import { LABELLED } from "../support/shellLabels.ts";
import { WORST_LINES } from "../support/worstLines.ts";
import type { Measured } from "./measured.ts";

const ROUNDS = 30;

export async function benchFloor(): Promise<Measured[]> {
	const undisputed = LABELLED.filter(({ debatable }) => debatable !== true);
	const wrong = (lines: typeof LABELLED, expect: "ask" | "read-only") => {
		const labelled = lines.filter((line) => line.expect === expect);
		return { of: labelled.length, count: labelled.filter(({ cmd }) => classify(cmd).verdict !== expect).length };
	};
	const leaks = wrong(undisputed, "ask");
	const nags = wrong(undisputed, "read-only");
	const allLeaks = wrong(LABELLED, "ask");
	const allNags = wrong(LABELLED, "read-only");
	const ours = median(LABELLED.map(({ cmd }) => cost(() => classify(cmd), ROUNDS)));
	const parser = median(LABELLED.map(({ cmd }) => cost(() => parse(cmd), ROUNDS)));
	const worst = WORST_LINES.map((line) => ({
		line,
		ms:
			Math.min(
				cost(() => classify(line), 1),
				cost(() => classify(line), 1),
			) / 1000,
	}));
	const slowest = worst.reduce((most, one) => (one.ms > most.ms ? one : most));
	return [
		{
			name: "lines that must ask and pass",
			ratio: leaks.count,
			most: 0,
			detail: `of ${leaks.of} undisputed; ${allLeaks.count} of ${allLeaks.of} with the disputed ones`,
		},
		{
			name: "% of read-only lines asked",
			ratio: (100 * nags.count) / nags.of,
			most: 8,
			detail: `${nags.count} of ${nags.of} undisputed; ${allNags.count} of ${allNags.of} with the disputed ones`,
		},
		{
			name: "floor / parser alone, median line",
			ratio: ours / parser,
			detail: `${ours.toFixed(1)} µs / ${parser.toFixed(1)} µs (target 60 µs)`,
		},
		{
			name: "ms for the slowest of the lines made to be slow",
			ratio: slowest.ms,
			most: 10,
			detail: `${worst.length} lines; slowest: ${JSON.stringify(slowest.line.slice(0, 40))}`,
		},
	];
}

/** Median time of one call, in microseconds. */
function cost(run: () => unknown, rounds: number): number {
	const times: number[] = [];
	for (let round = 0; round < rounds; round += 1) {
		const start = performance.now();
		run();
		times.push((performance.now() - start) * 1000);
	}
	return median(times);
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
