// A view and the detail beside it, or below it where there is no room. The line between them is moved by pointer and keys.
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { handled } from "../pending/keys.ts";
import { t } from "../ui/texts.ts";
import type { Store } from "./store.ts";
import { useStore } from "./useStore.ts";

/** From this width on (px at a font size of 13 px) the detail is beside the view. */
const BESIDE_PX = 760;
const LEAST = 0.2;
const MOST = 0.8;
const STEP = 0.04;

interface SplitProps {
	store: Store;
	detail: ComponentChildren;
	children: ComponentChildren;
}

export function Split({ store, detail, children }: SplitProps): JSX.Element {
	const { detailShare } = useStore(store);
	const box = useRef<HTMLDivElement>(null);
	const [isBeside, setBeside] = useState(true);
	const isOpen = detail !== undefined;

	useLayoutEffect(() => {
		const element = box.current as HTMLDivElement;
		const measure = () => {
			const font = Number.parseFloat(getComputedStyle(element).fontSize) || 13;
			setBeside(element.clientWidth >= BESIDE_PX * (font / 13));
		};
		measure();
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		return () => observer.disconnect();
	}, []);

	const share = (to: number) => store.set({ detailShare: Math.min(MOST, Math.max(LEAST, to)) });
	const onPointerDown = (event: PointerEvent) => {
		if (event.button !== 0) return;
		const handle = event.currentTarget as HTMLElement;
		handle.setPointerCapture(event.pointerId);
		const move = ({ clientX, clientY }: PointerEvent) => {
			const { right, bottom, width, height } = (box.current as HTMLElement).getBoundingClientRect();
			share(isBeside ? (right - clientX) / width : (bottom - clientY) / height);
		};
		const end = () => {
			handle.removeEventListener("pointermove", move);
			handle.removeEventListener("lostpointercapture", end);
		};
		handle.addEventListener("pointermove", move);
		handle.addEventListener("lostpointercapture", end);
	};
	const onKeyDown = (event: KeyboardEvent) => {
		const [grow, shrink] = isBeside ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
		const to =
			event.key === grow
				? detailShare + STEP
				: event.key === shrink
					? detailShare - STEP
					: event.key === "Home"
						? LEAST
						: event.key === "End"
							? MOST
							: undefined;
		if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
		handled(event);
		share(to);
	};
	return (
		<div
			ref={box}
			class={`split ${isBeside ? "at-side" : "at-foot"}${isOpen ? " open" : ""}`}
			style={{ "--share": `${detailShare * 100}%` }}
		>
			<div class="split-main">{children}</div>
			{isOpen && (
				<>
					<hr
						class="handle"
						aria-orientation={isBeside ? "vertical" : "horizontal"}
						aria-label={t("audit.detail.resize")}
						aria-valuemin={LEAST * 100}
						aria-valuemax={MOST * 100}
						aria-valuenow={Math.round(detailShare * 100)}
						tabIndex={0}
						onPointerDown={onPointerDown}
						onKeyDown={onKeyDown}
						onDblClick={() => share(0.45)}
					/>
					{detail}
				</>
			)}
		</div>
	);
}
