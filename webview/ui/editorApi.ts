// What VS Code gives every webview, once in the life of its document.

/** @template Posted messages to the host. @template Kept what the webview keeps between two lives of its document. */
export interface EditorApi<Posted, Kept> {
	postMessage(message: Posted): void;
	getState(): unknown;
	setState(state: Kept): void;
}

declare global {
	function acquireVsCodeApi(): EditorApi<never, never>;
}

/** May be called once in a document. */
export function editorApi<Posted, Kept>(): EditorApi<Posted, Kept> {
	return acquireVsCodeApi() as EditorApi<Posted, Kept>;
}
