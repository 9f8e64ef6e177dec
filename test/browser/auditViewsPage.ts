// The audit panel's sessions, overview and integrity in a page: opened on a world of answers, in the colours of a panel.
import type { AuditHostMessage, AuditPanelMessage } from "../../src/protocol/auditPanel.ts";
import { type ThemeName, until, type ViewOptions, type WebviewPage } from "../support/webviewHarness/page.ts";
import { useWebview } from "../support/webviewHarness/useWebview.ts";
import { RESPONDER, type World } from "./auditViewsHost.ts";

type Show = Omit<Extract<AuditHostMessage, { type: "show" }>, "type">;

export interface ViewsPage extends Omit<WebviewPage, "posted" | "waitForPosted"> {
	/** Messages of the panel, of one type, oldest first. */
	posted<Type extends AuditPanelMessage["type"]>(type: Type): Promise<Extract<AuditPanelMessage, { type: Type }>[]>;
	/** Waits until there are this many, and gives back the last. */
	last<Type extends AuditPanelMessage["type"]>(
		type: Type,
		count?: number,
	): Promise<Extract<AuditPanelMessage, { type: Type }>>;
	/** Gives the page another world to answer from. */
	setWorld(world: World): Promise<void>;
	/** Elements of the views that reach beyond the right edge, but for what scrolls by itself. */
	tooWide(): Promise<string[]>;
}

/** What VS Code 1.105 and later sets beside the variables of themes.json: red, blue, yellow, green, purple. */
const CHARTS: Record<ThemeName, readonly string[]> = {
	"Dark Modern": ["#f14c4c", "#59a4f9", "#cca700", "#89d185", "#b180d7"],
	"Light Modern": ["#e51400", "#0063d3", "#bf8803", "#388a34", "#652d90"],
	"Dark High Contrast": ["#f48771", "#59a4f9", "#ffd370", "#89d185", "#b180d7"],
	"Light High Contrast": ["#b5200d", "#0063d3", "#895503", "#374e06", "#652d90"],
};

/** Call in a `describe`: one browser for its tests, a fresh page for each `open`. */
export function useViews(): { open(world: World, show: Show, options?: ViewOptions): Promise<ViewsPage> } {
	const webview = useWebview("audit");
	return {
		open: async (world, show, options = {}) => {
			const view = await webview.open({ width: 800, ...options });
			await view.page.evaluate(`globalThis.world = ${JSON.stringify(world)}; ${RESPONDER}`);
			await colour(view, options.theme ?? "Dark Modern");
			await view.send({ type: "log", log: world.log });
			await view.send({ type: "show", ...show });
			await view.page.evaluate(
				"new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done)), 60))",
			);
			return withParts(view);
		},
	};
}

function withParts(view: WebviewPage): ViewsPage {
	const { page } = view;
	const query = (type: string) => `posted.filter((message) => message.type === ${JSON.stringify(type)})`;
	return {
		...view,
		setTheme: async (theme) => {
			await view.setTheme(theme);
			await colour(view, theme);
		},
		posted: async (type) => page.evaluate(query(type)) as never,
		last: async (type, count = 1) => {
			await until(page, `${query(type)}.length >= ${count}`);
			return page.evaluate(`${query(type)}.at(-1)`) as never;
		},
		setWorld: async (world) => {
			await page.evaluate(`globalThis.world = ${JSON.stringify(world)}; undefined`);
			await view.send({ type: "log", log: world.log });
		},
		tooWide: async () =>
			page.evaluate(
				'[...document.querySelectorAll(".av, .av *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".unseen, .av-table-box")).map((e) => e.localName + "." + e.getAttribute("class"))',
			) as Promise<string[]>,
	};
}

async function colour({ page }: WebviewPage, theme: ThemeName): Promise<void> {
	const values = JSON.stringify(CHARTS[theme]);
	await page.evaluate(`(() => {
		const { style } = document.documentElement;
		for (const [index, name] of ["red", "blue", "yellow", "green", "purple"].entries())
			style.setProperty("--vscode-charts-" + name, ${values}[index]);
		style.setProperty("--vscode-charts-lines", "color-mix(in srgb, var(--vscode-foreground) 50%, transparent)");
		style.background = "var(--vscode-editor-background)";
	})()`);
}
