import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { isExact, matchAllow, parseCommandPattern, patternOf } from "../../../../src/policy/rules/commandPattern.ts";
import { matchTight, matchTightText } from "../../../../src/policy/rules/tight.ts";

/** Words divided by blanks; "?" is one that is known only when the line runs. */
function words(line: string): (string | undefined)[] {
	return line.split(" ").map((word) => (word === "?" ? undefined : word));
}

function known(line: string): string[] {
	return line.split(" ");
}

describe("to allow", () => {
	const YES: [string, string][] = [
		["npm test", "npm test"],
		["git log *", "git log"],
		["git log *", "git log --oneline -5 main"],
		["git * main", "git push main"],
		["cat src/*.ts", "cat src/a.ts"],
		["cat src/*", "cat src/a/b.ts"],
		["go test ./...", "go test ./..."],
		["node --test=*", "node --test=x"],
		["'npm' \"test\"", "npm test"],
		["a 'b'c\"d\"", "a bcd"],
		["  npm \t test  ", "npm test"],
	];
	for (const [pattern, line] of YES)
		test(`${pattern} means ${line}`, () => assert.ok(matchAllow(pattern, known(line))));

	const NO: [string, string][] = [
		["npm test", "npm test --watch"],
		["npm test", "npm"],
		["npm test", "/usr/bin/npm test"],
		["npm test", "NPM test"],
		["/usr/bin/npm test", "npm test"],
		["npm test", "sudo npm test"],
		["npm test", "./npm test"],
		["git log *", "git -C /x log"],
		["git log *", "git --no-pager log"],
		["git * main", "git --exec-path=/x main"],
		["git * main", "git push origin main"],
		["cat *.ts", "cat -n.ts"],
		["cat src/*", "cat src/../../etc/passwd"],
		["cat src/*", "cat src/.."],
		["cat --file=*", "cat --file=../x"],
		["cat src/*.ts", "cat src/a.js"],
		["cat src/*.ts", "cat lib/a.ts"],
		["cat '*'", "cat x"],
		["*", "rm"],
		["* test", "npm test"],
		["n*m test", "npm test"],
		["a | b", "a | b"],
	];
	for (const [pattern, line] of NO) {
		test(`${pattern} does not mean ${line}`, () => assert.ok(!matchAllow(pattern, known(line))));
	}

	test("a word of two dots between others is no way out", () => {
		assert.ok(matchAllow("git diff main*", ["git", "diff", "main..dev"]));
	});

	test("quotes keep blanks, stars and quotes", () => {
		assert.ok(matchAllow("git commit -m 'a b'", ["git", "commit", "-m", "a b"]));
		assert.ok(!matchAllow("git commit -m 'a b'", ["git", "commit", "-m", "a", "b"]));
		assert.ok(matchAllow("find . -name '*.ts'", ["find", ".", "-name", "*.ts"]));
		assert.ok(!matchAllow("find . -name '*.ts'", ["find", ".", "-name", "a.ts"]));
		assert.ok(matchAllow(`echo ''`, ["echo", ""]));
		assert.ok(!matchAllow(`echo ''`, ["echo"]));
		assert.ok(matchAllow(`echo 'it'"'"'s'`, ["echo", "it's"]));
	});
});

describe("exact patterns", () => {
	test("hold no wildcard outside quotes", () => {
		for (const pattern of ["npm test", "rm -rf build", "find . -name '*.ts'", 'echo "*"']) assert.ok(isExact(pattern));
		for (const pattern of ["npm *", "rm build/*", "cat *.ts", "a '*'*", "*", "", "a | b"]) assert.ok(!isExact(pattern));
	});

	test("of given words mean those words and no others", () => {
		const word = fc.oneof(
			fc.string({ maxLength: 12 }),
			fc.string({ unit: fc.constantFrom("'", '"', "*", " ", "a", "-", "$", "\\", "=", "\n", "|", "é"), maxLength: 8 }),
		);
		fc.assert(
			fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), word, (all, other) => {
				const pattern = patternOf(all);
				assert.ok(isExact(pattern), pattern);
				assert.ok(matchAllow(pattern, all), pattern);
				assert.ok(!matchAllow(pattern, [...all, other]));
				for (const [index, one] of all.entries()) {
					if (one !== other) assert.ok(!matchAllow(pattern, all.with(index, other)));
				}
				const open = patternOf(all, "rest");
				assert.ok(!isExact(open) && matchAllow(open, all) && matchAllow(open, [...all, other]));
				assert.ok(matchTight(pattern, all), "what is allowed by a pattern is also denied by it");
			}),
			{ numRuns: 1000 },
		);
	});

	test("any text is a pattern or says why not; nothing throws", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary" }), fc.array(fc.string(), { minLength: 1 }), (text, all) => {
				const read = parseCommandPattern(text);
				if ("wrong" in read) assert.ok(read.wrong.startsWith("policyFile."));
				else assert.ok(read.words.length > 0);
				matchAllow(text, all);
				matchTight(text, all);
				matchTightText(text, all.join(" "));
			}),
			{ numRuns: 1000 },
		);
	});

	test("what an allow rule means, the same rule as a deny rule means too", () => {
		const part = fc.constantFrom("git", "push", "*", "-f", "--force", "a*", "*b", "x/y", "'*'", "..", "-C");
		const word = fc.constantFrom("git", "push", "-f", "--force", "ab", "b", "x/y", "*", "-C", "/x", "a/../b");
		fc.assert(
			fc.property(
				fc.array(part, { minLength: 1, maxLength: 4 }),
				fc.array(word, { minLength: 1, maxLength: 5 }),
				(pattern, all) => {
					if (matchAllow(pattern.join(" "), all)) assert.ok(matchTight(pattern.join(" "), all));
				},
			),
			{ numRuns: 5000 },
		);
	});
});

describe("to ask or deny", () => {
	const YES: [string, string][] = [
		["git push *", "git push"],
		["git push", "git push origin main"],
		["git push *", "git -C /x push"],
		["git push *", "git -C /x --no-pager -c a=b push -f"],
		["git push *", "/usr/bin/git push"],
		["git push *", "GIT push"],
		["git push *", "git.exe push"],
		["/opt/bin/git push", "git push"],
		["git push --force", "git push origin main --force"],
		["git push --force", "git push --force=yes"],
		["git push --force", "git push --forc"],
		["git push --force", "git --force push"],
		["rm -rf *", "rm -fr x"],
		["rm -rf *", "rm -r -f x"],
		["rm -rf *", "rm x -vrf"],
		["npm publish", "npm --tag next publish"],
		["npm publish", "sudo npm publish"],
		["npm publish", "env A=1 npm publish"],
		["npm publish", "timeout 5 npm publish"],
		["npm publish", "xargs -n 1 npm publish"],
		["rm *", "find . -exec rm {} ;"],
		["rm *", "sudo -u root nice -n 5 /bin/rm x"],
		["git push *", "git ?"],
		["git push *", "? push"],
		["git push *", "?"],
		["git push *", "git ? origin"],
		["rm *", "xargs ?"],
		["rm *", "find . -exec ?"],
		["git push --force", "git push ?"],
		["docker * rm", "docker container rm x"],
		["make deploy", "make deploy ENV=prod"],
		["*", "anything at all"],
		["mkfs*", "mkfs.ext4 /dev/sda"],
		["./scripts/*", "scripts/a.sh"],
		["./scripts/*", "/w/scripts/a.sh"],
		["curl * -d *", "curl https://x.org -d @f"],
		["rm *", "git submodule foreach rm x"],
		["rm *", "cmd /c rm x"],
	];
	for (const [pattern, line] of YES)
		test(`${pattern} means ${line}`, () => assert.ok(matchTight(pattern, words(line))));

	const NO: [string, string][] = [
		["git push *", "git log"],
		["git push *", "git log push"],
		["git push *", "git log --grep x push"],
		["git push *", "gitk push"],
		["git push *", "echo git push"],
		["git push --force", "git push origin"],
		["git push --force", "git push -u origin"],
		["rm -rf *", "rm -r x"],
		["rm *", "npm test ?"],
		["rm *", "ls ?"],
		["npm publish", "npm test"],
		["docker * rm", "docker rm"],
		["./scripts/*", "ls"],
		["find . -delete", "find . -name x -type d -ls"],
	];
	for (const [pattern, line] of NO) {
		test(`${pattern} does not mean ${line}`, () => assert.ok(!matchTight(pattern, words(line))));
	}

	test("code in a word of a program that runs it", () => {
		assert.ok(matchTight("git push *", ["bash", "-c", "cd x && git push"]));
		assert.ok(matchTight("git push *", ["sh", "-c", `g''it -C "$X" pu\\sh`]));
		assert.ok(matchTight("git push *", ["python3", "-c", `import os; os.system("git push")`]));
		assert.ok(matchTight("rm *", ["ssh", "host", "rm -rf /"]));
		assert.ok(!matchTight("git push *", ["git", "commit", "-m", "then git push"]));
		assert.ok(!matchTight("git push *", ["grep", "git push", "README.md"]));
	});

	test("a line that could not be read is looked through in pieces", () => {
		assert.ok(matchTightText("git push *", "if ((( git push"));
		assert.ok(matchTightText("git push *", `eval "$(echo 'git push')"`));
		assert.ok(matchTightText("rm -rf *", "x=$(r\\m -r -f y"));
		assert.ok(!matchTightText("git push *", "echo (git) status"));
		assert.ok(!matchTightText("rm *", "farm x; form y"));
	});

	test("a pattern that cannot be read may have meant it", () => {
		assert.ok(matchTight("a | b", ["ls"]));
	});

	test("no length of line and no pattern is slow", () => {
		const long = ["xargs", ...Array.from({ length: 5000 }, (_, n) => (n % 2 === 0 ? "-a" : "git"))];
		const short = ["xargs", ...Array.from({ length: 500 }, (_, n) => (n % 2 === 0 ? "-a" : "git"))];
		const pattern = `git ${"x ".repeat(20)}*`;
		const time = (all: string[]) => {
			let best = Number.POSITIVE_INFINITY;
			for (let run = 0; run < 5; run += 1) {
				const from = performance.now();
				assert.ok(!matchTight(pattern, all));
				best = Math.min(best, performance.now() - from);
			}
			return best;
		};
		time(short);
		// Ten times the words: a quadratic way would take a hundred times as long.
		assert.ok(time(long) < 50 * Math.max(time(short), 0.05));
	});
});
