// Writes l10n/bundle.l10n.json, what translators start from: the English templates of src/protocol/texts.ts. VS Code looks
// a sentence up by its English text, so a template is key and value at once. `node test/support/l10n.ts`
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TEXTS } from "../../src/protocol/texts.ts";

export const bundlePath = fileURLToPath(new URL("../../l10n/bundle.l10n.json", import.meta.url));

/** The bundle's text, sorted, so that a changed sentence is one changed line. */
export function bundleText(texts: Record<string, string> = TEXTS): string {
	const templates = [...new Set(Object.values(texts))].sort();
	return `${JSON.stringify(Object.fromEntries(templates.map((template) => [template, template])), undefined, "\t")}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeFileSync(bundlePath, bundleText());
