// Makes a screenshot smaller without changing a pixel: no alpha where nothing is transparent, a palette where the colours
// fit one, the best filter for each line, and zlib at its best. Format: PNG 1.2 (W3C), 8 bits a channel, not interlaced.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const RGB = 2;
const PALETTE = 3;
const RGBA = 6;

/** The same picture in fewer bytes; the given one when there is nothing to gain. */
export function smallerPng(png: Buffer): Buffer {
	const { width, height, colours } = decode(png);
	const best = encode(width, height, colours);
	return best.length < png.length ? best : png;
}

/** Pixels as RGBA numbers, left to right, top to bottom. @throws for a kind of PNG that no browser makes */
export function decode(png: Buffer): { width: number; height: number; colours: Uint32Array } {
	if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error("This is not a PNG.");
	const parts: Buffer[] = [];
	let head: Buffer | undefined;
	for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
		const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
		const type = png.toString("latin1", at + 4, at + 8);
		if (type === "IHDR") head = data;
		if (type === "IDAT") parts.push(data);
	}
	if (head === undefined) throw new Error("This PNG has no header.");
	const [width, height, depth, type, interlaced] = [
		head.readUInt32BE(0),
		head.readUInt32BE(4),
		...[8, 9, 12].map((at) => head.readUInt8(at)),
	] as [number, number, number, number, number];
	if (depth !== 8 || (type !== RGB && type !== RGBA) || interlaced !== 0) {
		throw new Error(`A PNG of depth ${depth} and colour type ${type} is not read here.`);
	}
	const size = type === RGBA ? 4 : 3;
	const lines = unfilter(inflateSync(Buffer.concat(parts)), width * size, height, size);
	const colours = new Uint32Array(width * height);
	for (let i = 0; i < colours.length; i++) {
		const at = i * size;
		const alpha = size === 4 ? (lines[at + 3] ?? 0) : 255;
		colours[i] = ((byte(lines, at) << 24) | (byte(lines, at + 1) << 16) | (byte(lines, at + 2) << 8) | alpha) >>> 0;
	}
	return { width, height, colours };
}

/** `palette: false` keeps full colours even where few are used. */
export function encode(width: number, height: number, colours: Uint32Array, options = { palette: true }): Buffer {
	const opaque = colours.every((colour) => (colour & 255) === 255);
	const palette = opaque && options.palette ? [...new Set(colours)] : [];
	if (palette.length > 0 && palette.length <= 256) {
		const index = new Map(palette.map((colour, i) => [colour, i]));
		const bytes = Buffer.from(Array.from(colours, (colour) => index.get(colour) ?? 0));
		return file(width, height, PALETTE, filtered(bytes, width, height, 1), palette);
	}
	const size = opaque ? 3 : 4;
	const bytes = Buffer.alloc(colours.length * size);
	colours.forEach((colour, i) => {
		for (let part = 0; part < size; part++) bytes[i * size + part] = (colour >>> (24 - part * 8)) & 255;
	});
	return file(width, height, opaque ? RGB : RGBA, filtered(bytes, width * size, height, size));
}

function file(width: number, height: number, type: number, lines: Buffer, palette: number[] = []): Buffer {
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, type, 0, 0, 0], 8);
	const table = Buffer.from(palette.flatMap((colour) => [24, 16, 8].map((shift) => (colour >>> shift) & 255)));
	return Buffer.concat([
		SIGNATURE,
		chunk("IHDR", head),
		...(palette.length > 0 ? [chunk("PLTE", table)] : []),
		chunk("IDAT", deflateSync(lines, { level: 9, memLevel: 9 })),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

function chunk(type: string, data: Buffer): Buffer {
	const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
	const out = Buffer.alloc(typed.length + 8);
	out.writeUInt32BE(data.length, 0);
	typed.copy(out, 4);
	out.writeUInt32BE(crc32(typed), typed.length + 4);
	return out;
}

/** Each line with the filter whose output is nearest to nothing (the heuristic of PNG 1.2, 9.6). */
function filtered(bytes: Buffer, stride: number, height: number, size: number): Buffer {
	const out = Buffer.alloc((stride + 1) * height);
	const filters = size === 1 ? [0] : [0, 1, 2, 3, 4];
	for (let y = 0; y < height; y++) {
		let best = Number.POSITIVE_INFINITY;
		for (const filter of filters) {
			const line = Buffer.alloc(stride + 1);
			line[0] = filter;
			let weight = 0;
			for (let x = 0; x < stride; x++) {
				const value = (byte(bytes, y * stride + x) - predict(bytes, filter, y, x, stride, size)) & 255;
				line[x + 1] = value;
				weight += value < 128 ? value : 256 - value;
			}
			if (weight < best) {
				best = weight;
				line.copy(out, y * (stride + 1));
			}
		}
	}
	return out;
}

function unfilter(lines: Buffer, stride: number, height: number, size: number): Buffer {
	const out = Buffer.alloc(stride * height);
	for (let y = 0; y < height; y++) {
		const filter = byte(lines, y * (stride + 1));
		for (let x = 0; x < stride; x++) {
			const value = byte(lines, y * (stride + 1) + 1 + x);
			out[y * stride + x] = value + predict(out, filter, y, x, stride, size);
		}
	}
	return out;
}

/** What a filter expects at a place, from the bytes left (a), above (b) and left above (c) of it. */
function predict(bytes: Buffer, filter: number, y: number, x: number, stride: number, size: number): number {
	if (filter === 0) return 0;
	const at = y * stride + x;
	const a = x >= size ? byte(bytes, at - size) : 0;
	const b = y > 0 ? byte(bytes, at - stride) : 0;
	if (filter === 1) return a;
	if (filter === 2) return b;
	if (filter === 3) return (a + b) >> 1;
	const c = x >= size && y > 0 ? byte(bytes, at - stride - size) : 0;
	const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
	if (toA <= toB && toA <= toC) return a;
	return toB <= toC ? b : c;
}

function byte(bytes: Buffer, at: number): number {
	return bytes[at] ?? 0;
}
