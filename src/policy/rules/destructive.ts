// Commands that destroy what cannot be had back, publish to everybody, or act with all rights. No rule allows them unless
// it is the exact line: "git push *" must not come to mean "git push --force", which nobody thought of when it was written.
// Written as rules that deny are, and read as loosely (tight.ts). What merely changes files is not here: it asks by default.
import { type CommandPattern, fitsParts, parseCommandPattern } from "./commandPattern.ts";
import { CODE, givesCode, movesBranch, scriptReaches, TARGET, TARGET_RUNNERS, takesFiles } from "./reaches.ts";
import { commandFacts, type Facts, matchFacts, programName, type Words } from "./tight.ts";

interface Destructive {
	/** Completes "...: {what}". */
	what: string;
	commands: readonly string[];
	/** Only with such a word behind the program. */
	word?: RegExp;
	/** Only with words behind the program for which this holds. */
	behind?: (words: Words) => boolean;
}

export const DESTRUCTIVE: readonly Destructive[] = [
	{
		what: "deletes files",
		commands: [
			...["rm", "rmdir", "unlink", "shred", "srm", "wipe", "rimraf", "del", "erase", "rd", "trash-empty", "git rm"],
			...["find * -delete", "find -delete", "rsync --delete", "rsync --remove-source-files", "remove-item", "ri"],
			...["rsync --delete-before", "rsync --delete-after", "rsync --delete-during", "rsync --delete-excluded"],
			...["clear-content", "clear-recyclebin"],
		],
	},
	{
		what: "overwrites files or devices",
		commands: ["dd", "truncate", "fallocate", "blkdiscard", "wipefs", "badblocks"],
	},
	{
		what: "changes disks",
		commands: [
			...[
				"mkfs*",
				"mke2fs",
				"mkswap",
				"fdisk",
				"sfdisk",
				"cfdisk",
				"gdisk",
				"sgdisk",
				"parted",
				"diskutil",
				"diskpart",
			],
			...["format-volume", "clear-disk", "lvremove", "vgremove", "pvremove", "mdadm", "cryptsetup"],
			...["zfs destroy", "zfs rollback", "zpool destroy", "btrfs subvolume delete"],
		],
	},
	{
		what: "changes rights of a whole folder",
		commands: [
			...["chmod -R", "chmod --recursive", "chown -R", "chown --recursive", "chgrp -R", "chgrp --recursive"],
			...["setfacl -R", "setfacl --recursive", "chattr -R", "icacls", "takeown"],
		],
	},
	{
		what: "acts as another user",
		commands: ["sudo", "sudoedit", "doas", "su", "pkexec", "run0", "runuser", "gosu", "runas", "gsudo"],
	},
	{
		what: "stops the machine",
		commands: [
			"shutdown",
			"reboot",
			"halt",
			"poweroff",
			"init 0",
			"init 6",
			"telinit",
			"stop-computer",
			"restart-computer",
		],
	},
	{
		what: "removes users, jobs or firewall rules",
		commands: [
			...["userdel", "deluser", "groupdel", "delgroup", "crontab -r", "iptables -F", "iptables --flush", "nft flush"],
			...["ufw disable", "ufw reset"],
		],
	},
	{
		what: "throws away work in git",
		commands: [
			...[
				"git reset --hard",
				"git reset --merge",
				"git reset --keep",
				"git rebase",
				"git pull --rebase",
				"git pull -r",
				"git pull --force",
				"git pull -f",
				"git fetch --force",
				"git fetch -f",
				"git commit --amend",
				"git clean",
				"git checkout --",
				"git checkout -f",
			],
			...["git checkout .", "git checkout --force", "git checkout -B", "git restore", "git switch -f", "git switch -C"],
			...["git switch --force", "git switch --discard-changes", "git branch -D", "git branch -f", "git branch -M"],
			...["git branch --delete --force", "git branch -d -f", "git branch --force", "git stash drop", "git stash clear"],
			...[
				"git filter-branch",
				"git filter-repo",
				"git reflog expire",
				"git reflog delete",
				"git gc --prune",
				"git prune",
			],
			...["git update-ref -d", "git update-ref --stdin", "git update-ref --delete", "git tag -d", "git tag --delete"],
			...[
				"git worktree remove -f",
				"git worktree remove --force",
				"git submodule deinit -f",
				"git submodule deinit --all",
			],
			...[
				"git submodule deinit --force",
				"git read-tree --reset",
				"git checkout-index -f",
				"git checkout-index --force",
			],
			...["git lfs prune", "git replace -d", "git replace --delete", "git notes prune", "git notes remove"],
		],
	},
	{
		what: "overwrites or deletes in another repository",
		commands: [
			...["git push --force", "git push -f", "git push --force-with-lease", "git push --force-if-includes"],
			...["git push --mirror", "git push --delete", "git push -d", "git push --prune"],
		],
	},
	{ what: "overwrites or deletes in another repository", commands: ["git push"], word: /^\+|^:./ },
	{ what: "throws away work in git", commands: ["git checkout", "git switch"], word: /^\.\/?$|^:/ },
	{ what: "throws away work in git", commands: ["git fetch", "git pull"], word: /^\+/ },
	{ what: "throws away work in git", commands: ["git checkout"], behind: takesFiles },
	{ what: "throws away work in git", commands: ["git reset"], behind: movesBranch },
	...CODE.map(({ programs, option }) => ({
		what: "runs code that stands in the line",
		commands: programs,
		behind: (words: Words) => givesCode(words, option),
	})),
	{
		what: "deletes or replaces what runs elsewhere",
		commands: [
			...[
				"kubectl delete",
				"kubectl drain",
				"kubectl replace --force",
				"kubectl patch",
				"kubectl scale",
				"kubectl cordon",
			],
			...["oc delete", "helm uninstall", "helm delete", "helm rollback", "helm upgrade --force", "argocd app delete"],
			...["terraform destroy", "terraform apply", "terraform state rm", "terraform state push", "terraform taint"],
			...["terraform workspace delete", "terraform force-unlock", "tofu destroy", "tofu apply", "tofu state rm"],
			...["terragrunt destroy", "terragrunt apply", "pulumi destroy", "pulumi up", "pulumi stack rm", "cdk destroy"],
			...["cdk deploy", "sam delete", "serverless remove", "sls remove", "eksctl delete", "vagrant destroy"],
			...["fly destroy", "fly apps destroy", "flyctl destroy", "flyctl apps destroy", "vercel rm", "vercel remove"],
			...[
				"netlify sites:delete",
				"heroku apps:destroy",
				"heroku pg:reset",
				"firebase projects:delete",
				"wrangler delete",
			],
			...["ansible-playbook", "nomad stop", "nomad job stop", "consul kv delete", "vault delete", "vault kv delete"],
			...["vault kv destroy", "etcdctl del", "rclone sync", "rclone move", "pm2 delete", "pm2 kill"],
		],
	},
	{
		what: "deletes or replaces what runs elsewhere",
		commands: [
			"aws",
			"gcloud",
			"gsutil",
			"az",
			"doctl",
			"linode-cli",
			"hcloud",
			"ibmcloud",
			"oci",
			"s3cmd",
			"rclone",
			"mc",
			"bq",
		],
		word: /^(?:delete|terminate|remove|destroy|purge|deregister|rm|rb|del|deletefile|rmdirs?|detach|revoke|--delete|nuke)(?:$|[-:])/,
	},
	{
		what: "deletes containers, images or volumes",
		commands: [
			...["docker rm", "docker rmi", "docker prune", "docker kill", "docker container rm", "docker container prune"],
			...["docker image rm", "docker image prune", "docker volume rm", "docker volume prune", "docker network rm"],
			...[
				"docker network prune",
				"docker system prune",
				"docker builder prune",
				"docker buildx prune",
				"docker secret rm",
			],
			...["docker stack rm", "docker service rm", "docker swarm leave", "docker compose rm", "docker compose down -v"],
			...["docker compose down --volumes", "docker compose down --rmi", "docker compose kill", "docker-compose rm"],
			...["docker-compose down -v", "docker-compose down --volumes", "podman rm", "podman rmi", "podman kill"],
			...["podman container rm", "podman container prune", "podman image rm", "podman image prune", "podman volume rm"],
			...[
				"podman volume prune",
				"podman system prune",
				"podman system reset",
				"podman pod rm",
				"nerdctl rm",
				"nerdctl rmi",
			],
			...["crictl rm", "crictl rmi", "lxc delete", "virsh destroy", "virsh undefine", "multipass delete"],
		],
	},
	{
		what: "changes a database for good",
		commands: [
			"psql",
			"mysql",
			"mariadb",
			"sqlite3",
			"sqlcmd",
			"duckdb",
			"clickhouse-client",
			"cockroach",
			"sqlplus",
			"cqlsh",
		],
		word: /\b(?:drop|truncate|delete|alter|update|replace|vacuum|attach)\b/i,
	},
	{
		what: "changes a database for good",
		commands: ["mongo", "mongosh", "redis-cli", "valkey-cli"],
		word: /drop|delete|remove|flush|\bdel\b|unlink|shutdown|rename/i,
	},
	{
		what: "changes a database for good",
		commands: ["dropdb", "dropuser", "mysqladmin drop", "pg_restore --clean", "pg_restore -c", "supabase db reset"],
	},
	{
		what: "changes a database for good",
		commands: [
			"rake",
			"rails",
			"bundle",
			"npx",
			"pnpm",
			"yarn",
			"npm",
			"bunx",
			"php",
			"artisan",
			"prisma",
			"python",
			"python3",
			"manage.py",
			"mix",
			"sequelize",
			"knex",
			"alembic",
			"flask",
		],
		word: /^(?:db:(?:drop|reset|purge|rollback|truncate.*|schema:load|setup)|migrate:(?:fresh|reset|refresh|rollback)|db:wipe|ecto\.(?:drop|reset|rollback)|flush|sqlflush|reset_db|downgrade|--force-reset|--accept-data-loss)$/,
	},
	{
		what: "publishes to everybody",
		commands: [
			...["npm publish", "npm unpublish", "npm deprecate", "npm dist-tag", "npm owner", "npm access", "npm stage"],
			...["pnpm publish", "pnpm unpublish", "yarn publish", "yarn npm publish", "bun publish", "lerna publish"],
			...["changeset publish", "npx changeset publish", "nx release", "cargo publish", "cargo yank", "cargo owner"],
			...["gem push", "gem yank", "twine upload", "poetry publish", "uv publish", "flit publish", "hatch publish"],
			...["pdm publish", "mvn deploy", "gradle publish", "./gradlew publish", "dotnet nuget push", "nuget push"],
			...[
				"vsce publish",
				"vsce unpublish",
				"ovsx publish",
				"docker push",
				"podman push",
				"helm push",
				"dart pub publish",
			],
			...[
				"flutter pub publish",
				"mix hex.publish",
				"jsr publish",
				"deno publish",
				"goreleaser release",
				"pod trunk push",
			],
		],
	},
	{ what: "publishes or deploys", commands: TARGET_RUNNERS, word: TARGET },
	{
		what: "publishes or deploys",
		commands: ["npm run", "npm run-script", "pnpm", "yarn", "bun", "deno task", "composer", "rushx", "lerna run"],
		behind: scriptReaches,
	},
	{
		what: "publishes or deploys",
		commands: [
			...["vercel --prod", "vercel deploy", "vercel promote", "vercel rollback", "vc --prod", "vc deploy"],
			...[
				"netlify deploy",
				"fly deploy",
				"flyctl deploy",
				"fly launch",
				"flyctl launch",
				"railway up",
				"render deploys",
			],
			...["firebase deploy", "wrangler deploy", "wrangler publish", "wrangler pages deploy", "wrangler rollback"],
			...[
				"serverless deploy",
				"sls deploy",
				"sam deploy",
				"sst deploy",
				"amplify push",
				"amplify publish",
				"eb deploy",
			],
			...["copilot deploy", "gcloud app deploy", "gcloud run deploy", "gcloud functions deploy", "az webapp deploy"],
			...["heroku container:release", "heroku releases:rollback", "kamal deploy", "kamal rollback", "dokku ps:rebuild"],
			...[
				"skaffold run",
				"skaffold deploy",
				"argocd app sync",
				"deployctl deploy",
				"surge",
				"gh-pages",
				"modal deploy",
			],
			...["supabase db push", "supabase functions deploy", "convex deploy", "prisma migrate deploy", "nomad job run"],
			...["gh release create", "gh release upload", "gh workflow run", "glab release create"],
		],
	},
	{
		what: "deletes or changes on a hosting service",
		commands: ["gh", "glab", "hub", "tea"],
		word: /^(?:delete|archive|transfer|--delete-branch)$/,
	},
	{
		what: "deletes or changes on a hosting service",
		commands: ["gh repo edit", "gh repo rename", "gh secret set", "gh pr merge -d"],
	},
	{
		what: "deletes or changes on a hosting service",
		commands: ["gh api", "glab api"],
		word: /^(?:-X.*|--method.*|-[fF].*|--(?:raw-)?field.*|--input.*)$/,
	},
	{ what: "deletes files", commands: ["robocopy"], word: /^\/(?:mir|purge|move?)$/i },
	{
		what: "deletes by web request",
		commands: ["curl", "wget", "http", "https", "xh", "httpie"],
		word: /^(?:-X)?DELETE$|^--(?:request|method)=DELETE$/i,
	},
	{
		what: "removes installed software",
		commands: [
			...["apt remove", "apt purge", "apt autoremove", "apt-get remove", "apt-get purge", "apt-get autoremove"],
			...["dpkg -r", "dpkg -P", "dpkg --remove", "dpkg --purge", "yum remove", "dnf remove", "rpm -e", "rpm --erase"],
			...["pacman -R", "pacman -Rs", "pacman -Rns", "zypper remove", "apk del", "brew uninstall", "snap remove"],
			...["flatpak uninstall", "nix-collect-garbage", "choco uninstall", "winget uninstall", "scoop uninstall"],
		],
	},
];

interface Entry {
	what: string;
	pattern: CommandPattern;
	word: RegExp | undefined;
	behind: Destructive["behind"];
}

const ENTRIES: readonly Entry[] = DESTRUCTIVE.flatMap(({ what, commands, word, behind }) =>
	commands.map((text) => {
		const pattern = parseCommandPattern(text);
		if ("wrong" in pattern) throw new Error(`not a command pattern: ${text}`);
		return { what, pattern, word, behind };
	}),
);

/** Entries by the program they are about; those whose program is a pattern under "*". */
const BY_PROGRAM = byProgram();

function byProgram(): Map<ReturnType<typeof programOf>, (typeof ENTRIES)[number][]> {
	// Not Map.groupBy: the command line also runs on Node 20.
	const groups = new Map<ReturnType<typeof programOf>, (typeof ENTRIES)[number][]>();
	for (const entry of ENTRIES) groups.set(programOf(entry), [...(groups.get(programOf(entry)) ?? []), entry]);
	return groups;
}

function programOf({ pattern }: (typeof ENTRIES)[number]) {
	const [program] = pattern.words;
	return program?.parts.length === 1 ? programName(program.parts[0] ?? "") : "*";
}
/** The entries a command may match: of its own program, or all where any word may be one. */
function* entriesFor({ anywhere, names }: Facts): Generator<Entry> {
	const [program] = names;
	if (anywhere || program === undefined) yield* ENTRIES;
	else {
		yield* BY_PROGRAM.get(program) ?? [];
		yield* BY_PROGRAM.get("*") ?? [];
	}
}

/**
 * What a simple command destroys, for a sentence; undefined when it is not known to. Wrappers, scripts given in a word
 * (`bash -c '...'`) and words known only when the line runs are taken for the worst they may be.
 */
export function destructive(words: Words): string | undefined {
	if (words.length === 0) return undefined;
	const facts = commandFacts(words);
	const readings = [{ ...facts, scripts: [] }, ...facts.scripts];
	for (const reading of readings) {
		for (const { what, pattern, word, behind } of entriesFor(reading)) {
			if (word !== undefined && !reading.words.some((one) => one === undefined || word.test(one))) continue;
			if (!matchFacts(pattern, reading)) continue;
			if (behind === undefined || behindProgram(pattern, reading).some(behind)) return `${pattern.text} (${what})`;
		}
	}
	return undefined;
}

/** The words behind each word that may be the pattern's program. */
function behindProgram({ words: [program] }: CommandPattern, { words, names, anywhere }: Facts): Words[] {
	const parts = program?.parts.map((part) => part.toLowerCase()) ?? [];
	return names.flatMap((name, index) => {
		if (index > 0 && !anywhere) return [];
		return name === undefined || fitsParts(parts, name) ? [words.slice(index + 1)] : [];
	});
}
