// A good bundle, changed in one place, is never found good: not by VERIFY.md's commands, not by verifyBundle, also when
// SHA256SUMS was written anew. What is only prose and program (README.txt, VERIFY.md, the page) is covered by SHA256SUMS alone.
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { type Entry, type EntryHead, GENESIS, saltedBody, seal } from "../../../../src/audit/chain.ts";
import { originOf, signCheckpoint } from "../../../../src/audit/checkpoint.ts";
import { newSigningKey, publicKeyHex, type Signer, signerFromPem } from "../../../../src/audit/keys.ts";
import { verifyBundle } from "../../../../src/audit/verifyBundle.ts";
import { rootIn, sampleLog } from "../../../support/auditLog.ts";
import { placeIn, requested, tempDir } from "../support.ts";
import {
	bundleOf,
	commandsOf,
	dropWithExcuse,
	follow,
	followToTrouble,
	missingTool,
	repaged,
	restore,
	resum,
	snapshot,
	turnInto,
	unpack,
} from "./support.ts";

/** Prose and program: they say what the rest means and are no evidence. Nothing signed covers them. */
const UNSIGNED_FILES: readonly string[] = ["README.txt", "VERIFY.md", "verify.html"];
const missing = missingTool();
const skip = missing === undefined ? false : `VERIFY.md was not followed: ${missing}`;

type Files = Map<string, Buffer>;

let base: string;
let dir: string;
/** Two segments of one session, with evidence and left-out bodies. */
let files: Files;
let commands: string[];
let signer: Signer;

before(async () => {
	base = tempDir(undefined);
	const place = placeIn(base);
	signer = place.home.signer();
	const root = rootIn(base);
	const log = await sampleLog(place.home, root);
	await log.journal.close();
	const { openJournal } = await import("../../../../src/audit/journal.ts");
	const writer = { osUser: "ann", host: "box", editor: "serve", version: "0.0.0" };
	const later = await openJournal({ home: place.home, root, gateId: "later", writer, signer });
	for (let i = 0; i < 3; i++)
		await later.append("action.requested", requested(`more${i}`), { session: log.sessions.good });
	await later.append("prompt", { claimed: { text: "of another session" } }, { session: "other" });
	await later.append("session.ended", { claimed: {} }, { session: log.sessions.good });
	await later.close();
	dir = unpack((await bundleOf(log.dir, log.sessions.good)).zip, join(base, "bundle"));
	files = snapshot(dir);
	commands = commandsOf(readFileSync(join(dir, "VERIFY.md"), "utf8"));
	assert.deepEqual((await verifyBundle(dir)).problems, []);
});
after(() => rmSync(base, { recursive: true, force: true }));

const segments = () => [...files.keys()].filter((name) => name.startsWith("entries/"));
const evidence = () => [...files.keys()].filter((name) => name.startsWith("evidence/"));
const linesIn = (bytes: Buffer | undefined) => (bytes ?? Buffer.alloc(0)).toString().split("\n").slice(0, -1);
const joined = (lines: string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(""));
const pick = <T>(all: readonly T[], n: number) => all[n % all.length] as T;

/** Runs `look` while the folder holds the changed files. */
async function changed<T>(change: (files: Files) => void, look: () => Promise<T>): Promise<T> {
	const now = new Map(files);
	change(now);
	turnInto(dir, files, now);
	try {
		return await look();
	} finally {
		turnInto(dir, now, files);
	}
}

interface Found {
	/** The first step of VERIFY.md that ended with trouble, from 1; without the tools, none. */
	steps: number[];
	out: string;
	kinds: string[];
}

/** What everybody finds. Whether it is enough is for the caller to say. */
function findings(change: (files: Files) => void): Promise<Found> {
	return changed(change, async () => {
		const steps = missing === undefined ? followToTrouble(dir, commands) : [];
		const { problems } = await verifyBundle(dir);
		return {
			steps: steps.flatMap(({ status }, at) => (status === 0 ? [] : [at + 1])),
			out: steps.map(({ out }) => out).join(""),
			kinds: [...new Set(problems.map(({ kind }) => kind))],
		};
	});
}

/** Everybody finds it, before and after the sums were written anew. */
async function named(what: string, change: (files: Files) => void, anew = true): Promise<void> {
	const first = await findings(change);
	assert.ok(first.kinds.length > 0, `${what}: verifyBundle found nothing`);
	if (missing === undefined) assert.ok(first.steps.length > 0, `${what}: VERIFY.md found nothing`);
	if (!anew) return;
	const second = await findings((now) => {
		change(now);
		resum(now);
	});
	assert.ok(second.kinds.length > 0, `${what}, sums anew: verifyBundle found nothing`);
	if (missing === undefined)
		assert.ok(
			second.steps.some((step) => step > 1),
			`${what}, sums anew: VERIFY.md found nothing`,
		);
}

test("a byte flipped in any file is named", { skip }, async () => {
	for (const [name, bytes] of files) {
		const at = Math.floor(bytes.length * 0.37);
		const flip = (now: Files) => {
			const copy = Buffer.from(bytes);
			copy[at] = (copy[at] ?? 0) ^ 1;
			now.set(name, copy);
		};
		await named(name, flip, !UNSIGNED_FILES.includes(name) && name !== "SHA256SUMS");
	}
});

test("any file removed, or one too many, is named", { skip }, async () => {
	for (const name of [pick(segments(), 0), pick(segments(), 1), pick(evidence(), 0), "manifest.json", "signer.pem"])
		await named(`without ${name}`, (now) => now.delete(name));
	await named("one more", (now) => now.set(`evidence/${"a".repeat(64)}`, Buffer.from("x")));
	await named("a stranger", (now) => now.set("run.sh", Buffer.from("x")));
});

test("evidence swapped for other evidence is named", { skip }, () =>
	named("swapped", (now) => now.set(pick(evidence(), 0), files.get(pick(evidence(), 1)) ?? Buffer.alloc(0))),
);

test("a signature replaced by another is named", { skip }, () =>
	named("signature", (now) => {
		const [one = "", two = ""] = [...files.keys()].filter((name) => name.endsWith(".sig"));
		now.set(one, files.get(two) ?? Buffer.alloc(0));
	}),
);

test("another key in signer.pem is named", { skip }, () =>
	named("key", (now) => {
		const other = signerFromPem(newSigningKey(), "file").publicKey;
		now.set("signer.pem", Buffer.from(other.export({ type: "spki", format: "pem" })));
	}),
);

/** Changes the lines of a segment. */
const lines = (n: number, change: (lines: string[]) => string[]) => (now: Files) => {
	const name = pick(segments(), n);
	now.set(name, joined(change(linesIn(files.get(name)))));
};

test("entries removed, moved, doubled or left out are named", { skip }, async () => {
	await named(
		"removed",
		lines(0, (all) => all.toSpliced(9, 1)),
	);
	await named(
		"moved",
		lines(0, (all) => all.toSpliced(9, 1).toSpliced(12, 0, all[9] ?? "")),
	);
	await named(
		"doubled",
		lines(0, (all) => all.toSpliced(9, 0, all[9] ?? "")),
	);
	await named(
		"of the other segment",
		lines(0, (all) => all.with(9, linesIn(files.get(pick(segments(), 1)))[5] ?? "")),
	);
	await named(
		"tail cut",
		lines(1, (all) => all.slice(0, 5)),
	);
	await named("tail cut in a line", (now) => {
		const name = pick(segments(), 1);
		now.set(name, (files.get(name) ?? Buffer.alloc(0)).subarray(0, -20));
	});
});

/** An entry edited, with its hash and all that follow made to fit, as far as one gets without the key. */
function forge(all: string[], at: number, edit: (entry: Entry) => object, sign?: Signer): string[] {
	let prev = GENESIS;
	let origin = "";
	return all.map((line, index) => {
		const entry = JSON.parse(line) as Entry;
		if (index === 0) origin = originOf(String(entry.body?.workspace), String(entry.body?.segment));
		if (index < at && sign === undefined) {
			prev = entry.hash;
			return line;
		}
		let body: object | undefined = index === at ? edit(entry) : entry.body;
		if (sign !== undefined && entry.head.type === "checkpoint")
			body = { note: signCheckpoint({ origin, entries: index, hash: prev }, sign) };
		// A left-out body has no text to seal: the forger puts one of his own there.
		const { salt: _, ...rest } = { salt: "", ...(body ?? { claimed: {} }) };
		const sealed = seal(prev, entry.head as EntryHead, saltedBody(rest));
		prev = sealed.hash;
		return sealed.line.slice(0, -1);
	});
}

test("an entry edited and all that follows hashed anew is named", { skip }, async () => {
	await named(
		"rehashed",
		lines(0, (all) => forge(all, 9, () => ({ claimed: { text: "never was" } }))),
	);
	await named(
		"rehashed at the end",
		lines(1, (all) => forge(all, all.length - 3, () => ({ claimed: {} }))),
	);
});

test("a segment signed anew by another key is named", {
	skip,
}, async () => {
	const other = signerFromPem(newSigningKey(), "file");
	await named(
		"signed anew",
		lines(1, (all) => forge(all, 5, () => requested("forged"), other)),
	);
});

test("a segment of the session cut off, with every list made to fit, is named as long as the page shows the whole", {
	skip,
}, async () => {
	const cut = (now: Files) => {
		const [, second = ""] = segments();
		const stem = second.replace("entries/", "checkpoints/").replace(".jsonl", "");
		for (const name of [...now.keys()]) if (name === second || name.startsWith(stem)) now.delete(name);
		const manifest = JSON.parse(String(now.get("manifest.json")));
		manifest.segments.splice(1);
		now.set("manifest.json", Buffer.from(`${JSON.stringify(manifest)}\n`));
		now.set("heads.json", Buffer.from("[]\n"));
		now.set("signatures.txt", Buffer.from(`${String(now.get("signatures.txt")).split("\n")[0]}\n`));
		resum(now);
	};
	const { out, kinds, steps } = await findings(cut);
	// Who writes the page anew, too, has a shorter receipt that fits: as if it had been made earlier.
	assert.deepEqual(kinds, ["edited"]);
	assert.deepEqual(steps, [3]);
	assert.match(out, /edited: verify\.html/);
});

test("random changes of entries, evidence and what follows from them are named by verifyBundle", async () => {
	const covered = () => [...files.keys()].filter((name) => !UNSIGNED_FILES.includes(name) && name !== "SHA256SUMS");
	await fc.assert(
		fc.asyncProperty(
			fc.nat(),
			fc.nat(),
			fc.integer({ min: 0, max: 255 }),
			fc.boolean(),
			async (which, at, value, anew) => {
				const name = pick(covered(), which);
				const bytes = Buffer.from(files.get(name) ?? Buffer.alloc(0));
				if (bytes[at % bytes.length] === value) return;
				bytes[at % bytes.length] = value;
				const { problems } = await changed(
					(now) => {
						now.set(name, bytes);
						if (anew) resum(now);
					},
					() => verifyBundle(dir),
				);
				assert.ok(problems.length > 0, `${name} at ${at % bytes.length}`);
			},
		),
		{ numRuns: 100 },
	);
});

test("random changes are named by VERIFY.md's script, or by openssl", { skip }, async () => {
	const covered = () => [...files.keys()].filter((name) => !UNSIGNED_FILES.includes(name) && name !== "SHA256SUMS");
	await fc.assert(
		fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }), async (which, at, value) => {
			const name = pick(covered(), which);
			const bytes = Buffer.from(files.get(name) ?? Buffer.alloc(0));
			if (bytes[at % bytes.length] === value) return;
			bytes[at % bytes.length] = value;
			const steps = await changed(
				(now) => {
					now.set(name, bytes);
					resum(now);
				},
				async () => follow(dir, [commands[2] ?? "", commands[3] ?? ""]),
			);
			assert.ok(
				steps.some(({ status }) => status !== 0),
				`${name} at ${at % bytes.length}`,
			);
		}),
		{ numRuns: 25 },
	);
});

/** Unpacks a bundle, changes it, makes its lists and its page fit, and gives what each verifier says of it. */
async function excused(
	log: string,
	into: string,
	change: (files: Files) => void,
): Promise<{ kinds: string[]; out: string }> {
	const at = unpack((await bundleOf(log, "s1")).zip, join(base, into));
	assert.deepEqual((await verifyBundle(at)).problems, []);
	const now = snapshot(at);
	change(now);
	restore(at, repaged(now));
	const { problems } = await verifyBundle(at);
	const steps = missing === undefined ? follow(at, commands) : [];
	assert.equal(steps[0]?.status ?? 0, 0, "the sums fit");
	return { kinds: problems.map(({ kind }) => kind), out: steps[2]?.out ?? "" };
}

test("evidence deleted and excused by a removal that nothing signs is named, with every list made to fit", {
	skip,
}, async () => {
	const place = placeIn(join(base, "excused"));
	const journal = await place.open("one");
	const result = await journal.evidence.put(Buffer.from("what it did"));
	await journal.append("action.executed", { outcome: "done", result, claimed: {} }, { session: "s1" });
	await journal.append("session.ended", { claimed: {} }, { session: "s1" });
	const { kinds, out } = await excused(journal.dir, "excused-bundle", (now) => dropWithExcuse(now, result.digest));
	assert.ok(kinds.includes("evidence-missing"), kinds.join());
	assert.match(out, /evidence-missing: evidence/);
});

test("evidence deleted and excused by a signed removal from before it was named again is named", { skip }, async () => {
	const place = placeIn(join(base, "again"));
	const other = await place.open("other");
	const journal = await place.open("one");
	const result = await journal.evidence.put(Buffer.from("named twice"));
	const digests = [result.digest];
	const name = () => journal.append("action.executed", { outcome: "done", result, claimed: {} }, { session: "s1" });
	await name();
	// In its own segment and in another one; both are before it by their place or time.
	await journal.append("evidence.removed", { digests, olderThanDays: 1 });
	await other.append("evidence.removed", { digests, olderThanDays: 1 });
	await other.close();
	await new Promise((go) => setTimeout(go, 5));
	await name();
	await journal.append("session.ended", { claimed: {} }, { session: "s1" });
	const { kinds, out } = await excused(journal.dir, "again-bundle", (now) => {
		now.delete(`evidence/${result.digest}`);
		const manifest = JSON.parse(String(now.get("manifest.json")));
		assert.deepEqual(manifest.removed, []);
		now.set("manifest.json", Buffer.from(`${JSON.stringify({ ...manifest, removed: digests })}\n`));
	});
	assert.ok(kinds.includes("evidence-missing"), kinds.join());
	assert.match(out, /evidence-missing: evidence/);
});

test("the key named from outside decides", { skip }, async () => {
	const right = publicKeyHex(signer.publicKey);
	assert.equal((await verifyBundle(dir, { key: right })).verdict, "verified");
	assert.equal(follow(dir, commands, right).at(-1)?.status, 0);
	assert.equal(follow(dir, commands, "1".repeat(64)).at(-1)?.status, 1);
});
