// The files that lines find in the sandbox: ordinary ones, links, a git repository, and names that are options, commands or
// programs in some shell's or program's eyes.
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { HOSTILE_WORDS } from "./hostile.ts";

const FILES: Readonly<Record<string, string | Buffer>> = {
	"a.txt": "a\nb a\nxyz 1 2\n3 4 5\ntouch pwned\n",
	"b.txt": "b\nc d\n$(touch pwned)\n;touch pwned\n",
	words: `${HOSTILE_WORDS.join("\n")}\n`,
	"notes.md": "# Notes\n\n`touch pwned`\n",
	"package.json": '{ "name": "x", "scripts": { "test": "touch pwned" } }\n',
	"data.json": '{ "a": [1, { "b": "touch pwned" }], "name": "x" }\n[{"a": 2}]\n',
	"data.csv": "a,b\n1,2\n$(touch pwned),-o\n",
	"src/a.ts": "export const a = 1;\n",
	"src/b.ts": "import { a } from './a.ts';\n",
	"src/deep/c.py": "print(1)\n",
	"sub/-o": "x\n",
	"c.gz": gzipSync("a\n"),
	"x.sh": "#!/bin/sh\ntouch pwned\n",
	Makefile: "all:\n\ttouch pwned\n",
	".gitattributes": "*.ts diff=evil filter=evil\n*.md merge=evil\n",
	".env": "TOKEN=x\n",
	"two\ntouch pwned\nlines": "x\n",
};

/** Settings of a repository that would run something, for git commands that must not care. */
const EVIL_CONFIG = `[core]
	fsmonitor = touch pwned
	pager = touch pwned
	editor = touch pwned
	sshCommand = touch pwned
[diff]
	external = touch pwned
[diff "evil"]
	command = touch pwned
	textconv = touch pwned
[filter "evil"]
	clean = touch pwned
	smudge = touch pwned
[alias]
	x = !touch pwned
[log]
	showSignature = true
[gpg]
	program = touch pwned
[pager]
	log = touch pwned
	branch = touch pwned
	tag = touch pwned
	config = touch pwned
[column]
	ui = always
[trailer "x"]
	command = touch pwned
[uploadpack]
	packObjectsHook = touch pwned
`;

/** Runs in the sandbox before everything else: repositories whose files look older than their index. */
const PREPARE = `
export HOME=/home/me GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=e GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=e
for folder in /scratch/tree /scratch/evil; do
	cd "$folder" || exit
	git init -q -b main
	git add -A
	git commit -q -m 'touch pwned'
	echo more >> a.txt
	git commit -q -am second
	git tag v1
	git branch other
	echo even more >> a.txt
	touch -d 2020-01-01 a.txt
	git status -s
	tar czf a.tgz src
	touch -d 2020-01-01 a.tgz .
done
cat /scratch/evil.config >> /scratch/evil/.git/config
mkdir -p /scratch/evil/.git/hooks
for hook in post-index-change fsmonitor-watchman pre-commit reference-transaction pre-auto-gc; do
	printf '#!/bin/sh\\ntouch pwned\\n' > /scratch/evil/.git/hooks/$hook
	chmod +x /scratch/evil/.git/hooks/$hook
done
`;

/** Plants everything below an existing folder. */
export function plant(root: string): void {
	for (const folder of ["scratch/outside", "home/me"]) mkdirSync(join(root, folder), { recursive: true });
	write(join(root, "scratch/outside/o.txt"), "outside\n");
	write(join(root, "scratch/evil.config"), EVIL_CONFIG);
	write(join(root, "spied/prepare"), PREPARE);
	for (const tree of ["scratch/tree", "scratch/evil"]) {
		for (const [name, content] of Object.entries(FILES)) write(join(root, tree, name), content);
		for (const name of HOSTILE_WORDS) {
			if (!name.includes("/") && name !== "~" && name !== "words") write(join(root, tree, name), "x\n");
		}
		mkdirSync(join(root, tree, "empty"));
		symlinkSync("a.txt", join(root, tree, "link"));
		symlinkSync("nowhere", join(root, tree, "dangling"));
		symlinkSync("loop", join(root, tree, "loop"));
		symlinkSync("../outside", join(root, tree, "out"));
	}
}

function write(path: string, content: string | Buffer): void {
	mkdirSync(join(path, ".."), { recursive: true });
	writeFileSync(path, content, { mode: path.endsWith(".sh") ? 0o755 : 0o644 });
	// Old enough that git trusts its index.
	utimesSync(path, 1_577_836_800, 1_577_836_800);
}
