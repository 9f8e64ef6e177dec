// What the wanted entries rest on: the policy that decided, grants, channels of answers, evidence. Bodies are hostile: what
// is not as it should be is not there.
import { list, member, str } from "../../members.ts";
import { evidenceRefs } from "../../verifyEvidence.ts";

/** Collected over all wanted entries. */
export class Facts {
	readonly policies = new Set<string>();
	readonly grants = new Set<string>();
	readonly channels = new Set<string>();
	readonly agents = new Set<string>();
	readonly requests = new Set<string>();
	readonly evidence = new Set<string>();
	/** ISO times of the first and the last wanted entry, as they claim. */
	firstTime = "";
	lastTime = "";
	entries = 0;

	take(time: string, body: Record<string, unknown>): void {
		this.entries++;
		if (this.firstTime === "" || time < this.firstTime) this.firstTime = time;
		if (time > this.lastTime) this.lastTime = time;
		const decision = member(body, "decision");
		const answered = member(decision, "answered");
		for (const part of [body, decision, answered]) {
			add(this.policies, str(part, "policyDigest"));
			add(this.channels, str(part, "channel"));
			add(this.grants, str(part, "grant"));
		}
		add(this.agents, str(body, "agent"));
		add(this.requests, str(body, "request"));
		for (const { digest } of evidenceRefs(body)) this.evidence.add(digest);
	}
}

function add(to: Set<string>, text: string): void {
	if (text !== "") to.add(text);
}

/** Types an export may rest on although they belong to no session. */
export const RESTS: ReadonlySet<string> = new Set([
	"policy.changed",
	"policy.accepted",
	"grant.added",
	"grant.revoked",
	"channel.paired",
	"channel.revoked",
	"agent.installed",
	"agent.changed",
	"export.made",
	"evidence.removed",
]);

/** One of those: where it stands, and what it is about. */
export interface Candidate {
	segment: string;
	line: number;
	type: string;
	time: string;
	/** Digest of a policy or its file, id of a grant, channel, agent, session of an export. */
	about: string;
	/** Digests of a policy's files, or of the evidence that was removed. */
	digests: string[];
}

export function candidateOf(
	at: { segment: string; line: number; type: string; time: string },
	body: Record<string, unknown>,
): Candidate {
	const digests =
		at.type === "policy.changed"
			? list(body, "files").map((file) => str(file, "sha256"))
			: list(body, "digests").filter((digest) => typeof digest === "string");
	return { ...at, about: aboutOf(at.type, body), digests };
}

function aboutOf(type: string, body: Record<string, unknown>): string {
	if (type.startsWith("policy.")) return str(body, "digest");
	if (type.startsWith("grant.")) return str(body, "grant");
	if (type.startsWith("channel.")) return str(body, "channel");
	if (type.startsWith("agent.")) return str(body, "agent");
	if (type === "export.made") return str(body, "session") || str(member(body, "scope"), "session");
	return "";
}

/**
 * Those of the candidates that the facts rest on. Of many that say the same, e.g. one at every start of a gate, one is
 * enough: it is taken from a segment that is needed anyway where there is one, else the newest before the end.
 * @param here segments that are needed anyway
 */
export function restsOn(
	facts: Facts,
	candidates: readonly Candidate[],
	here: ReadonlySet<string>,
	session: string | undefined,
): Candidate[] {
	const found = new Set<Candidate>();
	const newest = (until: string, fits: (one: Candidate) => boolean) => {
		let best: Candidate | undefined;
		for (const one of candidates) {
			if (one.time > until || !fits(one)) continue;
			if (best === undefined || rank(one) > rank(best) || (rank(one) === rank(best) && one.time >= best.time))
				best = one;
		}
		if (best !== undefined) found.add(best);
	};
	const rank = (one: Candidate) => (here.has(one.segment) ? 1 : 0);
	/** The newest at all: another segment may hold it. */
	const last = (until: string, fits: (one: Candidate) => boolean) => {
		let best: Candidate | undefined;
		for (const one of candidates)
			if (one.time <= until && fits(one) && (best === undefined || one.time >= best.time)) best = one;
		if (best !== undefined) found.add(best);
	};
	const of = (type: string, about: string) => (one: Candidate) => one.type === type && one.about === about;
	for (const digest of facts.policies)
		for (const type of ["policy.changed", "policy.accepted"]) newest(facts.lastTime, of(type, digest));
	last(facts.firstTime, ({ type }) => type === "policy.changed");
	last(facts.firstTime, ({ type }) => type === "policy.accepted");
	for (const { type, digests } of [...found])
		if (type === "policy.changed") for (const digest of digests) newest(facts.lastTime, of("policy.accepted", digest));
	for (const channel of facts.channels)
		for (const type of ["channel.paired", "channel.revoked"]) last(facts.lastTime, of(type, channel));
	for (const agent of facts.agents)
		for (const type of ["agent.installed", "agent.changed"]) last(facts.firstTime, of(type, agent));
	for (const one of candidates) {
		if (one.type.startsWith("grant.") && facts.grants.has(one.about)) found.add(one);
		if (one.type === "export.made" && session !== undefined && one.about === session) found.add(one);
		if (one.type === "evidence.removed" && one.digests.some((digest) => facts.evidence.has(digest))) found.add(one);
	}
	return [...found];
}
