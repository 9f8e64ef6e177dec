// Who creates a thing also ends it: everything pushed here is disposed with the list, the newest first.
import type { Disposable } from "vscode";

export class Disposables implements Disposable {
	readonly #items: Disposable[] = [];

	push<T extends Disposable>(item: T): T {
		this.#items.push(item);
		return item;
	}

	dispose(): void {
		for (const item of this.#items.splice(0).reverse()) item.dispose();
	}
}
