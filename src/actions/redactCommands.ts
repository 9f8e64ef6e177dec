// Secrets that commands take without saying so: mysql -pSECRET, sshpass -p SECRET, curl -u user:SECRET, set NAME SECRET.
import { isSecretName, kindOfName } from "./redactNames.ts";
import { cookiesEnd } from "./redactPlaces.ts";
import { isValue, type Report, startsLine, Values } from "./redactValues.ts";

interface Option {
	/** "joined": -pSECRET; "apart": -p SECRET or -p=SECRET; "either". */
	form: "joined" | "apart" | "either";
	/** What of the value is secret: all, what follows its first ":" or "%", or the pairs of cookies. */
	part?: ":" | "%" | "cookies";
	/** The command takes it once; the same letters of a command that follows mean something else. */
	once?: boolean;
}

const USER: Option = { form: "either", part: ":" };
const LOGIN: Record<string, Option> = { "-p": { form: "apart", once: true } };
/** Options by command, as the expression below names it. */
const COMMANDS: Record<string, Record<string, Option>> = {
	mysql: { "-p": { form: "joined" } },
	sshpass: { "-p": { form: "either", once: true } },
	curl: { "-u": USER, "-U": USER, "--user": USER, "--proxy-user": USER, "-b": { form: "apart", part: "cookies" } },
	http: { "-a": USER, "--auth": USER },
	"redis-cli": { "-a": { form: "apart" }, "--pass": { form: "apart" } },
	login: LOGIN,
	ldap: { "-w": { form: "apart" } },
	openssl: {
		"-k": { form: "apart" },
		"-K": { form: "apart" },
		"-pass": { form: "apart", part: ":" },
		"-passin": { form: "apart", part: ":" },
		"-passout": { form: "apart", part: ":" },
	},
	smbclient: { "-U": { form: "apart", part: "%" }, "--user": { form: "apart", part: "%" } },
	zip: { "-P": { form: "either" } },
	"7z": { "-p": { form: "joined" } },
	mongo: LOGIN,
	sqlcmd: { "-P": { form: "either" } },
	cqlsh: LOGIN,
};

// Without a look back at each character, so that most of a text is passed quickly.
const COMMAND =
	/(?:(mysql|mariadb|mycli)[\w-]{0,16}|(sshpass|curl|redis-cli|openssl|smbclient|sqlcmd|cqlsh)|(https?|xh)|(?:un)?(zip)|(ldap)(?:search|modify|add|delete|passwd|whoami|compare)|(7z)[ar]?|(mongo)\w{0,10}|(?:docker|podman|nerdctl|buildah|skopeo|oras|crane auth|helm registry|az)[ \t]{1,4}(login))(?:\.exe)?(?=[ \t])/g;
const SEPARATOR = /[\n;|&]|$/g;
const OPTION =
	/(?<=[\s"'])(--user|--proxy-user|--auth|--pass|-passin|-passout|-pass|-[uUpPawbkK])([ \t]{1,8}|=)?(\\{0,7}["'])?/g;

/** Options of commands that are known to take a secret there. */
export function commands(text: string, report: Report): void {
	const found = [...text.matchAll(COMMAND)].filter(({ index }) => !/[\w.-]/.test(text[index - 1] ?? ""));
	const values = new Values(text);
	let known: Record<string, Option> = {};
	let latest = "";
	let end = 0;
	for (const [at, match] of found.entries()) {
		const { index } = match;
		const [all, mysql, plain, web, zip, ldap, seven, mongo, login] = match;
		const from = index + all.length;
		if (index >= end) {
			known = {};
			latest = "";
		}
		if (from >= end) {
			SEPARATOR.lastIndex = from;
			end = SEPARATOR.exec(text)?.index ?? text.length;
		}
		const command = (mysql && "mysql") ?? plain ?? (web && "http") ?? zip ?? ldap ?? seven ?? mongo ?? login ?? "";
		// A command within a command has the options of both: docker exec db mysql -pSECRET.
		if (command !== latest) known = { ...known, ...COMMANDS[command] };
		latest = command;
		const next = optionsOf(text, from, Math.min(end, found[at + 1]?.index ?? end), known, values, report);
		if (next !== known) latest = "";
		known = next;
	}
}

/** @returns the options that may still come */
function optionsOf(
	text: string,
	from: number,
	to: number,
	options: Record<string, Option>,
	values: Values,
	report: Report,
): Record<string, Option> {
	const part = text.slice(from, to);
	OPTION.lastIndex = 0;
	for (let found = OPTION.exec(part); found !== null; found = OPTION.exec(part)) {
		const [, name = "", gap = "", quote = ""] = found;
		const option = options[name];
		if (option === undefined || (option.form !== "either" && (gap === "") !== (option.form === "joined"))) continue;
		const start = from + OPTION.lastIndex;
		const end = values.end(start, quote);
		const secret = secretPart(text, start, end, option.part);
		const place = { quoted: quote !== "", certain: true, wholeLine: false };
		if (secret !== undefined && isValue(text.slice(...secret), place)) {
			report(...secret, option.part === "cookies" ? "credentials" : "password");
		}
		if (option.once === true) return {};
		OPTION.lastIndex = Math.max(OPTION.lastIndex, end - from);
	}
	return options;
}

function secretPart(
	text: string,
	from: number,
	to: number,
	part: Option["part"],
): [start: number, end: number] | undefined {
	if (part === undefined) return [from, to];
	if (part === "cookies") return [from, Math.min(to, cookiesEnd(text, from))];
	const at = text.slice(from, to).indexOf(part);
	return at < 0 ? undefined : [from + at + part.length, to];
}

/** `set -x NAME value` of shells, `ENV NAME value`, `config set NAME value`: the name stands apart from its value. */
export function setters(text: string, report: Report): void {
	const values = new Values(text);
	const pattern =
		/(?<![\w.-])(?:set|setx|setenv|ENV|ARG|config)((?:[ \t]{1,4}--?[A-Za-z][A-Za-z-]{0,20}){0,4})[ \t]{1,4}["']?([A-Za-z_/.:@-][\w./:@-]{0,200})["']?[ \t]{1,4}(\\{0,7}["'])?/g;
	for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
		const [all, , name = "", quote = ""] = found;
		const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf(":")) + 1);
		if (!isSecretName(last)) {
			// "config set NAME": the name stood where the command goes on.
			pattern.lastIndex = found.index + all.search(/[ \t]/);
			continue;
		}
		const from = pattern.lastIndex;
		const end = values.end(from, quote);
		const rest = text.slice(end, end + 10);
		const wholeLine = startsLine(text, found.index) && /^[ \t\r]{0,8}(?:\n|;|$)/.test(rest);
		const certain = /^[A-Z0-9_]+$/.test(last) || name !== last || name.includes(".");
		if (isValue(text.slice(from, end), { quoted: quote !== "", certain, wholeLine }))
			report(from, end, kindOfName(last));
		pattern.lastIndex = Math.max(end, from);
	}
}

const CALL =
	/(?<![\w.])(?:(?:SetEnvironmentVariable|setenv|putenv|setdefault|setProperty|define)\([ \t]{0,4}(\\{0,7}["'])([\w.-]{1,128})\1[ \t]{0,4},[ \t]{0,4}|ConvertTo-SecureString(?:[ \t]{1,4}-String)?[ \t]{1,4})(\\{0,7}["'])/g;

/** setenv("NAME", "value") of programs, ConvertTo-SecureString "value". */
export function calls(text: string, report: Report): void {
	const values = new Values(text);
	CALL.lastIndex = 0;
	for (let found = CALL.exec(text); found !== null; found = CALL.exec(text)) {
		const [, , name = "password", quote = ""] = found;
		const from = CALL.lastIndex;
		const end = values.quotedEnd(from, quote);
		const place = { quoted: true, certain: true, wholeLine: false };
		if (isSecretName(name) && isValue(text.slice(from, end), place)) report(from, end, kindOfName(name));
		CALL.lastIndex = Math.max(end, from);
	}
}
