import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { hmacSha256, sha1, sha256 } from "../../../src/bin/hook/digest.ts";

const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));

test("SHA-1 and SHA-256 equal node:crypto for any bytes", () => {
	fc.assert(
		fc.property(bytes, (data) => {
			assert.deepEqual(sha1(data), createHash("sha1").update(data).digest());
			assert.deepEqual(sha256(data), createHash("sha256").update(data).digest());
		}),
	);
});

test("SHA-1 and SHA-256 equal node:crypto at every length around the edges of a block", () => {
	for (let length = 0; length <= 200; length += 1) {
		const data = Buffer.alloc(length, 0xa5);
		assert.deepEqual(sha1(data), createHash("sha1").update(data).digest(), `SHA-1 of ${length} bytes`);
		assert.deepEqual(sha256(data), createHash("sha256").update(data).digest(), `SHA-256 of ${length} bytes`);
	}
});

test("HMAC-SHA-256 equals node:crypto, for keys shorter and longer than a block", () => {
	fc.assert(
		fc.property(bytes, bytes, (key, data) => {
			assert.deepEqual(hmacSha256(key, data), createHmac("sha256", key).update(data).digest());
		}),
	);
});
