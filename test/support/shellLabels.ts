// The labelled sample of shell lines: whether each is read-only or asks, and whether people could differ on it.
import { readFileSync } from "node:fs";

export interface Labelled {
	cmd: string;
	expect: "ask" | "read-only";
	debatable?: true;
}

export const LABELLED: readonly Labelled[] = readFileSync(
	new URL("../unit/policy/shellLabels.jsonl", import.meta.url),
	"utf8",
)
	.split("\n")
	.filter((line) => line !== "")
	.map((line) => JSON.parse(line) as Labelled);
