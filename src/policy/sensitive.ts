// Files that hold secrets often enough that reading one is a person's decision, even inside the workspace.
// Names are compared in lower case and as compatibility forms (NFKC), because file systems fold some of them.
import { MAX_PATH_LENGTH } from "./paths.ts";

/** Folders: everything below them. */
export const SENSITIVE_FOLDERS = [
	...[".ssh", ".aws", ".azure", ".gcloud", ".kube", ".docker", ".gnupg", ".password-store", ".secrets", "secrets"],
	...[
		"run/secrets",
		".config/gcloud",
		".config/gh",
		".config/op",
		".config/rclone",
		".local/share/keyrings",
		".mozilla",
		".pki",
	],
	...["library/keychains", "library/cookies", ".config/google-chrome", ".config/chromium"],
] as const;

/** Files, by name. `*` stands for any run of characters. */
export const SENSITIVE_FILES = [
	...[".env", ".env.*", ".env-*", ".env_*", "*.env", ".envrc", ".flaskenv", ".dev.vars"],
	...["id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "*_rsa", "*_ed25519", "*.pem", "*.key", "*.p8", "*.p12"],
	...["*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "*.gpg", "*.ovpn", "*.mobileprovision"],
	...[".npmrc", ".yarnrc*", ".pypirc", ".netrc", "_netrc", ".git-credentials", ".pgpass", ".my.cnf", ".mylogin.cnf"],
	...[".htpasswd", ".dockercfg", ".dockerconfigjson", ".vault-token", ".terraformrc", "credentials.tfrc.json"],
	...[".boto", ".s3cfg", ".gem/credentials", "credentials", "credentials.*", ".credentials*", "client_secret*.json"],
	...["secret", "secret.*", "secrets", "secrets.*", "*.secret", "*.secrets", "*.tfstate", "*.tfstate.*", "*.tfvars"],
	...["*.tfvars.json", "*service-account*.json", "*service_account*.json", "*serviceaccount*.json", "auth.json"],
	...["token", "token.json", "tokens.json", "local.settings.json", "shadow", "shadow-", "gshadow", "gshadow-"],
	...[".*_history", ".*history", "cookies", "cookies.*", "login data", "key4.db", "logins.json", "*.keychain*"],
	...[".claude.json", ".mcp.json", "claude_desktop_config.json", ".gitconfig", "kubeconfig", ".kubeconfig"],
	...["passwords.txt", "password.txt", ".vault_pass*", ".vault-pass*", "token.txt", ".token", "api_key*", "apikey*"],
	...[
		"*.pem.*",
		"*.key.*",
		"*.pkcs12",
		"ssh_host_*",
		"deploy_key*",
		"*credentials.json",
		"*_creds.json",
		"*-creds.json",
	],
	...["firebase-adminsdk*.json", "wallet.dat", ".curlrc", ".wgetrc", ".sentryclirc", "rclone.conf", "pip.conf"],
	...["wp-config.php", "sftp-config.json", ".secrets.*", ".m2/settings.xml", ".nuget/nuget.config"],
	...[
		".netlify/config.json",
		".snowsql/config",
		".dbt/profiles.yml",
		".gradle/gradle.properties",
		"*.pgpass",
		".s3cmd",
	],
	...["..env.sw*", ".env~", "*.env.bak", "*.env.old", "vault.yml", "vault.yaml", "*.agekey"],
	...[
		"*private_key",
		"*private_key.*",
		"*privatekey",
		"*privatekey.*",
		"*-key.json",
		"*_key.json",
		"dump.rdb",
		".authinfo",
	],
] as const;

/** Whole trees of the system that show other processes, memory and devices. */
export const SENSITIVE_ROOTS = ["/proc", "/dev", "/sys"] as const;

/** Made to be read: what stands in for the file that holds the values, public halves of keys, and source code. */
const HARMLESS = [
	/^(?:\.env|env|secrets?|credentials)(?:[._-][a-z]+)*[._-](?:example|sample|template|tmpl|dist|defaults?|schema)(?:\.(?:ya?ml|json|toml|md|txt|[jt]s))?$/,
	/^(?:[a-z0-9_.-]*[._-])?(?:pub|public|cert|certs|certificate|ca|cacert|chain|fullchain|ca-bundle|ca-certificates|root)(?:[._-][a-z0-9]+)?\.pem$/,
	// Python, Ruby and PHP keep settings in files like secrets.py: those ask.
	/^(?!\.)[a-z0-9_.-]*\.(?:[cm]?[jt]sx?|pyi|go|rs|java|kt|swift|cs?|cpp|h|hpp|scala|ex|exs|clj|vue|svelte|html|css|scss|md|mdx|rst|proto)$/,
	/^[a-z0-9]+[_-][a-z0-9_-]*\.(?:py|rb)$/,
];

/** Of the trees that show processes and devices, what shows the machine only, and ends. */
const HARMLESS_ROOTS =
	/^(?:proc\/(?:cpuinfo|meminfo|version|uptime|loadavg|stat|filesystems|partitions|swaps|modules|devices|diskstats|interrupts|mounts|sys\/(?:kernel|fs|vm|net)\/.*)|dev\/(?:null|stdin|fd\/\d+)|sys\/(?:class|devices\/system\/cpu|fs\/cgroup)(?:\/.*)?)$/;

const folders = SENSITIVE_FOLDERS.map((folder) => folder.split("/"));
/** Asked for every action twice, so all names are one expression. */
const fileName = nameTest(SENSITIVE_FILES.filter((file) => !file.includes("/")));
const filesInFolder = SENSITIVE_FILES.filter((file) => file.includes("/")).map((file) =>
	file.split("/").map((name) => nameTest([name])),
);

/**
 * Whether a path may hold secrets, by what it is called. Say it for the path as written and for its real path: a
 * harmless name may lead to a secret file, and the other way round.
 */
export function isSensitive(path: string): boolean {
	if (path.length > MAX_PATH_LENGTH) return true;
	const parts = path
		.normalize("NFKC")
		.toLowerCase()
		.split(/[\\/]+/)
		// A trailing dot or blank is dropped by some tools and file systems before they open the file.
		.map((part) => (part === "." || part === ".." ? part : part.trim().replace(/\.+$/, "")))
		.filter((part) => part !== "" && part !== ".");
	if (path.startsWith("/") && SENSITIVE_ROOTS.some((root) => parts[0] === root.slice(1))) {
		return parts.includes("..") || !HARMLESS_ROOTS.test(parts.join("/"));
	}
	if (folders.some((folder) => holds(parts, folder))) return true;
	const name = parts.at(-1) ?? "";
	// Of the repository, of its submodules and of its worktrees: addresses in it may hold tokens.
	if (name.startsWith("config") && parts.includes(".git")) return true;
	if (fileName.test(name) && !HARMLESS.some((pattern) => pattern.test(name))) return true;
	return filesInFolder.some((tests) => {
		const start = parts.length - tests.length;
		return start >= 0 && tests.every((test, index) => test.test(parts[start + index] ?? ""));
	});
}

function holds(parts: readonly string[], folder: readonly string[]): boolean {
	return parts.some((_, start) => folder.every((name, index) => parts[start + index] === name));
}

function nameTest(patterns: readonly string[]): RegExp {
	const literal = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
	const alternatives = patterns.map((pattern) => pattern.split("*").map(literal).join(".*"));
	return new RegExp(`^(?:${alternatives.join("|")})$`, "su");
}
