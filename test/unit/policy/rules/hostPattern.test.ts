import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
	type HostPattern,
	hostAllowed,
	hostTightened,
	parseHostPattern,
} from "../../../../src/policy/rules/hostPattern.ts";

function pattern(text: string): HostPattern {
	const read = parseHostPattern(text);
	assert.ok(!("wrong" in read), text);
	return read;
}

describe("to allow", () => {
	const YES: [string, string][] = [
		["docs.python.org", "https://docs.python.org/3/library"],
		["docs.python.org", "http://DOCS.Python.org"],
		["docs.python.org", "https://docs.python.org:443/"],
		["*.example.com", "https://a.example.com/"],
		["*.example.com", "https://a.b.example.com/?q=1#x"],
		["localhost:8080", "http://localhost:8080/"],
		["example.com:80", "http://example.com/"],
		["bücher.example", "https://xn--bcher-kva.example/"],
		["xn--bcher-kva.example", "https://bücher.example/"],
		["[::1]", "http://[::1]/"],
		["127.0.0.1", "http://127.0.0.1/"],
	];
	for (const [text, url] of YES) test(`${text} covers ${url}`, () => assert.ok(hostAllowed(pattern(text), url)));

	const NO: [string, string][] = [
		["docs.python.org", "https://docs.python.org.evil.com/"],
		["docs.python.org", "https://evil.com/docs.python.org"],
		["docs.python.org", "https://docs.python.org@evil.com/"],
		["docs.python.org", "https://user:pw@docs.python.org/"],
		["docs.python.org", "https://user@docs.python.org/"],
		["docs.python.org", "https://docs.python.org:8443/"],
		["docs.python.org", "https://docs.python.org./"],
		["docs.python.org", "ftp://docs.python.org/"],
		["docs.python.org", "file://docs.python.org/"],
		["docs.python.org", "docs.python.org"],
		["docs.python.org", "https:\\\\docs.python.org\\"],
		["docs.python.org", "https://docs.python.org\\@evil.com/"],
		["docs.python.org", "https://docs.python.org/ x"],
		["docs.python.org", "https://docs.python.org/\n"],
		["docs.python.org", "https:/docs.python.org/"],
		["*.example.com", "https://example.com/"],
		["*.example.com", "https://evilexample.com/"],
		["*.example.com", "https://.example.com/"],
		["*", "https://example.com/"],
		["*.com", "https://example.com/"],
		["example.com:80", "https://example.com/"],
		["127.0.0.1", "http://127.0.0.2/"],
	];
	for (const [text, url] of NO)
		test(`${text} does not cover ${url}`, () => assert.ok(!hostAllowed(pattern(text), url)));
});

describe("to ask or deny", () => {
	test("any scheme, port or name behind an @ is seen", () => {
		for (const url of [
			...["https://evil.com/", "http://evil.com:8080/", "ftp://evil.com/", "https://x@evil.com/", "evil.com/x"],
			...["https://evil.com./", "https:\\\\evil.com", "HTTPS://EVIL.COM", "//evil.com"],
		]) {
			assert.ok(hostTightened(pattern("evil.com"), url), url);
		}
		assert.ok(hostTightened(pattern("127.0.0.1"), "http://0x7f.1/"));
		assert.ok(!hostTightened(pattern("evil.com"), "https://good.com/?evil.com"));
		assert.ok(!hostTightened(pattern("evil.com:81"), "https://evil.com/"));
	});

	test("an address that cannot be read may be any", () => {
		assert.ok(hostTightened(pattern("evil.com"), "https://["));
		assert.ok(hostTightened(pattern("*"), "https://x.org/"));
	});
});

test("any text is a pattern or says why not; nothing throws", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), fc.oneof(fc.string(), fc.webUrl()), (text, url) => {
			const read = parseHostPattern(text);
			if ("wrong" in read) return;
			if (hostAllowed(read, url)) assert.ok(hostTightened(read, url));
		}),
		{ numRuns: 1000 },
	);
});
