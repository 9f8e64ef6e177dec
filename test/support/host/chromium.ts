// The browser that shows the workbench: the machine's own Chromium or Chrome, else Debian's package.
import { delimiter, join } from "node:path";
import { canInstallDebian, installDebian } from "../debian.ts";
import { isProgram } from "./tool.ts";

const browserNames = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "microsoft-edge"];
const macBrowsers = [
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * A Chromium on this machine: `GATEPOST_CHROMIUM`, else the first on PATH. Debian's package is installed when there is
 * none and we are root on Debian.
 * @throws when there is none; the message says how to install it.
 */
export async function chromiumPath(say: (text: string) => void = console.log): Promise<string> {
	const named = process.env.GATEPOST_CHROMIUM;
	if (named) {
		if (isProgram(named)) return named;
		throw new Error(`GATEPOST_CHROMIUM names ${named}, which is not a program. Correct or unset it.`);
	}
	const found = findBrowser();
	if (found) return found;
	if (!(await canInstallDebian())) {
		throw new Error(
			"No Chromium or Chrome was found, and the tests in a real VS Code need one. Install it " +
				"(Debian: `sudo apt-get update && sudo apt-get install chromium`), or set GATEPOST_CHROMIUM to its path.",
		);
	}
	await installDebian(["chromium", "fonts-liberation"], say);
	const installed = findBrowser();
	if (!installed)
		throw new Error("apt-get installed chromium, but it is not on PATH. Set GATEPOST_CHROMIUM to its path.");
	return installed;
}

function findBrowser(): string | undefined {
	const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
	const onPath = browserNames.flatMap((name) => folders.map((folder) => join(folder, name)));
	return [...onPath, ...(process.platform === "darwin" ? macBrowsers : [])].find(isProgram);
}
