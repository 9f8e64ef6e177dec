// Pictures become smaller and stay what they are.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decode, encode, smallerPng } from "../../support/png.ts";

test("whatever is drawn comes back pixel by pixel", () => {
	const picture = fc
		.record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }), opaque: fc.boolean() })
		.chain(({ width, height, opaque }) => {
			const size = width * height;
			const colour = fc.integer({ min: 0, max: 0xffffffff }).map((n) => (opaque ? (n | 255) >>> 0 : n));
			return fc.record({
				width: fc.constant(width),
				height: fc.constant(height),
				colours: fc.array(colour, { minLength: size, maxLength: size }),
			});
		});
	fc.assert(
		fc.property(picture, ({ width, height, colours }) => {
			const drawn = Uint32Array.from(colours);
			// A palette picture is what this writes, not what a browser makes, so it is not read here.
			const png = encode(width, height, drawn, { palette: false });
			assert.deepEqual(decode(png), { width, height, colours: drawn });
		}),
	);
});

test("a picture is not made larger", () => {
	const colours = Uint32Array.from({ length: 64 * 64 }, (_, i) => ((i * 2654435761) | 255) >>> 0);
	const png = encode(64, 64, colours, { palette: false });
	assert.ok(smallerPng(png).length <= png.length);
});

test("few colours become a palette", () => {
	const colours = Uint32Array.from({ length: 64 * 64 }, (_, i) => (i % 7 === 0 ? 0xff0000ff : 0x00ff00ff));
	const png = encode(64, 64, colours, { palette: false });
	const small = smallerPng(png);
	assert.ok(small.length < png.length);
	assert.equal(small[25], 3, "colour type of a palette");
});

test("what is no PNG is refused", () => {
	assert.throws(() => decode(Buffer.from("GIF89a")), /not a PNG/);
});
