// SHA-1, SHA-256 and HMAC-SHA-256 for the handshake. Loading node:crypto costs a hook about 2 ms at every tool call, for
// three short digests; the tests hold these to node:crypto. Not constant-time: the only secret is a key per gate run.

const K = new Uint32Array([
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
	0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
	0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
	0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
]);
const BLOCK = 64;

/** SHA-1 of `data`, for Sec-WebSocket-Accept only (RFC 6455 4.2.2): 20 bytes. */
export function sha1(data: Buffer): Buffer {
	const h = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
	const w = new Uint32Array(80);
	for (const block of blocks(data)) {
		for (let i = 0; i < 16; i += 1) w[i] = block.readUInt32BE(i * 4);
		for (let i = 16; i < 80; i += 1) w[i] = left(at(w, i - 3) ^ at(w, i - 8) ^ at(w, i - 14) ^ at(w, i - 16), 1);
		let [a, b, c, d, e] = h as unknown as [number, number, number, number, number];
		for (let i = 0; i < 80; i += 1) {
			const [f, k] =
				i < 20
					? [(b & c) | (~b & d), 0x5a827999]
					: i < 40
						? [b ^ c ^ d, 0x6ed9eba1]
						: i < 60
							? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
							: [b ^ c ^ d, 0xca62c1d6];
			const next = (left(a, 5) + f + e + k + at(w, i)) >>> 0;
			[e, d, c, b, a] = [d, c, left(b, 30), a, next];
		}
		add(h, [a, b, c, d, e]);
	}
	return bytes(h);
}

/** SHA-256 of `data`: 32 bytes. */
export function sha256(data: Buffer): Buffer {
	const h = new Uint32Array([
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	]);
	const w = new Uint32Array(64);
	for (const block of blocks(data)) {
		for (let i = 0; i < 16; i += 1) w[i] = block.readUInt32BE(i * 4);
		for (let i = 16; i < 64; i += 1) {
			const x = at(w, i - 15);
			const y = at(w, i - 2);
			const s0 = right(x, 7) ^ right(x, 18) ^ (x >>> 3);
			const s1 = right(y, 17) ^ right(y, 19) ^ (y >>> 10);
			w[i] = at(w, i - 16) + s0 + at(w, i - 7) + s1;
		}
		const v = Uint32Array.from(h);
		for (let i = 0; i < 64; i += 1) {
			const [a, b, c, d, e, f, g, last] = v as unknown as [
				number,
				number,
				number,
				number,
				number,
				number,
				number,
				number,
			];
			const s1 = right(e, 6) ^ right(e, 11) ^ right(e, 25);
			const t1 = last + s1 + ((e & f) ^ (~e & g)) + at(K, i) + at(w, i);
			const s0 = right(a, 2) ^ right(a, 13) ^ right(a, 22);
			const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
			v.set([t1 + t2, a, b, c, d + t1, e, f, g]);
		}
		add(h, v);
	}
	return bytes(h);
}

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export function hmacSha256(key: Buffer, data: Buffer): Buffer {
	const short = key.length > BLOCK ? sha256(key) : key;
	const pad = (byte: number) => {
		const out = Buffer.alloc(BLOCK, byte);
		for (let i = 0; i < short.length; i += 1) out[i] = byte ^ at(short, i);
		return out;
	};
	return sha256(Buffer.concat([pad(0x5c), sha256(Buffer.concat([pad(0x36), data]))]));
}

/** The 64-byte blocks of `data` with the padding that SHA-1 and SHA-256 share. */
function* blocks(data: Buffer): Generator<Buffer> {
	const padded = Buffer.alloc(Math.ceil((data.length + 9) / BLOCK) * BLOCK);
	data.copy(padded);
	padded[data.length] = 0x80;
	padded.writeUIntBE(data.length * 8, padded.length - 6, 6);
	for (let at = 0; at < padded.length; at += BLOCK) yield padded.subarray(at, at + BLOCK);
}

function bytes(h: Uint32Array): Buffer {
	const out = Buffer.alloc(h.length * 4);
	h.forEach((word, i) => {
		out.writeUInt32BE(word, i * 4);
	});
	return out;
}

function add(h: Uint32Array, v: ArrayLike<number>): void {
	for (let i = 0; i < h.length; i += 1) h[i] = at(h, i) + at(v, i);
}

/** An element known to exist; typed arrays have no holes. */
function at(array: ArrayLike<number>, i: number): number {
	return array[i] as number;
}

function left(x: number, n: number): number {
	return (x << n) | (x >>> (32 - n));
}

function right(x: number, n: number): number {
	return (x >>> n) | (x << (32 - n));
}
