// A door that those who ask wait at.

export class Gate {
	#open: () => void = () => {};
	#fail: (error: Error) => void = () => {};
	#isSettled = false;
	#passed: Promise<void>;

	/** Shut. */
	constructor() {
		this.#passed = this.#fresh();
	}

	/** Resolves when it is open; rejects when it failed, until it is shut again. */
	get passed(): Promise<void> {
		return this.#passed;
	}

	open(): void {
		this.#isSettled = true;
		this.#open();
	}

	fail(error: Error): void {
		this.shut();
		this.#isSettled = true;
		// Perhaps nobody waits.
		this.#passed.catch(() => {});
		this.#fail(error);
	}

	/** Lets nobody through until it is opened again. Those who wait already go on waiting. */
	shut(): void {
		if (this.#isSettled) this.#passed = this.#fresh();
	}

	#fresh(): Promise<void> {
		this.#isSettled = false;
		return new Promise<void>((resolve, reject) => {
			this.#open = resolve;
			this.#fail = reject;
		});
	}
}
