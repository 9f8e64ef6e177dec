// SHA-1, SHA-256 and HMAC-SHA-256 for the handshake. Loading node:crypto costs a hook about 2 ms at every tool call, for
// three short digests; the tests hold these to node:crypto. Not constant-time: the only secret is a key per gate run.

const K = new Int32Array([
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
	const h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
	const w = new Int32Array(80);
	const padded = pad(data);
	for (let start = 0; start < padded.length; start += BLOCK) {
		let [a, b, c, d, e] = h as [number, number, number, number, number];
		for (let i = 0; i < 80; i += 1) {
			let word = 0;
			if (i < 16) word = padded.readInt32BE(start + i * 4);
			else {
				const x = (w[i - 3] as number) ^ (w[i - 8] as number) ^ (w[i - 14] as number) ^ (w[i - 16] as number);
				word = (x << 1) | (x >>> 31);
			}
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
			const next = (((a << 5) | (a >>> 27)) + f + e + k + word) | 0;
			e = d;
			d = c;
			c = (b << 30) | (b >>> 2);
			b = a;
			a = next;
		}
		add(h, [a, b, c, d, e]);
	}
	return bytes(h);
}

/** SHA-256 of `data`: 32 bytes. */
export function sha256(data: Buffer): Buffer {
	const h = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
	const w = new Int32Array(64);
	const padded = pad(data);
	for (let start = 0; start < padded.length; start += BLOCK) {
		let [a, b, c, d, e, f, g, last] = h as [number, number, number, number, number, number, number, number];
		for (let i = 0; i < 64; i += 1) {
			let word = 0;
			if (i < 16) word = padded.readInt32BE(start + i * 4);
			else {
				const x = w[i - 15] as number;
				const y = w[i - 2] as number;
				const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
				const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
				word = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
			}
			w[i] = word;
			const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
			const t1 = last + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + word;
			const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
			const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
			last = g;
			g = f;
			f = e;
			e = (d + t1) | 0;
			d = c;
			c = b;
			b = a;
			a = (t1 + t2) | 0;
		}
		add(h, [a, b, c, d, e, f, g, last]);
	}
	return bytes(h);
}

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export function hmacSha256(key: Buffer, data: Buffer): Buffer {
	const padded = Buffer.alloc(BLOCK);
	(key.length > BLOCK ? sha256(key) : key).copy(padded);
	const inner = Buffer.from(padded.map((byte) => byte ^ 0x36));
	const outer = Buffer.from(padded.map((byte) => byte ^ 0x5c));
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

function add(h: number[], v: number[]): void {
	for (const [i, word] of v.entries()) h[i] = ((h[i] ?? 0) + word) | 0;
}

function bytes(h: number[]): Buffer {
	const out = Buffer.alloc(h.length * 4);
	for (const [i, word] of h.entries()) out.writeInt32BE(word, i * 4);
	return out;
}
