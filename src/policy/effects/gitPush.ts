// What a push would send, by what this machine last heard of the remote. The remote itself is not asked.
import type { PreviewItem } from "../../protocol/card.ts";
import { clip } from "../finding.ts";
import { plainUrl } from "./downloads.ts";
import type { Effect } from "./effect.ts";
import { isName, type Repo, refId, refIdsBelow, repoAt } from "./gitRepo.ts";
import { type Config, configOf, type Git, withGit } from "./gitRun.ts";
import { type Ground, NotKnown } from "./ground.ts";
import { say } from "./say.ts";
import { readWords } from "./words.ts";

/** More commits than this are not counted. */
const MAX_COMMITS = 1000;
const MAX_SUBJECT = 200;

interface Sent {
	/** What it is called here; undefined deletes. */
	source: string | undefined;
	/** Branch there. */
	target: string;
	forced: boolean;
}

export const gitPush: Effect = async (words, { cwd, ground }) => {
	const { options, operands } = readWords(words, {
		flags:
			"-u -f -q -v -d --set-upstream --force --quiet --verbose --no-verify --delete --progress --force-if-includes",
		glued: "--force-with-lease",
		anywhere: true,
	});
	const names = operands.map((operand) => {
		if (operand.kind !== "sure") throw new NotKnown();
		return operand.value;
	});
	const repo = await repoAt(cwd, ground);
	const config = await configOf(repo, ground);
	const [named, ...specs] = names;
	const remote = named ?? defaultRemote(repo, config);
	// An address in place of a name has no branches that are known here.
	if (!isName(remote) || !config.has(`remote.${remote}.url`)) throw new NotKnown();
	if (["push", "mirror", "vcs"].some((key) => config.has(`remote.${remote}.${key}`))) throw new NotKnown();
	// They make it push tags or other repositories too.
	if (["push.followtags", "push.recursesubmodules", "submodule.recurse"].some((key) => config.has(key))) {
		throw new NotKnown();
	}
	const fetched = config.get(`remote.${remote}.fetch`) ?? [];
	if (fetched.length !== 1 || fetched[0] !== `+refs/heads/*:refs/remotes/${remote}/*`) throw new NotKnown();
	const forced = ["-f", "--force", "--force-with-lease"].some((option) => options.has(option));
	const deletes = options.has("-d") || options.has("--delete");
	const url = plainUrl(pushUrl(remote, config));
	const all =
		specs.length === 0
			? [defaultSent(repo, remote, config, forced)]
			: specs.map((spec) => sentBy(spec, repo, forced, deletes));
	const items: PreviewItem[] = [];
	await withGit(repo, ground, config, undefined, async (git) => {
		for (const sent of all) items.push(...(await itemsOf(sent, remote, url, repo, git, ground)));
	});
	return items;
};

function defaultRemote({ branch = "" }: Repo, config: Config): string {
	return (
		last(config, `branch.${branch}.pushremote`) ??
		last(config, "remote.pushdefault") ??
		last(config, `branch.${branch}.remote`) ??
		"origin"
	);
}

/** What a push without a branch sends. @throws NotKnown where git would refuse, or send more */
function defaultSent({ branch }: Repo, remote: string, config: Config, forced: boolean): Sent {
	if (branch === undefined) throw new NotKnown();
	const how = last(config, "push.default") ?? "simple";
	const merges = config.get(`branch.${branch}.merge`) ?? [];
	if (merges.length > 1) throw new NotKnown();
	const merge = merges[0]?.replace(/^refs\/heads\//, "");
	const own = last(config, `branch.${branch}.remote`) === remote;
	if (how === "upstream" && own && merge !== undefined) return { source: branch, target: merge, forced };
	if (how !== "simple" && how !== "current") throw new NotKnown();
	// Git refuses to push to the upstream by another name, or to make one up.
	const sure = how === "current" || !own || merge === branch || last(config, "push.autosetupremote") === "true";
	if (!sure) throw new NotKnown();
	return { source: branch, target: branch, forced };
}

function sentBy(spec: string, { branch }: Repo, forced: boolean, deletes: boolean): Sent {
	const plain = spec.replace(/^\+/, "");
	const [from = "", to, more] = plain.split(":");
	if (more !== undefined) throw new NotKnown();
	const short = (name: string) => name.replace(/^refs\/heads\//, "");
	const source = short(from === "HEAD" || from === "@" ? (branch ?? "HEAD") : from);
	const target = short(to ?? source);
	const sent = { target, forced: forced || spec.startsWith("+") };
	if (!isName(target) || target.startsWith("refs/") || target === "HEAD") throw new NotKnown();
	if (deletes || from === "") return { ...sent, source: undefined };
	if (source !== "HEAD" && (!isName(source) || source.startsWith("refs/"))) throw new NotKnown();
	return { ...sent, source };
}

function last(config: Config, key: string): string | undefined {
	return config.get(key)?.at(-1);
}

/** Where a push goes, with what stands for the address's beginning. @throws NotKnown where it goes to several places */
function pushUrl(remote: string, config: Config): string {
	const [url = "", more] = config.get(`remote.${remote}.url`) ?? [];
	const [own, another] = config.get(`remote.${remote}.pushurl`) ?? [];
	if (more !== undefined || another !== undefined) throw new NotKnown();
	return rewritten(own ?? url, own !== undefined, config);
}

/** By insteadOf and its like; of those that fit the longest counts, and of two as long the first. */
function rewritten(url: string, own: boolean, config: Config): string {
	const rules = own ? ["insteadof"] : ["pushinsteadof", "insteadof"];
	for (const rule of rules) {
		const found = [...config]
			.flatMap(([key, starts]) => {
				const base = key.startsWith("url.") && key.endsWith(`.${rule}`) ? key.slice(4, -rule.length - 1) : undefined;
				return base === undefined ? [] : starts.map((start) => ({ base, start }));
			})
			.filter(({ start }) => url.startsWith(start))
			.sort((a, b) => b.start.length - a.start.length)[0];
		if (found !== undefined) return found.base + url.slice(found.start.length);
	}
	return url;
}

async function itemsOf(
	{ source, target, forced }: Sent,
	remote: string,
	url: string,
	repo: Repo,
	git: Git,
	ground: Ground,
): Promise<PreviewItem[]> {
	if (source === undefined) return [say("effect.pushDeletes", [], { target, url })];
	const id = source === "HEAD" ? repo.head : await refId(repo, `refs/heads/${source}`, ground);
	if (id === undefined) throw new NotKnown();
	const there = await refId(repo, `refs/remotes/${remote}/${target}`, ground);
	const known = there === undefined ? await refIdsBelow(repo, `refs/remotes/${remote}`, ground) : [there];
	const args = { branch: source, target, url };
	const ahead = await commits(git, id, known);
	const items: PreviewItem[] = [];
	if (there === undefined) items.push(say("effect.pushNew", [], { target, url }));
	if (ahead.length > MAX_COMMITS) {
		items.push(say("effect.pushManyCommits", ahead.slice(0, MAX_COMMITS), { ...args, count: MAX_COMMITS }));
	} else if (ahead.length === 0) {
		if (there !== undefined) items.push(say("effect.pushNothing", [], args));
	} else {
		const code = ahead.length === 1 ? "effect.pushCommit" : "effect.pushCommits";
		items.push(say(code, ahead, { ...args, count: ahead.length }));
	}
	const behind = there === undefined ? [] : await commits(git, there, [id]);
	if (behind.length > 0) {
		const count = behind.length > MAX_COMMITS ? `> ${MAX_COMMITS}` : behind.length;
		items.push(say(forced ? "effect.pushDrops" : "effect.pushBehind", behind, { ...args, count }));
	}
	return items;
}

/** Short ids and subjects, the newest first, one more than MAX_COMMITS at most. */
async function commits(git: Git, id: string, without: readonly string[]): Promise<string[]> {
	const text = await git([
		...["log", "-z", "--format=tformat:%h %s", "--no-color", "--no-decorate", "--no-show-signature", "--no-mailmap"],
		...["--no-notes", "--no-patch", `--max-count=${MAX_COMMITS + 1}`, id, "--not", ...without, "--"],
	]);
	return text
		.split("\0")
		.filter((line) => line !== "")
		.map((line) => clip(line, MAX_SUBJECT));
}
