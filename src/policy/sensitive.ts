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
	...[".netlify/config.json", ".snowsql/config", ".dbt/profiles.yml"],
] as const;

/** Whole trees of the system that show other processes, memory and devices. */
export const SENSITIVE_ROOTS = ["/proc", "/dev", "/sys"] as const;

/** Made to be read: what stands in for the file that holds the values. */
const EXAMPLE = /^\.env\.(?:example|sample|template|dist|defaults)$/;

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
	if (path.startsWith("/") && SENSITIVE_ROOTS.some((root) => parts[0] === root.slice(1))) return true;
	if (folders.some((folder) => holds(parts, folder))) return true;
	const name = parts.at(-1) ?? "";
	// Of the repository, of its submodules and of its worktrees: addresses in it may hold tokens.
	if (name.startsWith("config") && parts.includes(".git")) return true;
	if (fileName.test(name) && !EXAMPLE.test(name)) return true;
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
