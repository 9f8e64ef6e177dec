// The one place that knows @vscode/webview-ui-toolkit. It is archived upstream: whoever replaces it rewrites this file,
// button.tsx and textArea.tsx, and nothing else.
import "./nonce.ts";
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeTextArea } from "@vscode/webview-ui-toolkit";
import type { HTMLAttributes } from "preact";

/** Defines the elements; call once before anything is drawn. */
export function registerControls(): void {
	provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextArea());
}

declare module "preact" {
	namespace JSX {
		interface IntrinsicElements {
			"vscode-button": HTMLAttributes<HTMLElement> & { appearance?: "primary" | "secondary" | "icon" };
			"vscode-text-area": HTMLAttributes<HTMLElement> & {
				value?: string;
				rows?: number;
				maxlength?: number;
				readonly?: boolean;
				placeholder?: string;
				resize?: "none" | "vertical";
			};
		}
	}
}

/** What a control passes on to its element. */
export interface HostEvents {
	onClick?: ((event: MouseEvent) => unknown) | undefined;
	onPointerDown?: ((event: PointerEvent) => unknown) | undefined;
}
