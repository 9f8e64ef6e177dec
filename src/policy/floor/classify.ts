// The floor's word on a line alone, as `gatepost policy classify` gives it: no file is looked at, the workspace is trusted
// and its git configuration clean, and where a file lies does not matter. What a file is called does.
import { normalize } from "node:path/posix";
import { type Message, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import { aimsAtSecrets } from "../globs.ts";
import { isSensitive } from "../sensitive.ts";
import type { Line, Touched } from "./line.ts";
import { readLine } from "./walk.ts";

export interface Classified {
	verdict: "read-only" | "ask";
	reason: Message;
}

/** @param networkReads whether commands that only ask other machines count as read-only */
export function classify(command: string, networkReads = false): Classified {
	const line = readLine(command);
	const reason = line.asked ?? secretNamed(line) ?? elsewhere(line, networkReads);
	return reason === undefined
		? { verdict: "read-only", reason: message("why.readOnlyCommand") }
		: { verdict: "ask", reason };
}

function elsewhere(line: Line, networkReads: boolean): Message | undefined {
	if (line.network && !networkReads) return message("why.networkRead");
	// Another folder may be another repository, whose configuration nobody has looked at.
	const away = line.git.find(({ folder }) => /^[/~?]|(?:^|\/)\.\.(?:\/|$)/.test(folder));
	return away === undefined ? undefined : message("why.gitElsewhere", { folder: clip(away.folder) });
}

/** The first thing by whose name a line would show a secret. */
export function secretNamed(line: Line): Message | undefined {
	if (line.secret !== undefined) return line.secret;
	const named = line.touched.find(({ gives, ...touched }) => {
		return gives !== "names" && (gives !== "handed" || line.handsOn) && mayBeSecret(touched);
	});
	if (named !== undefined) return message("why.sensitive", { path: clip(named.path) });
	if (!line.handsOn) return undefined;
	// One command reads what another one names: any word may be that name, and any pattern may find it.
	const word = line.words.find((text) => text.length > 1 && !/^-/.test(text) && isSensitive(text));
	if (word !== undefined) return message("why.sensitive", { path: clip(word) });
	const glob = line.touched.flatMap(({ gives, globs = [] }) => (gives === "names" ? globs : [])).find(aims);
	return glob === undefined ? undefined : message("why.globAims", { glob: clip(glob) });
}

function aims(glob: string): boolean {
	return !glob.startsWith("!") && aimsAtSecrets(glob, false);
}

function mayBeSecret({ path, pattern, from }: Omit<Touched, "gives">): boolean {
	// Where the line may stand counts, and a path that climbs far enough starts from the root.
	const places = from.flatMap((folder) =>
		folder === "" || folder === "?" || /^[/~]/.test(path) ? [path] : [path, `${folder}/${path}`],
	);
	return places.some((place) => {
		const plain = normalize(place);
		const climbed = plain.replace(/^(?:\.\.\/)+/, "/");
		if (isSensitive(plain) || isSensitive(climbed)) return true;
		// A lone "*" is a name that is known only when it runs: nothing can be said of it here.
		return pattern && (isSensitive(place) || (place !== "*" && aimsAtSecrets(place, false)));
	});
}
