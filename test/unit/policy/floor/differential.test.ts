// Lines that the floor calls read-only really run, in a throwaway place full of traps: afterwards nothing may have
// changed, and no program may have been started with words that the floor would ask about.
//
// GATEPOST_FUZZ_SEED chooses other lines, GATEPOST_FUZZ_LINES how many are made.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { classify } from "../../../../src/policy/floor/classify.ts";
import { ENTRIES, VERSIONS } from "../../../../src/policy/floor/table/index.ts";
import { readLine } from "../../../../src/policy/floor/walk.ts";
import { LABELLED } from "../../../support/shellLabels.ts";
import { Dice } from "./dice.ts";
import { DANGEROUS } from "./hostile.ts";
import { changed, shellLine } from "./lines.ts";
import { type Caught, caughtOf, mayStart } from "./ran.ts";
import { noNamespaces, Sandbox } from "./sandbox.ts";

const SEED = Number(process.env.GATEPOST_FUZZ_SEED ?? 5);
const MADE = Number(process.env.GATEPOST_FUZZ_LINES ?? 250);

/** Values that would do harm as an option, a script or a command. */
const VARIABLES = { x: "-o", f: "--output=pwned", line: "$(touch pwned)", F: "-exec", X: "a[$(touch pwned)]", A: "*" };
/** Not started because they are called so, only because a line makes it happen. */
const NAMES = new Set([
	...[...ENTRIES.keys()].map((key) => key.split(" ")[0] ?? key),
	...Object.keys(VERSIONS),
	...DANGEROUS.map((line) => line.split(" ")[0] ?? line).filter((name) => /^[a-z0-9]+$/.test(name)),
	...[
		"curl",
		"wget",
		"ssh",
		"nc",
		"python",
		"ruby",
		"node",
		"npm",
		"less",
		"more",
		"pager",
		"vi",
		"ed",
		"ex",
		"sh",
		"pwned",
	],
]);

/** Programs of the machine that keep books of their own in the home folder, whatever they are asked (measured). */
const BOOKKEEPERS =
	/\b(?:top|gcloud|terraform|gsutil|bq|az|aws|npm|npx|pnpm|yarn|bun|pip3?|cargo|go|helm|dotnet|gradle|mvn)\b/;
/** Waits, follows or never ends; what it reads is of no interest here. */
const ENDLESS = /\b(?:while|until)\b(?!.*\bread\b)|\bshuf\b.*-r|--repeat|\bseq\b|\bfactor\b/;

const why = noNamespaces();
const isolated = why === undefined;
const sandbox = new Sandbox({ isolated, names: [...NAMES], variables: VARIABLES });
after(() => sandbox.remove());

const labelled = LABELLED.map(({ cmd }) => cmd);
const isAllowed = (line: string) =>
	classify(line).verdict === "read-only" && !BOOKKEEPERS.test(line) && !ENDLESS.test(line);
/** Without a root of its own a line must not lead out of its folder. */
const fits = (line: string) => isolated || !/(?:^|[^\w.])[/~]|\.\.|\$HOME/.test(line.replaceAll("/dev/null", ""));

function made(count: number): string[] {
	const dice = new Dice(SEED);
	const lines = new Set<string>();
	for (let tried = 0; lines.size < count && tried < 200 * count; tried += 1) {
		const line = dice.once(2)
			? shellLine(dice)
			: changed(dice, dice.once(3) ? shellLine(dice) : dice.pick(labelled), labelled);
		if (isAllowed(line) && fits(line)) lines.add(line);
	}
	return [...lines];
}

function nothing(caught: readonly Caught[]): void {
	assert.deepEqual(
		caught.map(({ line, did }) => `${JSON.stringify(line)} ${did.slice(0, 4).join(", ")}`),
		[],
	);
}

const has = (shell: string) => spawnSync("sh", ["-c", `command -v ${shell}`]).status === 0;

for (const own of isolated ? [true, false] : [false]) {
	test(`${own ? "a root" : "a folder"} tells what was changed in it, and what was started with other words`, () => {
		const lines = [
			...[
				"touch pwned",
				"ls",
				"rm a.txt",
				"chmod 600 b.txt",
				"echo x >> b.txt",
				"find . -exec touch pwned {} +",
				"cat a.txt",
			],
			...["mkdir empty/x && rmdir empty/x", "pwned x"],
		];
		const place = own ? sandbox : new Sandbox({ isolated: false, names: [...NAMES], variables: VARIABLES });
		const caught = caughtOf(place, "bash", lines);
		if (place !== sandbox) place.remove();
		assert.deepEqual(
			caught.map(({ line }) => line).sort(),
			lines.filter((line) => line !== "ls" && line !== "cat a.txt").sort(),
		);
		assert.ok(caught.some(({ did }) => did.some((text) => text.includes("scratch/tree/pwned"))));
	});
}

test("programs are known by the words they are started with", () => {
	assert.ok(mayStart(["ls", "-la"]) && mayStart(["cat", "-o", "x"]) && mayStart(["find", ".", "-name", "x"]));
	assert.ok(
		!mayStart(["touch", "x"]) &&
			!mayStart(["sort", "-o", "x"]) &&
			!mayStart(["find", ".", "-delete"]) &&
			!mayStart(["git", "commit"]),
	);
});

test("where lines run is told", (t) => {
	t.diagnostic(
		isolated ? "lines run in a root of their own" : `lines run in a folder only, those that stay in it: ${why}`,
	);
});

test("lines of the labelled sample that pass change and start nothing", (t) => {
	const lines = labelled.filter((line) => isAllowed(line) && fits(line) && !/^bash -lc/.test(line));
	assert.ok(lines.length > 100);
	// Half of them: the other half when the seed is odd.
	const half = lines.filter((_, index) => index % 2 === SEED % 2);
	t.diagnostic(`${half.length} lines`);
	nothing(caughtOf(sandbox, "bash", half));
});

test("lines made by chance that pass change and start nothing", (t) => {
	const lines = made(MADE);
	assert.ok(lines.length > MADE / 2);
	t.diagnostic(`${lines.length} lines of seed ${SEED}`);
	nothing(caughtOf(sandbox, "bash", lines));
});

for (const shell of ["zsh", "dash"]) {
	test(`they do not either where ${shell} is the person's shell`, { skip: !has(shell) && "not installed" }, () => {
		// dash has no $'...' and no [[: a line with them means something else there.
		const lines = made(MADE / 2).filter((line) => shell === "zsh" || !/\$'|\[\[|\btime\b/.test(line));
		nothing(caughtOf(sandbox, shell, lines));
	});
}

test("what git reads without a look at the configuration runs nothing of the most hostile one", {
	skip: !isolated && why,
}, (t) => {
	const lines = [...new Set([...labelled, ...made(MADE)])].filter((line) => {
		return /\bgit\b/.test(line) && isAllowed(line) && readLine(line).git.length === 0;
	});
	t.diagnostic(`${lines.length} lines`);
	assert.ok(lines.length > 5);
	nothing(caughtOf(sandbox, "bash", lines, "evil"));
});
