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
	const h = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
	const w = new Int32Array(80);
	const padded = pad(data);
	for (let start = 0; start < padded.length; start += BLOCK) {
		let a = at(h, 0);
		let b = at(h, 1);
		let c = at(h, 2);
		let d = at(h, 3);
		let e = at(h, 4);
		for (let i = 0; i < 80; i += 1) {
			const word =
				i < 16
					? padded.readInt32BE(start + i * 4)
					: left(at(w, i - 3) ^ at(w, i - 8) ^ at(w, i - 14) ^ at(w, i - 16), 1);
			w[i] = word;
			let f = b ^ c ^ d;
			let k = i < 40 ? 0x6ed9eba1 : 0xca62c1d6;
			if (i < 20) {
				f = (b & c) | (~b & d);
				k = 0x5a827999;
			} else if (i >= 40 && i < 60) {
				f = (b & c) | (b & d) | (c & d);
				k = 0x8f1bbcdc;
			}
			const next = (left(a, 5) + f + e + k + word) | 0;
			e = d;
			d = c;
			c = left(b, 30);
			b = a;
			a = next;
		}
		add(h, a, b, c, d, e);
	}
	return bytes(h);
}

/** SHA-256 of `data`: 32 bytes. */
export function sha256(data: Buffer): Buffer {
	const h = new Int32Array([
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	]);
	const w = new Int32Array(64);
	const padded = pad(data);
	for (let start = 0; start < padded.length; start += BLOCK) {
		let a = at(h, 0);
		let b = at(h, 1);
		let c = at(h, 2);
		let d = at(h, 3);
		let e = at(h, 4);
		let f = at(h, 5);
		let g = at(h, 6);
		let last = at(h, 7);
		for (let i = 0; i < 64; i += 1) {
			let word = 0;
			if (i < 16) word = padded.readInt32BE(start + i * 4);
			else {
				const x = at(w, i - 15);
				const y = at(w, i - 2);
				const s0 = left(x, 25) ^ left(x, 14) ^ (x >>> 3);
				const s1 = left(y, 15) ^ left(y, 13) ^ (y >>> 10);
				word = (at(w, i - 16) + s0 + at(w, i - 7) + s1) | 0;
			}
			w[i] = word;
			const t1 = last + (left(e, 26) ^ left(e, 21) ^ left(e, 7)) + ((e & f) ^ (~e & g)) + at(K, i) + word;
			const t2 = (left(a, 30) ^ left(a, 19) ^ left(a, 10)) + ((a & b) ^ (a & c) ^ (b & c));
			last = g;
			g = f;
			f = e;
			e = (d + t1) | 0;
			d = c;
			c = b;
			b = a;
			a = (t1 + t2) | 0;
		}
		add(h, a, b, c, d, e, f, g, last);
	}
	return bytes(h);
}

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export function hmacSha256(key: Buffer, data: Buffer): Buffer {
	const short = key.length > BLOCK ? sha256(key) : key;
	const inner = Buffer.alloc(BLOCK, 0x36);
	const outer = Buffer.alloc(BLOCK, 0x5c);
	for (let i = 0; i < short.length; i += 1) {
		inner[i] = 0x36 ^ at(short, i);
		outer[i] = 0x5c ^ at(short, i);
	}
	return sha256(Buffer.concat([outer, sha256(Buffer.concat([inner, data]))]));
}

/** `data` with the padding that SHA-1 and SHA-256 share, a multiple of 64 bytes. */
function pad(data: Buffer): Buffer {
	const padded = Buffer.alloc(Math.ceil((data.length + 9) / BLOCK) * BLOCK);
	data.copy(padded);
	padded[data.length] = 0x80;
	padded.writeUIntBE(data.length * 8, padded.length - 6, 6);
	return padded;
}

function bytes(h: Int32Array): Buffer {
	const out = Buffer.alloc(h.length * 4);
	for (let i = 0; i < h.length; i += 1) out.writeInt32BE(at(h, i), i * 4);
	return out;
}

function add(h: Int32Array, ...v: number[]): void {
	for (let i = 0; i < h.length; i += 1) h[i] = at(h, i) + at(v, i);
}

/** An element known to exist; typed arrays have no holes. */
function at(array: ArrayLike<number>, i: number): number {
	return array[i] as number;
}

function left(x: number, n: number): number {
	return (x << n) | (x >>> (32 - n));
}
