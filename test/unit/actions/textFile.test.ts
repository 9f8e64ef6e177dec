// What the card says of a file's line breaks, encoding and end, from its bytes alone.
import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { splitBreak, splitLines } from "../../../src/actions/lines.ts";
import { readTarget, sideOf } from "../../../src/actions/textFile.ts";
import { folder } from "./support.ts";

const NAMES = { "\n": "lf", "\r\n": "crlf", "\r": "cr", "": "none" } as const;

test("the kind of line break is that of all lines, or mixed", () => {
	const text = fc.array(fc.constantFrom("a", "é", "\n", "\r\n", "\r"), { maxLength: 8 });
	fc.assert(
		fc.property(text, (parts) => {
			const all = parts.join("");
			const kinds = new Set(splitLines(all).flatMap((line) => splitBreak(line).eol || []));
			const side = sideOf(Buffer.from(all));
			assert.equal(side.eol, kinds.size > 1 ? "mixed" : NAMES[[...kinds][0] ?? ""]);
			assert.equal(side.finalNewline, /[\r\n]$/.test(all));
		}),
		{ numRuns: 2000 },
	);
});

test("what is no text is said to be none", () => {
	assert.deepEqual(
		[Buffer.from("a\0b\n"), Buffer.from([0xff, 0x0a]), Buffer.from("\ufeffa\n", "utf16le")].map((bytes) => {
			const { binary, eol, finalNewline, bom } = sideOf(bytes);
			return { binary, eol, finalNewline, bom };
		}),
		[false, false, true].map((bom) => ({ binary: true, eol: "none", finalNewline: false, bom })),
	);
});

test("a file that becomes another one while memory for it is waited for is read as it is then", async (t) => {
	const [path, other] = [join(folder(t), "a"), join(folder(t), "b")];
	const becomes: Record<string, (text: string) => void> = {
		"written in place": (text) => writeFileSync(path, text),
		replaced: (text) => {
			writeFileSync(other, text);
			renameSync(other, path);
		},
	};
	for (const [how, write] of Object.entries(becomes))
		for (const text of ["same size", "another size"]) {
			writeFileSync(path, "old bytes");
			let asked = 0;
			const target = await readTarget(path, async (size) => {
				asked += 1;
				if (asked === 1) write(text);
				return Buffer.allocUnsafeSlow(size);
			});
			assert.equal(target.state === "file" && String(target.bytes), text, how);
			assert.equal(asked, text === "same size" ? 1 : 2);
		}
	// One that never stands still is left alone.
	let size = 0;
	const restless = await readTarget(path, async (bytes) => {
		size += 100;
		writeFileSync(path, "x".repeat(size));
		return Buffer.allocUnsafeSlow(bytes);
	});
	assert.equal(restless.state === "unknown" && restless.why.code, "proposal.changing");
});

test("that there is no memory is no fault of the file's", async (t) => {
	const path = join(folder(t), "a");
	writeFileSync(path, "a");
	const error = Object.assign(new Error("over"), { code: "ENOENT" });
	await assert.rejects(
		readTarget(path, () => Promise.reject(error)),
		error,
	);
});
