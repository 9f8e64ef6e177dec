// One progress notification a window while requests wait and the view is hidden, at most one a minute. A progress
// notification has no button, so no command can press one for the person (DESIGN 2.3); its link only opens the view.
import * as vscode from "vscode";
import { notifyWhenHidden } from "./settings.ts";
import { say } from "./text.ts";

const PAUSE_MS = 60_000;

export class Notifier implements vscode.Disposable {
	#progress: { report(waiting: number): void; end(): void } | undefined;
	#lastShownAt = Number.NEGATIVE_INFINITY;
	#later: NodeJS.Timeout | undefined;
	#waiting = 0;
	#viewVisible = false;

	update(waiting: number, viewVisible: boolean): void {
		this.#waiting = waiting;
		this.#viewVisible = viewVisible;
		if (waiting === 0 || viewVisible) {
			this.#end();
			return;
		}
		if (this.#progress !== undefined) this.#progress.report(waiting);
		else this.#showWhenDue();
	}

	dispose(): void {
		this.#end();
	}

	#end(): void {
		clearTimeout(this.#later);
		this.#later = undefined;
		this.#progress?.end();
		this.#progress = undefined;
	}

	#showWhenDue(): void {
		if (this.#later !== undefined || !notifyWhenHidden()) return;
		const wait = this.#lastShownAt + PAUSE_MS - performance.now();
		if (wait <= 0) {
			this.#show();
			return;
		}
		this.#later = setTimeout(() => {
			this.#later = undefined;
			this.update(this.#waiting, this.#viewVisible);
		}, wait);
	}

	#show(): void {
		this.#lastShownAt = performance.now();
		void vscode.window.withProgress(
			{ location: vscode.ProgressLocation.Notification, cancellable: false },
			(progress) => {
				return new Promise<void>((resolve) => {
					const report = (waiting: number) =>
						progress.report({ message: say("editor.notification", { count: waiting }) });
					report(this.#waiting);
					this.#progress = { report, end: resolve };
				});
			},
		);
	}
}
