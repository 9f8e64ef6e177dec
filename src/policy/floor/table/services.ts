// Containers, clusters, clouds, code hosts and the service manager: what they say about themselves.
//
// Left out everywhere: options that choose another server, account or configuration (--host, --context of docker, --server,
// --token, --kubeconfig, --as, --endpoint-url, --impersonate-service-account, -H and -M of systemctl), that follow or watch
// without end (-f of logs, -w), that open a browser (--web), and sub-commands that show secrets (environments, tokens,
// values of a release, outputs and states of terraform, settings of functions).
import type { CommandRule, Table } from "../rule.ts";
import { each } from "./packages.ts";

/** Options that may stand between a program and its sub-command, written like those of an entry. */
export const GLOBALS: Readonly<Record<string, string>> = {
	aws: "--region=NAME --profile=NAME --output=WORD --no-cli-pager",
	gcloud: "--project=NAME",
	helm: "-n=NAME --namespace=NAME --kube-context=ITEM",
	kubectl: "-n=NAME --namespace=NAME --context=ITEM --request-timeout=DURATION",
	systemctl:
		"--user --system --no-pager -l --full -q --quiet -a --all -n=NUMBER --lines=NUMBER -t=LIST --type=LIST --state=LIST --no-legend --plain --failed",
};

/** One entry under several names. */
function all(keys: string, rule: CommandRule): Table {
	return Object.fromEntries(keys.split(", ").map((key) => [key, rule]));
}

const FACT: CommandRule = { options: "", operands: "" };

// containers: the daemon answers over a local socket
const LIST: CommandRule = { options: "-f=TEXT --filter=TEXT --format=TEXT --no-trunc -q --quiet", operands: "" };
const FACTS: CommandRule = { options: "-f=TEXT --format=TEXT", operands: "" };
const PS: CommandRule = {
	options: `-a --all -f=TEXT --filter=TEXT --format=TEXT -n=NUMBER --last=NUMBER -l --latest --no-trunc -q --quiet -s
		--size`,
	operands: "",
};
const INSPECT: CommandRule = {
	options: "-f=DOCKERFORMAT --format=DOCKERFORMAT --type=WORD -s --size",
	operands: "ITEM+",
	needs: ["-f", "--format"],
	not: "the whole of it shows the environment, where secrets are",
};

const CONTAINERS: Table = {
	...each(["docker", "podman", "nerdctl"], {
		...all("ps, container ls, container list, container ps", PS),
		...all("images, image ls, image list", {
			options: "-a --all --digests -f=TEXT --filter=TEXT --format=TEXT --no-trunc -q --quiet",
			operands: "ITEM?",
		}),
		...all("logs, container logs", {
			options: "-t --timestamps --since=TEXT --until=TEXT -n=TEXT --tail=TEXT",
			operands: "ITEM",
			not: "-f never ends, --details shows environment variables",
		}),
		...all("stats, container stats", {
			options: "-a --all --format=TEXT --no-stream --no-trunc",
			operands: "ITEM*",
			needs: ["--no-stream"],
			not: "without --no-stream it never ends",
		}),
		...all("top, container top", { options: "", operands: "ITEM", not: "what follows are options of ps" }),
		...all("port, container port", { options: "", operands: "ITEM ITEM?" }),
		...all("diff, container diff", { options: "", operands: "ITEM" }),
		...all("history, image history", {
			options: "-H --human --format=TEXT --no-trunc -q --quiet",
			operands: "ITEM",
		}),
		...all("inspect, container inspect, image inspect", INSPECT),
		...all("network ls, network list, volume ls, volume list", LIST),
		...all("network inspect, volume inspect", {
			options: "-f=TEXT --format=TEXT -v --verbose",
			operands: "ITEM+",
		}),
		...all("version, info, system info", FACTS),
		"system df": { options: "-v --verbose --format=TEXT", operands: "" },
	}),
	...each(["docker"], {
		"context ls": { options: "-q --quiet --format=TEXT", operands: "" },
		"context show": FACT,
		"buildx ls": { options: "--format=TEXT --no-trunc", operands: "" },
		"buildx version": FACT,
		...all("node ls, service ls, plugin ls", LIST),
		"service ps": { ...LIST, operands: "ITEM+" },
		"stack ls": { options: "--format=TEXT", operands: "" },
		...all("stack ps, stack services", { ...LIST, operands: "ITEM" }),
	}),
	...each(["docker compose", "docker-compose"], {
		ps: {
			options: `-a --all -q --quiet --services --status=WORD --filter=TEXT --format=TEXT --no-trunc
				--orphans[=WORD]`,
			operands: "ITEM*",
			not: "-f in front of it may name a file on another machine",
		},
		ls: { options: "-a --all -q --quiet --filter=TEXT --format=WORD", operands: "" },
		images: { options: "-q --quiet --format=WORD", operands: "ITEM*" },
		logs: {
			options: `-n=TEXT --tail=TEXT --since=TEXT --until=TEXT -t --timestamps --no-color --no-log-prefix
				--index=NUMBER`,
			operands: "ITEM*",
		},
		top: { options: "", operands: "ITEM*" },
		port: { options: "--protocol=WORD --index=NUMBER", operands: "ITEM NUMBER" },
		version: { options: "-f=WORD --format=WORD --short", operands: "" },
		config: {
			options: "--services --images --profiles --volumes --networks -q --quiet",
			operands: "",
			needs: ["--services", "--images", "--profiles", "--volumes", "--networks", "-q", "--quiet"],
			not: "the whole of it shows values from .env; -o writes",
		},
	}),
	...all("podman pod ps, podman pod ls, podman pod list", {
		options: `-f=TEXT --filter=TEXT --format=TEXT --no-trunc -q --quiet --ctr-ids --ctr-names --ctr-status`,
		operands: "",
	}),
	...each(["crictl"], {
		ps: {
			options: `-a --all -q --quiet -v --verbose -o=WORD --output=WORD --name=TEXT --state=WORD -s=WORD --pod=NAME
				-p=NAME --image=ITEM --label=TEXT -l --latest -n=NUMBER --last=NUMBER --no-trunc`,
			operands: "",
		},
		pods: {
			options: `-q --quiet -v --verbose -o=WORD --output=WORD --name=TEXT --namespace=TEXT --state=WORD -s=WORD
				--label=TEXT -l --latest -n=NUMBER --last=NUMBER --no-trunc`,
			operands: "",
		},
		images: { options: "-q --quiet -v --verbose -o=WORD --output=WORD --digests --no-trunc", operands: "ITEM?" },
		logs: { options: "-t --timestamps --tail=NUMBER --since=TEXT -p --previous", operands: "ITEM" },
		stats: { options: "-a --all -o=WORD --output=WORD", operands: "ITEM*" },
		version: FACT,
	}),
	"kind get clusters": FACT,
	"kind get nodes": { options: "--name=NAME -A --all-clusters", operands: "" },
};

// clusters
const IN_NAMESPACE = "-n=NAME --namespace=NAME --context=ITEM --request-timeout=DURATION";
const SELECTED = `-A --all-namespaces -l=TEXT --selector=TEXT --field-selector=TEXT ${IN_NAMESPACE}`;
const TOP: CommandRule = {
	options: `${SELECTED} --containers --sort-by=WORD --sum --no-headers --use-protocol-buffers`,
	operands: "NAME?",
	network: true,
};

const CLUSTERS: Table = {
	...each(["kubectl"], {
		get: {
			options: `${SELECTED} -o=QUERY --output=QUERY --template=TEXT --sort-by=TEXT --show-labels --show-kind
				--show-managed-fields[=WORD] --no-headers -L=LIST --label-columns=LIST --ignore-not-found[=WORD] --chunk-size=NUMBER
				--subresource=WORD`,
			operands: "RESOURCE+",
			network: true,
			not: "secrets are no kind to get; --raw takes any address, -f and -k read files and other machines",
		},
		describe: {
			options: `${SELECTED} --show-events[=WORD] --chunk-size=NUMBER`,
			operands: "RESOURCE+",
			network: true,
		},
		logs: {
			options: `-l=TEXT --selector=TEXT ${IN_NAMESPACE} -c=NAME --container=NAME --all-containers[=WORD] --all-pods[=WORD] -p
				--previous --tail=NUMBER --since=DURATION --since-time=TEXT --timestamps[=WORD] --prefix[=WORD] --limit-bytes=NUMBER
				--max-log-requests=NUMBER --ignore-errors`,
			operands: "RESOURCE? NAME?",
			network: true,
		},
		events: { options: `${SELECTED} --for=RESOURCE --types=LIST -o=WORD --no-headers`, operands: "", network: true },
		...all("top pods, top pod, top po, top nodes, top node, top no", TOP),
		explain: {
			options: `--recursive --api-version=ITEM -o=WORD --output=WORD ${IN_NAMESPACE}`,
			operands: "RESOURCE",
			network: true,
		},
		"api-resources": {
			options: `--namespaced[=WORD] --api-group=NAME -o=WORD --output=WORD --verbs=LIST --categories=LIST --sort-by=WORD
				--no-headers --cached ${IN_NAMESPACE}`,
			operands: "",
			network: true,
		},
		"api-versions": { options: IN_NAMESPACE, operands: "", network: true },
		"cluster-info": { options: IN_NAMESPACE, operands: "", network: true, not: "dump writes files" },
		"rollout history": {
			options: `--revision=NUMBER -o=WORD --output=WORD -l=TEXT --selector=TEXT ${IN_NAMESPACE}`,
			operands: "RESOURCE+",
			network: true,
		},
		"rollout status": {
			options: `--revision=NUMBER --timeout=DURATION --watch[=WORD] ${IN_NAMESPACE}`,
			operands: "RESOURCE+",
			network: true,
		},
		"auth can-i": {
			options: `-A --all-namespaces --list --no-headers -q --quiet --subresource=WORD ${IN_NAMESPACE}`,
			operands: "LIST? RESOURCE? NAME?",
			network: true,
		},
		"auth whoami": { options: `-o=WORD --output=WORD ${IN_NAMESPACE}`, operands: "", network: true },
		version: {
			options: "--client[=WORD] -o=WORD --output=WORD --short",
			operands: "",
			needs: ["--client"],
			forms: [{ options: `-o=WORD --output=WORD --short ${IN_NAMESPACE}`, operands: "", network: true }],
		},
		"config get-contexts": { options: "-o=WORD --output=WORD --no-headers", operands: "ITEM*" },
		...all("config current-context, config get-clusters, config get-users", {
			...FACT,
			not: "config view shows tokens in older versions and with --raw",
		}),
	}),
	...each(["helm"], {
		...all("list, ls", {
			options: `${IN_NAMESPACE} --kube-context=ITEM -A --all-namespaces -a --all -q --short -o=WORD --output=WORD -f=TEXT
				--filter=TEXT -d --date -r --reverse -l=TEXT --selector=TEXT --deployed --failed --pending --superseded
				--uninstalled --uninstalling -m=NUMBER --max=NUMBER --offset=NUMBER --time-format=TEXT --no-headers`,
			operands: "",
			network: true,
		}),
		status: {
			options: `${IN_NAMESPACE} --kube-context=ITEM --revision=NUMBER --show-desc --show-resources`,
			operands: "NAME",
			network: true,
			not: "-o shows the values of the release, and so do the sub-commands of get",
		},
		history: {
			options: `${IN_NAMESPACE} --kube-context=ITEM --max=NUMBER -o=WORD --output=WORD`,
			operands: "NAME",
			network: true,
		},
		"repo list": { options: "-o=WORD --output=WORD", operands: "" },
		"search repo": {
			options: "-l --versions --version=TEXT --devel -r --regexp -o=WORD --output=WORD --max-col-width=NUMBER",
			operands: "TEXT*",
		},
		"plugin list": FACT,
	}),
};

// code hosts
const GH_SHOW = "--json=LIST -q=SCRIPT --jq=SCRIPT -t=TEXT --template=TEXT -R=REPO --repo=REPO";
const GH_FILTER = `-L=NUMBER --limit=NUMBER -A=NAME --author=NAME -a=NAME --assignee=NAME -l=TEXT --label=TEXT -S=TEXT
	--search=TEXT -s=WORD --state=WORD --app=NAME`;

/** `gh`: what it filters with jq could show the environment, so its filter is read. */
function gh(options: string, operands: string): CommandRule {
	return { options: `${options} ${GH_SHOW}`, operands, script: "jq", network: true };
}

const HOSTS: Table = each(["gh"], {
	"pr list": gh(`${GH_FILTER} -B=TEXT --base=TEXT -H=TEXT --head=TEXT -d --draft`, ""),
	"pr view": gh("-c --comments", "NAME?"),
	"pr checks": gh("--required", "NAME?"),
	"pr status": gh("-c --conflict-status", ""),
	"pr diff": { options: "--name-only --patch --color=WORD -R=REPO --repo=REPO", operands: "NAME?", network: true },
	"issue list": gh(`${GH_FILTER} -m=TEXT --milestone=TEXT --mention=NAME`, ""),
	"issue view": gh("-c --comments", "NAME"),
	"issue status": gh("", ""),
	"run list": gh(
		`-L=NUMBER --limit=NUMBER -b=TEXT --branch=TEXT -u=NAME --user=NAME -e=WORD --event=WORD -s=LIST --status=LIST
		-w=TEXT --workflow=TEXT -c=NAME --commit=NAME --created=TEXT -a --all`,
		"",
	),
	"run view": gh(
		"-v --verbose --log --log-failed -j=NAME --job=NAME -a=NUMBER --attempt=NUMBER --exit-status",
		"NAME?",
	),
	"workflow list": gh("-a --all -L=NUMBER --limit=NUMBER", ""),
	"workflow view": { options: "-y --yaml -r=TEXT --ref=TEXT -R=REPO --repo=REPO", operands: "NAME", network: true },
	"release list": gh("-L=NUMBER --limit=NUMBER --exclude-drafts --exclude-pre-releases -O=WORD --order=WORD", ""),
	"release view": gh("", "NAME?"),
	"repo list": gh(
		`-L=NUMBER --limit=NUMBER -l=NAME --language=NAME --source --fork --archived --no-archived --visibility=WORD
		--topic=LIST`,
		"NAME?",
	),
	"repo view": {
		options: "--json=LIST -q=SCRIPT --jq=SCRIPT -t=TEXT --template=TEXT -b=TEXT --branch=TEXT",
		operands: "REPO?",
		script: "jq",
		network: true,
	},
	"label list": gh("-L=NUMBER --limit=NUMBER -S=TEXT --search=TEXT --sort=WORD --order=WORD", ""),
	"auth status": {
		options: "-a --active -h=NAME --hostname=NAME",
		operands: "",
		network: true,
		not: "-t shows the token",
	},
	status: { options: "-o=NAME --org=NAME -e=LIST --exclude=LIST", operands: "", network: true },
});

// clouds
const AWS = `--region=NAME --profile=NAME --output=WORD --query=QUERY --max-items=NUMBER --page-size=NUMBER --no-paginate
	--no-cli-pager --color=WORD`;
/** `aws SERVICE SUB`, with the options that say which. A value that begins with file:// would be loaded; a LIST holds no "/". */
function aws(service: string, subs: string, options = ""): Table {
	const rule: CommandRule = { options: `${AWS} ${options}`, operands: "LIST*", network: true };
	return Object.fromEntries(subs.split(/\s+/).map((sub) => [`aws ${service} ${sub}`, rule]));
}

const GCLOUD: CommandRule = {
	options: `--project=NAME --format=TEXT --filter=TEXT --limit=NUMBER --page-size=NUMBER --sort-by=LIST --uri -q --quiet
		--region=NAME --regions=LIST --zone=NAME --zones=LIST`,
	operands: "",
	network: true,
	not: "--account, --configuration, --flags-file and --impersonate-service-account take other settings",
};
const AZ: CommandRule = {
	options: `-o=WORD --output=WORD --query=QUERY -g=NAME --resource-group=NAME -n=NAME --name=NAME --subscription=NAME
		-l=NAME --location=NAME -d --show-details`,
	operands: "",
	network: true,
};
const HEROKU: CommandRule = {
	options: "-a=NAME --app=NAME -r=NAME --remote=NAME --json -n=NUMBER --num=NUMBER",
	operands: "",
	network: true,
};

const CLOUDS: Table = {
	"aws s3 ls": {
		options: `${AWS} --recursive --human-readable --summarize`,
		operands: "BUCKET?",
		network: true,
	},
	...aws("sts", "get-caller-identity"),
	...aws(
		"ec2",
		`describe-instances describe-instance-status describe-instance-types describe-vpcs describe-subnets
		describe-security-groups describe-security-group-rules describe-route-tables describe-internet-gateways
		describe-nat-gateways describe-network-interfaces describe-addresses describe-volumes describe-snapshots
		describe-images describe-key-pairs describe-regions describe-availability-zones describe-tags`,
		`--filters=LIST --instance-ids=LIST --instance-types=LIST --vpc-ids=LIST --subnet-ids=LIST --group-ids=LIST
		--group-names=LIST --volume-ids=LIST --snapshot-ids=LIST --image-ids=LIST --owners=LIST --owner-ids=LIST`,
	),
	...aws("s3api", "list-buckets"),
	...aws(
		"s3api",
		"head-bucket get-bucket-location get-bucket-versioning get-bucket-tagging list-objects-v2",
		"--bucket=NAME",
	),
	...aws("iam", "list-users list-roles list-groups list-policies list-account-aliases get-user", "--scope=WORD"),
	...aws("ecs", "list-clusters"),
	...aws(
		"ecs",
		"list-services list-tasks describe-clusters describe-services",
		"--cluster=NAME --clusters=LIST --services=LIST",
	),
	...aws("eks", "list-clusters list-nodegroups", "--cluster-name=NAME"),
	...aws("ecr", "describe-repositories describe-images list-images", "--repository-name=NAME"),
	...aws("rds", "describe-db-instances describe-db-clusters describe-events", "--db-instance-identifier=NAME"),
	...aws("elbv2", "describe-load-balancers describe-target-groups", "--names=LIST"),
	...aws("autoscaling", "describe-auto-scaling-groups"),
	...aws(
		"cloudformation",
		"list-stacks describe-stack-events describe-stack-resources list-stack-resources",
		"--stack-name=NAME",
	),
	...aws("cloudwatch", "describe-alarms list-metrics", "--namespace=NAME --alarm-names=LIST"),
	...aws("logs", "describe-log-groups"),
	...aws("dynamodb", "list-tables describe-table", "--table-name=NAME"),
	...aws("sqs", "list-queues"),
	...aws("sns", "list-topics"),
	...aws("route53", "list-hosted-zones"),
	...aws("acm", "list-certificates"),
	...aws("cloudfront", "list-distributions"),
	"aws configure list": { options: "--profile=NAME", operands: "" },
	"aws configure list-profiles": FACT,
	"aws configure get": {
		options: "--profile=NAME",
		operands: "SETTING",
		not: "keys and tokens are no settings to show",
	},

	...each(["gcloud"], {
		...all(
			`projects list, compute instances list, compute disks list, compute zones list, compute regions list, compute networks list, compute firewall-rules list, compute images list, compute machine-types list, services list, sql instances list, storage buckets list, iam service-accounts list, logging logs list, artifacts repositories list, dns managed-zones list`,
			GCLOUD,
		),
		// What these list in full holds environments and client keys.
		...all("run services list, functions list, container clusters list, app services list", {
			...GCLOUD,
			options: "--project=NAME --filter=TEXT --limit=NUMBER --sort-by=LIST --region=NAME --zone=NAME",
		}),
		"config list": FACT,
		...all("config get-value, config get", { options: "", operands: "SETTING" }),
		"config configurations list": FACT,
		"auth list": { ...FACT, not: "print-access-token and its like show tokens" },
	}),
	...each(["az"], {
		...all("account show, account list, version", { ...AZ, options: "-o=WORD --output=WORD --query=QUERY --all" }),
		...all(
			`group list, group show, resource list, vm list, vm show, aks list, acr list, storage account list, network vnet list, network nsg list, network public-ip list, sql server list, monitor log-analytics workspace list`,
			{ ...AZ, not: "account get-access-token, and keys and credentials of anything, are secrets" },
		),
	}),
	...each(["heroku"], {
		...all("ps, apps, apps:info, releases, domains, addons, buildpacks, pg:info", {
			...HEROKU,
			not: "config shows secrets",
		}),
	}),

	// -version asks the vendor for the newest one
	...each(["terraform", "tofu"], {
		...all("version, -version, --version, -v", { options: "-json", operands: "", wordOptions: true, network: true }),
		fmt: {
			options: "-check --check -diff --diff -recursive --recursive -no-color",
			operands: "PATH*",
			wordOptions: true,
			here: true,
			needs: ["-check", "--check"],
			not: "without -check it writes",
		},
		"workspace show": {
			...FACT,
			not: "list and the others read the state, whose place and helpers the workspace names",
		},
	}),
};

// the service manager
const UNITS = `--user --system --no-pager -l --full -q --quiet -a --all -t=LIST --type=LIST --state=LIST --failed --plain
	--no-legend --legend=WORD -r --recursive --reverse --after --before -n=NUMBER --lines=NUMBER -o=WORD --output=WORD
	-p=LIST --property=LIST --value --timestamp=WORD --with-dependencies --show-types`;
const UNIT_LIST: CommandRule = { options: UNITS, operands: "ITEM*" };
const LOGIN: CommandRule = {
	options: "--no-pager --no-legend -l --full -a --all -n=NUMBER -o=WORD -p=LIST --property=LIST --value -j --json=WORD",
	operands: "ITEM*",
};

const MANAGER: Table = {
	systemctl: { options: UNITS, operands: "", not: "the other verbs change units; -H, -M and --root look elsewhere" },
	...each(["systemctl"], {
		...all(
			`status, show, cat, list-units, list-unit-files, list-timers, list-sockets, list-paths, list-jobs, list-dependencies, list-machines, is-active, is-enabled, is-failed, is-system-running, get-default`,
			UNIT_LIST,
		),
	}),
	journalctl: {
		options: `--no-pager --user --system -m --merge -b[NUMBER] --boot[=TEXT] --list-boots -u=ITEM --unit=ITEM
			--user-unit=ITEM -t=ITEM --identifier=ITEM -p=LIST --priority=LIST --facility=LIST -g=TEXT --grep=TEXT
			--case-sensitive[=WORD] -S=TEXT --since=TEXT -U=TEXT --until=TEXT -c=TEXT --cursor=TEXT --after-cursor=TEXT
			--show-cursor -n=NUMBER --lines[=NUMBER] -NUMBER -r --reverse -o=WORD --output=WORD --output-fields=LIST --utc -x
			--catalog --no-hostname --no-full --no-tail -l --full -a --all -q --quiet -e --pager-end -k --dmesg --disk-usage -N
			--fields -F=NAME --field=NAME --header`,
		operands: "ITEM*",
		not: `--rotate, --flush, --sync, --vacuum-*, --setup-keys and --update-catalog change the journal, --cursor-file writes;
			-D, --file, --root, --image and -M read others, -f never ends`,
	},
	loginctl: { ...LOGIN, operands: "" },
	...each(["loginctl"], {
		...all("list-sessions, list-users, list-seats", { ...LOGIN, operands: "" }),
		...all("session-status, user-status, seat-status, show-session, show-user, show-seat", LOGIN),
	}),
	timedatectl: { ...LOGIN, operands: "" },
	...each(["timedatectl"], all("status, show, list-timezones, timesync-status", { ...LOGIN, operands: "" })),
	hostnamectl: { options: "--no-pager --static --transient --pretty -j --json=WORD", operands: "" },
	...each(["hostnamectl"], {
		status: { options: "--no-pager --static --transient --pretty -j --json=WORD", operands: "" },
		hostname: { ...FACT, not: "a name sets it" },
	}),
	localectl: { options: "--no-pager", operands: "" },
	...each(["localectl"], all("status, list-locales, list-keymaps", { options: "--no-pager", operands: "" })),
	...each(["networkctl"], all("list, status", LOGIN)),
	"resolvectl status": { options: "--no-pager", operands: "ITEM*", not: "query asks name servers" },
	"coredumpctl list": { options: "--no-pager --no-legend -r -n=NUMBER -q", operands: "ITEM*" },
	"machinectl list": LOGIN,
	"busctl list": { options: "--no-pager --no-legend --system --user --acquired --activatable --unique", operands: "" },
	...all("systemd-analyze, systemd-analyze time, systemd-analyze blame, systemd-analyze critical-chain", {
		options: "--no-pager --user --system",
		operands: "",
	}),
	"systemd-detect-virt": { options: "-c --container -v --vm -q --quiet --list", operands: "" },
	"service --status-all": FACT,
	"launchctl list": { options: "", operands: "NAME?" },
	"launchctl version": FACT,
	"nmcli device status": FACT,
	"nmcli general status": FACT,
	"nmcli connection show": { options: "--active", operands: "", not: "with -s it shows passwords" },
	"ufw status": { options: "", operands: "WORD?" },
};

export const SERVICES: Table = { ...CONTAINERS, ...CLUSTERS, ...HOSTS, ...CLOUDS, ...MANAGER };
