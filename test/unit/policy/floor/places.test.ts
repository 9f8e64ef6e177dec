// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
// Where a line reads: content inside the gate's folders and in places of the system only, however it comes by the name.
import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readPlaces } from "../../../../src/policy/floor/places.ts";
import { readLine } from "../../../../src/policy/floor/walk.ts";
import { Ground, say } from "../support.ts";

let ground: Ground;
before(async () => {
	ground = await Ground.make();
	await ground.file("ws/b.txt", "b");
	await ground.file("ws/conf/app.json", "{}");
	await ground.file("ws/pkg/.env", "X=1");
	await ground.file("ws/pkg/a.ts", "x");
	await ground.file("ws/plain/one.txt", "x");
	await ground.file("ws/links/x.ts", "x");
	await ground.file("home/.ssh/id_rsa", "x");
	await ground.file("home/notes.txt", "x");
	await mkdir(join(ground.ws, "empty"));
	await symlink(join(ground.outside, "o.txt"), join(ground.ws, "links/evil.txt"));
	await symlink(ground.outside, join(ground.ws, "links/folder"));
});
after(() => ground.remove());

/** Every line is answered as expected; those that are not are shown together. */
async function all(expected: RegExp, ...lines: string[]): Promise<void> {
	const wrong: string[] = [];
	for (const line of lines) {
		const said = say(await ground.shell(line));
		if (!expected.test(said)) wrong.push(`${line} : ${said}`);
	}
	assert.deepEqual(wrong, [], `expected ${expected}`);
}

const passes = /^allow /;
const asks = /^ask /;

test("what is read is followed behind cd, from every folder the line may stand in", async () => {
	await all(
		passes,
		"cd src && cat a.ts",
		"cd src; cat a.ts",
		"cd src/../plain && cat one.txt",
		"(cd src); cat src/a.ts",
	);
	await all(
		asks,
		"cd .. && cat outside/o.txt",
		"cd ../outside && cat o.txt",
		"cd links/folder && cat o.txt",
		"cd ~ && cat notes.txt",
		"cd $x && cat a.ts",
		"cd - && cat a.ts",
		"cd .. ; cat b.txt",
	);
	await all(/^ask why\.cwdUnknown$/, "cd $x && cat a.ts", "popd && cat a.ts");
	await all(
		asks,
		"cd pkg && cat .env",
		"cd pkg && cat .e*",
		"cd links && cat evil.txt",
		"cd links && cat folder/o.txt",
		"cd / && cat tmp/x",
	);
	await all(passes, "cd .. && ls", "cd $x && ls", "cd /tmp && find . -name x");
});

test("a glob is held against what is there: links out and secrets ask", async () => {
	await all(
		passes,
		"cat conf/*",
		"cat plain/*.txt",
		"cat links/*.ts",
		"wc -l src/*.ts",
		"cat ./plain/*",
		"head -1 src/* plain/*",
		"cat empty/*",
	);
	await all(
		/^ask why\.outside$/,
		"cat links/*",
		"cat links/e*",
		"cat links/*.txt",
		"head -1 src/* links/*",
		"cat links/ev?l.txt",
	);
	await all(
		/^ask why\.(?:sensitive|globAims)$/,
		"cat pkg/.*",
		"cat pkg/.e*",
		"cat pkg/.en?",
		"cat pkg/.[e]nv",
		"cat p*/.env",
		"cat pkg/{.env,a.ts}",
	);
	await all(
		asks,
		"cat links/folder/*",
		"cat /home/*",
		`cat ${ground.outside}/*`,
		"cat ../*/o.txt",
		"cat ~/*.txt",
		"cat < links/e*",
	);
});

test("a glob in the folder itself is held against what is there", async () => {
	await all(passes, "cat *.txt", "wc -l *.txt", "head -3 b*", "cat [b]*.txt");
	await symlink(join(ground.outside, "o.txt"), join(ground.ws, "out.md"));
	await all(asks, "cat *.md", "cat *", "wc -l *");
});

test("a name that one command hands to another is any word of the line, any pattern, or anything that is listed", async () => {
	await all(
		passes,
		"find . -name '*.ts' | xargs grep x",
		"ls plain | xargs -I{} cat './plain/{}'",
		"find plain -type f | xargs cat",
		'for f in src/*.ts; do cat "$f"; done',
	);
	await all(
		passes,
		"find . -name '*.ts' -exec grep x {} +",
		"rg -l x src | xargs head -3",
		"for f in b.txt src/a.ts; do wc -l $f; done",
		"cat $(find plain -type f)",
	);
	await all(
		/^ask why\.(?:sensitive|globAims)$/,
		...[
			"find . -type f | xargs cat",
			"find pkg -type f | xargs cat",
			"echo .env | xargs cat",
			'for f in .env; do cat "$f"; done',
			"ls -a pkg | xargs cat",
		],
		...[
			"find . -type f -exec cat {} +",
			"find pkg -type f -exec cat {} \\;",
			"cat $(find pkg -type f)",
			"find . -name '.e*' | xargs cat",
			"find . -name '*nv' | xargs cat",
		],
		...[
			"find . -name '*' | xargs cat",
			"find . -name '*' -type f -exec cat {} +",
			"for f in pkg/.e*; do cat $f; done",
			"for f in .[e]nv; do cat $f; done",
			"for f in {.e,}nv; do cat $f; done",
		],
		...[
			"echo .e* | xargs cat",
			"printf '%s' .env | xargs cat",
			"realpath .env | xargs cat",
			"for f in ~/.ssh/id_*; do cat $f; done",
			"for f in /etc/sha*; do cat $f; done",
		],
		...[
			'while read -r f; do cat "$f"; done <<< .env',
			'read f <<< pkg/.env; cat "$f"',
			"cd pkg && for f in .*; do cat $f; done",
			"case .env in *) cat $x;; esac",
		].slice(0, 3),
	);
});

test("a name of a file elsewhere is not read by handing it on either", async () => {
	await all(
		asks,
		...[
			"echo ../outside/o.txt | xargs cat",
			"for f in ../outside/o.txt; do cat $f; done",
			"for f in links/*; do cat $f; done",
			"find links | xargs cat",
			"find -L links -name x",
		],
		...[
			"find .. -name o.txt | xargs cat",
			"grep -rl x .. | xargs cat",
			"ls ../outside | while read -r f; do cat ../outside/$f; done",
			'for f in ~/notes.txt; do cat "$f"; done',
		],
		...[
			"for f in ../../outside/o.txt; do cat pkg/$f; done",
			"echo ../../outside/o.txt | xargs -I{} cat pkg/{}",
			"for f in ..; do cat pkg/$f/$f/outside/o.txt; done",
			`echo ${ground.outside}/o.txt | xargs cat`,
		],
		...[
			"find ~ -name '*.txt' | xargs cat",
			"ls ~/* | xargs cat",
			"ls ~/.ssh/* | xargs cat",
			"for f in ~/*; do cat $f; done",
			"for d in ..; do cat $d/outside/o.txt; done",
			"printf '%s\\n' ~/notes.txt | xargs cat",
			"cat $(echo ~/notes.txt)",
		],
	);
});

test("a home that is somebody else's, or a variable for a folder, is not resolved", async () => {
	await all(
		asks,
		"cat ~root/x",
		"cat ~+/x",
		"cat $OLDPWD/x",
		"cat $TMPDIR/x",
		"cat ~nobody/.ssh/x",
		"cat $HOME/notes.txt",
		'cat "$HOME/notes.txt"',
		"cat ${HOME}/notes.txt",
	);
});

test("what is looked at is told for the look at guards, also when it asks", async () => {
	const places = async (line: string) => readPlaces(readLine(line), ground.ws, ground.context);
	const inside = await places("cat src/a.ts src/*.ts && grep -r x plain");
	assert.equal(inside.problem, undefined);
	assert.deepEqual([...new Set(inside.reads)], [join(ground.ws, "src/a.ts")]);
	assert.deepEqual(inside.searches, [join(ground.ws, "plain")]);
	const outside = await places("cat ../outside/o.txt");
	assert.equal(outside.problem?.code, "why.outside");
	assert.deepEqual(outside.paths, [`${ground.ws}/../outside/o.txt`]);
	const many = await places(`cat ${Array.from({ length: 400 }, (_, index) => `f${index}`).join(" ")}`);
	assert.equal(many.problem?.code, "why.tooDeep");
});

test("a folder with more entries than are looked at asks", async () => {
	const many = await Ground.make();
	await Promise.all(Array.from({ length: 310 }, (_, index) => many.file(`ws/many/f${index}.txt`)));
	assert.equal(say(await many.shell("cat many/*.txt")), "ask why.tooMany");
	assert.match(say(await many.shell("cat many/f1.txt")), passes);
	await many.remove();
});
