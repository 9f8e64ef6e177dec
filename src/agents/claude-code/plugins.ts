// Hooks that enabled plugins bring: from their hook files, their manifest, their marketplace's entry, and their skills and
// commands (measured with 2.1.330; agents of plugins run no hooks).
import { isAbsolute, join, resolve } from "node:path";
import type { Json, JsonObject } from "../../protocol/canonical.ts";
import { collectMarkdown, collectSkills } from "./definitions.ts";
import { isObject } from "./entry.ts";
import { addHook, addUnread, type Findings, type Place, type Source, sha256 } from "./findings.ts";
import { isTooDeep, type Looker, textOf } from "./looker.ts";
import { collectHooks, parseObject, type SettingsDocument } from "./settingsSource.ts";

export interface PluginContext {
	look: Looker;
	place: Place;
	launcher: string;
	configDir: string;
	found: Findings;
}

const MAX_PLUGINS = 100;

/** Adds the hooks of every plugin that the documents enable. `documents` from the weakest to the strongest. */
export function collectPlugins(context: PluginContext, documents: readonly SettingsDocument[]): void {
	const enabled = new Map<string, boolean>();
	for (const { source, value } of documents) {
		for (const [id, on] of Object.entries(isObject(value?.enabledPlugins) ? value.enabledPlugins : {})) {
			// Only false is certain to be off; who enabled it last counts.
			if (on === false) enabled.delete(id);
			else enabled.set(id, source.fromProject);
		}
		for (const list of [value?.prependPlugins, value?.appendPlugins]) {
			for (const id of Array.isArray(list) ? list : []) if (typeof id === "string") enabled.set(id, source.fromProject);
		}
	}
	if (enabled.size === 0) return;
	const markets = marketplaces(context, documents);
	for (const [id, fromProject] of [...enabled].slice(0, MAX_PLUGINS)) collectPlugin(context, id, fromProject, markets);
}

/** Folders of marketplaces by name: those known to the agent, and those that settings declare. */
function marketplaces({ look, place, configDir }: PluginContext, documents: readonly SettingsDocument[]) {
	const known = new Map<string, Set<string>>();
	const add = (name: string, dir: Json | undefined) => {
		if (typeof dir !== "string" || dir === "") return;
		known.set(name, (known.get(name) ?? new Set()).add(isAbsolute(dir) ? dir : resolve(place.root, dir)));
	};
	const file = readJson(look, join(configDir, "plugins", "known_marketplaces.json"));
	for (const [name, entry] of Object.entries(file ?? {})) if (isObject(entry)) add(name, entry.installLocation);
	for (const { value } of documents) {
		const declared = isObject(value?.extraKnownMarketplaces) ? value.extraKnownMarketplaces : {};
		for (const [name, entry] of Object.entries(declared)) {
			if (isObject(entry) && isObject(entry.source)) add(name, entry.source.path);
		}
	}
	return known;
}

function collectPlugin(
	context: PluginContext,
	id: string,
	fromProject: boolean,
	markets: Map<string, Set<string>>,
): void {
	const { look, configDir } = context;
	const at = id.lastIndexOf("@");
	const [name, market] = [id.slice(0, at), id.slice(at + 1)];
	// Part of the agent itself.
	if (market === "builtin") return;
	const installed = readJson(look, join(configDir, "plugins", "installed_plugins.json"));
	const copies = isObject(installed?.plugins) ? installed.plugins[id] : undefined;
	const dirs = new Set<string>();
	for (const copy of Array.isArray(copies) ? copies : []) {
		if (isObject(copy) && typeof copy.installPath === "string") dirs.add(copy.installPath);
	}
	for (const place of markets.get(market) ?? []) {
		// A marketplace may also be declared by the path of its file.
		const file = place.endsWith(".json") ? place : join(place, ".claude-plugin", "marketplace.json");
		const root = place.endsWith(".json") ? resolve(place, "..", "..") : place;
		const source: Source = { kind: "plugin", file, fromProject };
		for (const entry of listed(readBrought(context, source), name)) {
			const base = entry.base === undefined ? root : resolve(root, entry.base);
			const dir = typeof entry.plugin.source === "string" ? resolve(base, entry.plugin.source) : undefined;
			if (dir !== undefined) dirs.add(dir);
			collectManifest(context, entry.plugin, source, dir ?? root);
		}
	}
	for (const dir of dirs) collectPluginDir(context, dir, fromProject);
}

function* listed(manifest: JsonObject | undefined, name: string): Generator<{ plugin: JsonObject; base?: string }> {
	const { plugins, metadata } = manifest ?? {};
	const base = isObject(metadata) && typeof metadata.pluginRoot === "string" ? { base: metadata.pluginRoot } : {};
	for (const plugin of Array.isArray(plugins) ? plugins : []) {
		if (isObject(plugin) && plugin.name === name) yield { plugin, ...base };
	}
}

/** Adds the hooks of the plugin in `dir`; of the plugins in it when it is a folder of plugins. */
export function collectPluginDir(context: PluginContext, dir: string, fromProject: boolean, depth = 1): void {
	const { look, place } = context;
	if (look.stat(dir)?.isDirectory() !== true) return;
	const inside = { ...place, pluginRoot: dir };
	const manifest = join(dir, ".claude-plugin", "plugin.json");
	const hooks = join(dir, "hooks", "hooks.json");
	collectHookFile(context, hooks, fromProject, dir);
	const source: Source = { kind: "plugin", file: manifest, fromProject };
	const value = readBrought(context, source);
	if (value !== undefined) collectManifest(context, value, source, dir);
	collectSkills(look, join(dir, "skills"), inside, fromProject, context.found);
	collectMarkdown(look, join(dir, "commands"), inside, fromProject, context.found);
	if (value !== undefined || depth === 0) return;
	for (const name of look.names(dir).names) {
		const child = join(dir, name);
		if (look.stat(join(child, ".claude-plugin"))?.isDirectory())
			collectPluginDir(context, child, fromProject, depth - 1);
	}
}

/** A manifest can name hook files, hold hooks itself, and name more skills and commands. */
function collectManifest(context: PluginContext, manifest: JsonObject, source: Source, dir: string): void {
	const { look, place, launcher, found } = context;
	const inside = { ...place, pluginRoot: dir };
	for (const hooks of Array.isArray(manifest.hooks) ? manifest.hooks : [manifest.hooks]) {
		if (typeof hooks === "string") collectHookFile(context, resolve(dir, hooks), source.fromProject, dir);
		else if (isObject(hooks)) {
			collectHooks(look, isObject(hooks.hooks) ? hooks.hooks : hooks, source, inside, launcher, found);
			collectModules(hooks, source, found);
		}
	}
	for (const name of ["skills", "commands"]) {
		const value = manifest[name];
		for (const path of Array.isArray(value) ? value : [value]) {
			if (typeof path !== "string") continue;
			const at = resolve(dir, path);
			collectMarkdown(look, look.stat(at)?.isFile() ? join(at, "..") : at, inside, source.fromProject, found);
		}
	}
}

function collectHookFile(context: PluginContext, file: string, fromProject: boolean, dir: string): void {
	const { look, place, launcher, found } = context;
	const source: Source = { kind: "plugin", file, fromProject };
	const value = readBrought(context, source);
	if (value === undefined) return;
	const inside = { ...place, pluginRoot: dir };
	collectHooks(look, isObject(value.hooks) ? value.hooks : value, source, inside, launcher, found);
	collectModules(value, source, found);
}

/** Modules are code that runs inside the agent and sees every tool call; what they do cannot be read from here. */
function collectModules(hooks: JsonObject, source: Source, found: Findings): void {
	if (!Array.isArray(hooks.modules) || hooks.modules.length === 0) return;
	const digest = sha256(source.file, JSON.stringify(hooks.modules));
	const entry = { modules: hooks.modules };
	addHook(found, () => ({ source, event: "*", entry, digest, ours: false, reach: "action" }), source);
}

/** A file of the agent's own configuration: what cannot be read there says nothing about a project. */
function readJson(look: Looker, file: string): JsonObject | undefined {
	const content = look.read(file);
	return content.kind === "bytes" ? parseObject(textOf(content.bytes)) : undefined;
}

/** A file that a project can bring: one that is there and cannot be read may hide hooks. */
function readBrought({ look, found }: PluginContext, source: Source): JsonObject | undefined {
	const content = look.read(source.file);
	if (content.kind === "missing") return undefined;
	if (content.kind === "unreadable") {
		addUnread(found, source, content.why, look.stateOf(source.file));
		return undefined;
	}
	// A file that is not JSON brings nothing, so it is no finding here.
	const text = textOf(content.bytes);
	if (isTooDeep(text)) addUnread(found, source, "nested too deeply", text);
	return isTooDeep(text) ? undefined : parseObject(text);
}
