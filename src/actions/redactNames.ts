// Whether a name (of a variable, option, header, JSON member) says that its value is a secret.

/** Last words that make a name secret by themselves. */
const WORDS = new Set(
	(
		"password passwd passphrase secret token apikey apitoken authtoken accesstoken refreshtoken idtoken " +
		"accesskey secretkey privatekey clientsecret credential credentials jwt bearer authorization cookie " +
		"storepass keypass sshpass psk"
	).split(" "),
);
/** Last words that do so after another word only: PWD and pass alone mean other things. */
const WORDS_AFTER = new Set(["pass", "pwd", "pw", "pat"]);
/** What stands before "key" when the key is a secret. */
const KEYS = new Set(
	(
		"api access secret private account shared encryption encrypt decrypt signing sign master auth service admin app " +
		"license storage client ssh gpg webhook deploy preshared consumer session hmac subscription function application " +
		"openai anthropic gemini groq mistral deepseek stripe sendgrid mailgun twilio azure datadog newrelic"
	).split(" "),
);
/** Endings that leave a secret name secret. */
const ENDINGS = new Set(
	"value base base64 b64 hex plain default prod production dev test staging live new old".split(" "),
);

/** Endings of words that were written together, like PGPASSWORD; sudo's NOPASSWD is none. */
const GLUED =
	/^(?!no).*(?:password|passwd|passphrase|apikey|secretkey|accesskey|privatekey|authtoken|accesstoken|apitoken)$|^(?:db|my|pg|sql|mysql|user|root|admin|redis|smtp|mail|ftp|ldap)(?:pass|pwd|pw)$/;

/** Cheap, and false for nearly every name of a text. */
const PERHAPS = /pass|pwd|psk|pw\d*$|pat\d*$|secret|token|key|cred|jwt|bearer|authoriz|cookie/i;

/** True for names like DB_PASSWORD, apiKey, x-api-key, GITHUB_TOKEN; false for MAX_TOKENS, TOKEN_URL, PWD. */
export function isSecretName(name: string): boolean {
	if (name.length > 128 || !PERHAPS.test(name)) return false;
	const words = name
		.replace(/([a-z0-9])([A-Z])/g, "$1 $2")
		.replace(/([A-Z]{2})([A-Z][a-z])/g, "$1 $2")
		.toLowerCase()
		.split(/[^a-z0-9]+/)
		.filter((word) => word !== "");
	// client-key-data of a kubeconfig.
	if (words.at(-1) === "data" && words.at(-2) === "key") words.pop();
	while (words.length > 1 && (ENDINGS.has(words.at(-1) ?? "") || /^\d+$/.test(words.at(-1) ?? ""))) words.pop();
	const last = words.at(-1)?.replace(/\d+$/, "") ?? "";
	const before = words.at(-2) ?? "";
	if (WORDS.has(last) || GLUED.test(last)) return true;
	return before !== "" && (WORDS_AFTER.has(last) || (last === "key" && KEYS.has(before)));
}

/** What a value under such a name is called when it is masked. */
export function kindOfName(name: string): string {
	const lower = name.toLowerCase();
	if (/pass|pwd|psk|pw$/.test(lower)) return "password";
	if (/token|jwt|bearer|pat$/.test(lower)) return "token";
	if (/authorization|cookie|credential/.test(lower)) return "credentials";
	return lower.includes("key") ? "key" : "secret";
}
