// Programs that tests need and Debian has: installed once, by root on Debian only.
import { readFile } from "node:fs/promises";
import { runTool } from "./host/tool.ts";

/** True where `installDebian` can work. Ubuntu is left out: its chromium is a snap, which does not run in containers. */
export async function canInstallDebian(): Promise<boolean> {
	const release = await readFile("/etc/os-release", "utf8").catch(() => "");
	return /^ID=debian$/m.test(release) && process.getuid?.() === 0;
}

/** Installs packages with apt-get. @throws with what apt-get said */
export async function installDebian(packages: string[], say: (text: string) => void = console.log): Promise<void> {
	say(`Installing ${packages.join(", ")} from Debian (once) ...`);
	const apt = ["-o", "DPkg::Lock::Timeout=300", "-q"];
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	await runTool("apt-get", [...apt, "update"], { env });
	await runTool("apt-get", [...apt, "install", "-y", "--no-install-recommends", ...packages], { env });
}
