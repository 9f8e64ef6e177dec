// Host patterns of rules: "docs.python.org", "*.example.com" (all below, not example.com itself), "localhost:8080".
// Compared with the host a URL parser finds: lower case, international names in their ASCII form.
import type { MessageCode } from "../../protocol/messages.ts";

export interface HostPattern {
	readonly text: string;
	/** Without "*." in front; "" is any host. */
	readonly name: string;
	readonly below: boolean;
	readonly port?: string;
}

export interface WrongHost {
	wrong: MessageCode;
}

/** Reads a pattern. Never throws. */
export function parseHostPattern(text: string): HostPattern | WrongHost {
	const found = /^(\*\.)?(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@\\*%[\]]+|\*)(?::(\d{1,5}))?$/.exec(text);
	if (found === null) return { wrong: "policyFile.host" };
	const [, below, written = "", port] = found;
	if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return { wrong: "policyFile.host" };
	const base = { text, below: below !== undefined, ...(port === undefined ? {} : { port: String(Number(port)) }) };
	if (written === "*") return below === undefined ? { ...base, name: "" } : { wrong: "policyFile.host" };
	const name = parse(`http://${written}/`)?.hostname ?? "";
	return name === "" ? { wrong: "policyFile.host" } : { ...base, name };
}

/** Whether a pattern is too wide for a rule that allows: any host, or everything below a name without a dot. */
export function tooWide({ name, below }: HostPattern): boolean {
	return name === "" || (below && !name.includes("."));
}

/** Whether a rule that allows covers this address: http or https, no user name or password in it, the port that belongs. */
export function hostAllowed(pattern: HostPattern, url: string): boolean {
	// Programs do not agree on what these mean in an address.
	if (tooWide(pattern) || !/^https?:\/\/[^\s\\\p{Cc}]+$/iu.test(url)) return false;
	const read = parse(url);
	if (read === undefined || read.username !== "" || read.password !== "") return false;
	if (pattern.port === undefined ? read.port !== "" : portOf(read) !== pattern.port) return false;
	return isHost(pattern, read.hostname);
}

/** Whether a rule that asks or denies covers this address. What cannot be read may be any. */
export function hostTightened(pattern: HostPattern, url: string): boolean {
	const read = parse(url) ?? (url.includes("://") ? undefined : parse(`http://${url}`));
	if (read === undefined || read.hostname === "" || pattern.name === "") return true;
	if (pattern.port !== undefined && portOf(read) !== pattern.port) return false;
	return isHost(pattern, read.hostname.replace(/\.$/, ""));
}

function isHost({ name, below }: HostPattern, host: string): boolean {
	return below ? host.endsWith(`.${name}`) && host.length > name.length + 1 : host === name;
}

function portOf({ port, protocol }: URL): string {
	return port === "" ? ({ "https:": "443", "http:": "80", "wss:": "443", "ws:": "80" }[protocol] ?? "") : port;
}

function parse(url: string): URL | undefined {
	return URL.canParse(url) ? new URL(url) : undefined;
}
