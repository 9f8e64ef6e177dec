// Which hooks and settings could change or answer an action after us (DESIGN 7). Decides from findings only.
import { twins } from "./enforcement.ts";
import type { HookFound, Source } from "./findings.ts";
import { clean, displayPath } from "./labels.ts";
import type { Sources } from "./sources.ts";

/** Something that could change or answer an action and that is not ours. */
export interface Foreign {
	/** Where it is, for a person: file and what is there. */
	label: string;
	/** Accepting this digest lets it be. */
	digest: string;
	source: Source;
	/** It can answer or rewrite the action itself, or keep our hook from running. */
	overrules: boolean;
}

/** Digests a person has accepted. */
export type Accepted = ReadonlySet<string>;

/** Everything in force that could change or answer an action, without what was accepted; one for each label. */
export function foreignHooks(sources: Sources, userHome: string, accepted: Accepted): Foreign[] {
	const fresh = everyForeign(sources, userHome, accepted);
	return fresh.filter(({ label }, at) => fresh.findIndex((other) => other.label === label) === at);
}

/** The same with every hook for itself: two in one file have one label. */
export function everyForeign(sources: Sources, userHome: string, accepted: Accepted): Foreign[] {
	const named = (source: Source) => displayPath(source.file, sources.root, userHome);
	const all: Foreign[] = [
		...sources.hooks.filter(isForeign).map((hook) => ({
			label: `${named(hook.source)}: ${hook.event === "*" ? "hooks" : hook.event}`,
			digest: hook.digest,
			source: hook.source,
			overrules: hook.reach === "action",
		})),
		...sources.env
			.filter(({ grade, source }) => grade !== "notice" && source.byRoot !== true)
			.map((found) => ({
				label: `${named(found.source)}: env ${clean(found.name)}`,
				digest: found.digest,
				source: found.source,
				overrules: found.grade === "disarms",
			})),
		...sources.unread
			.filter(({ why }) => why === "unread")
			.map((found) => ({
				label: `${named(found.source)}: ${clean(found.detail)}`,
				digest: found.digest,
				source: found.source,
				overrules: true,
			})),
	];
	for (const { source } of twins(sources)) {
		const label = `${named(source)}: a copy of Gatepost's entry`;
		all.push({ label, digest: `twin:${source.file}`, source, overrules: true });
	}
	return all.filter(({ digest }) => !accepted.has(digest));
}

/** The person's own hooks may prepare the environment; a project's may not. What the administrator set is his to answer for. */
function isForeign({ ours, reach, source }: HookFound): boolean {
	if (ours || source.byRoot === true) return false;
	return reach === "action" || (reach === "environment" && source.fromProject);
}
