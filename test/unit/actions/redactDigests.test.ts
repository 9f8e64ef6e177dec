// Equal secrets are told by keyed digests, collected beside what is masked.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";
import { JobQueue, SMALL } from "../../../src/actions/jobQueue.ts";
import { jobs } from "../../../src/actions/jobs.ts";
import { redact, redactJson } from "../../../src/actions/redact.ts";
import { collectSecrets, setSecretKey } from "../../../src/actions/redactDigests.ts";
import { Maker, randomOf } from "../../fixtures/secrets/samples.ts";

const LARGE = Math.max(...Object.values(SMALL)) + 1;
const maker = new Maker(randomOf(1));
const secret = maker.password();
const macs = (work: () => unknown) => collectSecrets(work).secrets.map(({ mac }) => mac);

beforeEach(() => setSecretKey(Buffer.alloc(32, 1)));
afterEach(() => setSecretKey(undefined));

test("the same secret has the same digest wherever it stands, another one has another", () => {
	const [first] = macs(() => redact(`DB_PASSWORD=${secret} ./run`));
	assert.match(first ?? "", /^[0-9a-f]{32}$/);
	assert.deepEqual(
		macs(() => redact(`psql postgres://app:${secret}@db/shop`)),
		[first],
	);
	assert.deepEqual(
		macs(() => redactJson({ password: secret, env: [`X_TOKEN=${secret}`] })),
		[first],
		"once",
	);
	assert.notEqual(macs(() => redact(`DB_PASSWORD=${maker.password()}`))[0], first);
	assert.deepEqual(collectSecrets(() => redact(`DB_PASSWORD=${secret}`)).secrets, [{ kind: "password", mac: first }]);
});

test("a key block has one digest, with its line breaks or with escaped ones", () => {
	const pem = maker.pem(["PRIVATE", "KEY"].join(" "));
	const [plain] = macs(() => redact(pem));
	assert.ok(plain !== undefined);
	assert.deepEqual(
		macs(() => redact(JSON.stringify(pem))),
		[plain],
	);
});

test("without a key nothing is noted; with another key the digests are others, and none is the plain one", () => {
	const text = `DB_PASSWORD=${secret}`;
	const [first] = macs(() => redact(text));
	setSecretKey(Buffer.alloc(32, 2));
	const [other] = macs(() => redact(text));
	assert.notEqual(other, first);
	const plain = createHmac("sha256", Buffer.alloc(32, 2)).update(secret).digest("hex").slice(0, 32);
	assert.notEqual(other, plain, "the home's key is not used as it is");
	setSecretKey(undefined);
	assert.deepEqual(
		macs(() => redact(text)),
		[],
	);
});

test("what is masked does not say the digest, and nobody hears of it who does not collect", () => {
	const { value, secrets } = collectSecrets(() => redactJson({ a: `DB_PASSWORD=${secret}` }));
	for (const { mac } of secrets) assert.ok(!JSON.stringify(value).includes(mac));
	assert.deepEqual(Object.keys(redact(`DB_PASSWORD=${secret}`)), ["text", "redacted"]);
	assert.throws(() =>
		collectSecrets(() => {
			throw new Error("x");
		}),
	);
	redact(`DB_PASSWORD=${secret}`);
	assert.deepEqual(
		macs(() => "nothing"),
		[],
		"a collection that failed is over",
	);
});

test("the thread reports the same digests, with the key of the moment", async () => {
	const queue = new JobQueue();
	const input = { command: `DB_PASSWORD=${secret} ./run`, list: ["--token", "abcdefgh1"] };
	for (const key of [Buffer.alloc(32, 1), Buffer.alloc(32, 3), undefined]) {
		setSecretKey(key);
		const here = jobs.json(input).secrets;
		assert.equal(here.length, key === undefined ? 0 : 2);
		assert.deepEqual((await queue.run("json", input, LARGE)).secrets, here);
	}
	setSecretKey(Buffer.alloc(32, 1));
	const side = { bytes: Buffer.from(`x\nDB_PASSWORD=${secret}\n`), binary: false };
	assert.deepEqual((await queue.run("side", side, LARGE)).secrets, jobs.side(side).secrets);
	assert.equal(jobs.side(side).secrets.length, 1);
});

test("a text full of secrets notes a bounded number", () => {
	const text = Array.from({ length: 5000 }, (_, n) => `A_PASSWORD=hunter${n}`).join("\n");
	assert.equal(macs(() => redact(text)).length, 200);
});
