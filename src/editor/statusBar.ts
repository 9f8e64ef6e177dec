// The status bar item: requests waiting in all windows, and whether this window's gate is open.
import * as vscode from "vscode";
import type { PendingState } from "../protocol/pendingView.ts";
import { say, text } from "./text.ts";

export class StatusBar implements vscode.Disposable {
	readonly #item = vscode.window.createStatusBarItem("gatepost.status", vscode.StatusBarAlignment.Left, 50);

	constructor() {
		this.#item.name = "Gatepost";
		this.#item.command = "gatepost.review";
		this.#item.text = "$(shield)";
		this.#item.show();
	}

	update(state: Pick<PendingState, "pending" | "elsewhere" | "gate" | "paused">): void {
		const { pending, elsewhere, gate, paused } = state;
		const waiting = pending.length + elsewhere;
		const failed = gate.state === "failed";
		const icon = failed ? "$(warning)" : paused ? "$(debug-pause)" : "$(shield)";
		this.#item.text = waiting > 0 ? `${icon} ${say("editor.statusWaiting", { count: waiting })}` : icon;
		const problem = gate.message === undefined ? "" : text(gate.message);
		this.#item.tooltip = failed
			? problem
			: paused
				? say("editor.statusPaused")
				: elsewhere > 0
					? say("editor.statusTooltipElsewhere", { here: pending.length, elsewhere })
					: say("editor.statusTooltip", { here: pending.length });
		// The counts begin with our name already.
		const label = failed || paused ? `Gatepost: ${this.#item.tooltip}` : String(this.#item.tooltip);
		this.#item.accessibilityInformation = { label, role: "button" };
		const colour = failed ? "error" : pending.length > 0 ? "warning" : undefined;
		this.#item.backgroundColor =
			colour === undefined ? undefined : new vscode.ThemeColor(`statusBarItem.${colour}Background`);
	}

	dispose(): void {
		this.#item.dispose();
	}
}
