// `git` and its sub-commands that can be previewed.
import type { Effect } from "./effect.ts";
import { gitCheckout, gitClean, gitCommit, gitReset, gitRestore } from "./gitFiles.ts";
import { gitPush } from "./gitPush.ts";
import { NotKnown } from "./ground.ts";

const COMMANDS: Readonly<Record<string, Effect>> = {
	push: gitPush,
	commit: gitCommit,
	clean: gitClean,
	checkout: gitCheckout,
	restore: gitRestore,
	reset: gitReset,
};

export const git: Effect = async (words, at) => {
	let rest = words;
	let { cwd } = at;
	while (rest[0]?.kind === "sure" && rest[0].value === "-C") {
		const [, folder] = rest;
		if (folder?.kind !== "sure") throw new NotKnown();
		cwd = (await at.ground.place(cwd, folder.value)).path;
		rest = rest.slice(2);
	}
	const [name, ...behind] = rest;
	const effect = name?.kind === "sure" && Object.hasOwn(COMMANDS, name.value) ? COMMANDS[name.value] : undefined;
	if (effect === undefined) throw new NotKnown();
	return effect(behind, { ...at, cwd });
};
