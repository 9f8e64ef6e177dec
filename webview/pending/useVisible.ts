import { useEffect } from "preact/hooks";
import type { ShownPieces } from "../ui/shownPieces.ts";

/** Tells what is shown when it is on screen, in a document that is. */
export function useVisible(element: { current: HTMLElement | null }, shown: ShownPieces, isOver: boolean): void {
	useEffect(() => {
		if (!element.current || isOver) return undefined;
		let onScreen = false;
		const tell = () => shown.setVisible(onScreen && document.visibilityState === "visible");
		const observer = new IntersectionObserver((entries) => {
			onScreen = entries.at(-1)?.isIntersecting ?? false;
			tell();
		});
		observer.observe(element.current);
		document.addEventListener("visibilitychange", tell);
		return () => {
			observer.disconnect();
			document.removeEventListener("visibilitychange", tell);
			shown.setVisible(false);
		};
	}, [element, shown, isOver]);
}
