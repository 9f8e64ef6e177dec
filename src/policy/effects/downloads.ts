// Files that curl and wget would write.
import type { Effect } from "./effect.ts";
import { NotKnown, type Place } from "./ground.ts";
import { say } from "./say.ts";
import { readWords } from "./words.ts";
import { written } from "./write.ts";

export const curl: Effect = async (words, at) => {
	const { options, operands } = readWords(words, {
		flags: `-f -s -S -L -k -v -g -i -O -R -4 -6 -# --fail --silent --show-error --location --insecure --verbose --remote-name
			--compressed --progress-bar --create-dirs --http1.1 --http2`,
		values: `-o -A -b -c -e -H -m -u -X -x --output --output-dir --user-agent --header --max-time --connect-timeout --retry
			--retry-delay --request --url --proto`,
		same: "--output=-o --remote-name=-O",
		anywhere: true,
	});
	const urls = [...operands.map(sureUrl), ...(options.get("--url")?.split("\n") ?? [])];
	const [url, another] = urls;
	// Several addresses, or one that stands for several: which goes where is not told here.
	if (url === undefined || another !== undefined || (/[[\]{}]/.test(url) && !options.has("-g"))) throw new NotKnown();
	const folder = options.get("--output-dir");
	const given = options.get("-o");
	if ((given === undefined) === !options.has("-O") || options.has("-c")) throw new NotKnown();
	if (given?.includes("\n") || folder?.includes("\n")) throw new NotKnown();
	const name = given ?? lastPart(url);
	if (name === "-") throw new NotKnown();
	const place = await at.ground.through(
		await at.ground.place(at.cwd, folder === undefined ? name : `${folder}/${name}`),
	);
	return [downloads(place, url), ...(await written([place], false, at))];
};

export const wget: Effect = async (words, at) => {
	const { options, operands } = readWords(words, {
		flags: `-q -v -nv -S -4 -6 --quiet --verbose --no-verbose --no-check-certificate --show-progress --server-response
			--https-only`,
		values: "-O -P -T -t -U --output-document --directory-prefix --timeout --tries --user-agent --header",
		same: "--output-document=-O --directory-prefix=-P",
		anywhere: true,
	});
	const [url, another] = operands.map(sureUrl);
	if (url === undefined || another !== undefined) throw new NotKnown();
	const given = options.get("-O");
	const folder = options.get("-P");
	if (given === "-" || given?.includes("\n") || folder?.includes("\n")) throw new NotKnown();
	const name = given ?? (folder === undefined ? lastPart(url) : `${folder}/${lastPart(url)}`);
	const named = await at.ground.place(at.cwd, name);
	const place = given === undefined ? named : await at.ground.through(named);
	// Without -O a name that is taken gets a number.
	if (given === undefined && (await at.ground.seen(place.path)) !== undefined)
		return [say("effect.downloadsBeside", [place.shown], { url: plainUrl(url) })];
	return [downloads(place, url), ...(await written([place], false, at))];
};

function sureUrl(operand: { kind: string; value?: string; text: string }): string {
	// An address with "?" in it is a pattern to the shell, and stays as it is where no file fits it.
	if (operand.kind === "sure" && operand.value !== undefined) return operand.value;
	if (/^https?:\/\/[\w./:@%?&=+~,-]+$/.test(operand.text)) return operand.text;
	throw new NotKnown();
}

function downloads(place: Place, url: string) {
	return say("effect.downloads", [place.shown], { url: plainUrl(url) });
}

/** The name of the file in an address. @throws NotKnown where the address has none */
function lastPart(url: string): string {
	const name = url
		.replace(/^[a-z+]+:\/\//i, "")
		.replace(/[#?].*$/s, "")
		.split("/")
		.slice(1)
		.at(-1);
	// A program may take "%2F" for what it stands for, or add what is behind "?".
	if (name === undefined || name === "" || name.startsWith(".") || /[%\\]/.test(name) || url.includes("?"))
		throw new NotKnown();
	return name;
}

/** An address without who it is asked as, and without what stands behind "?" or "#". */
export function plainUrl(url: string): string {
	const [scheme] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url) ?? [""];
	const rest = url.slice(scheme.length).replace(/[?#].*$/s, "");
	const [host = "", ...path] = rest.split("/");
	const user = /^([^@]*)@/.exec(host)?.[1];
	// In ssh addresses the name is no secret.
	const kept = user === undefined || /^https?:/i.test(scheme) ? "" : `${user.split(":")[0]}@`;
	return scheme === "" ? url : scheme + [kept + host.slice(host.lastIndexOf("@") + 1), ...path].join("/");
}
