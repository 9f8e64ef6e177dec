// Joins a button with the rules against accidental answers. Whatever does not pass is refused in sight, never in silence.
import { useCallback, useLayoutEffect, useRef } from "preact/hooks";
import type { MessageCode } from "../../src/protocol/messages.ts";
import { attention } from "./attention.ts";
import { STEADY_MS, steady } from "./steady.ts";

export type Gesture = "pointer" | "key";

interface AnswerRules {
	/** What the button answers, in words, where that can change while it lives: with every change its rest begins anew. */
	words?: string | undefined;
	onAnswer(gesture: Gesture): void;
	onRefused(why: MessageCode): void;
}

/**
 * Spread the result on a button. Clicks made by a program are ignored. What the button answers must not change while it
 * lives, unless `words` say so: a card with other words is drawn with buttons of its own, whose rest begins anew.
 */
export function useAnswerRules({ words, onAnswer, onRefused }: AnswerRules) {
	const element = useRef<HTMLElement>(null);
	const watch = useRef<ReturnType<typeof steady.watch>>(undefined);
	const press = useRef<{ ready: boolean; since: number }>(undefined);

	useLayoutEffect(() => {
		if (!element.current) return undefined;
		const watched = steady.watch(element.current);
		watch.current = watched;
		press.current = undefined;
		if (words !== undefined) attention.changed();
		return () => watched.stop();
	}, [words]);

	const onPointerDown = useCallback((event: PointerEvent) => {
		const since = watch.current?.since() ?? Number.POSITIVE_INFINITY;
		press.current = event.isTrusted ? { ready: event.timeStamp - since >= STEADY_MS, since } : undefined;
	}, []);

	const onClick = (event: MouseEvent) => {
		if (!event.isTrusted) return;
		const pressed = press.current;
		press.current = undefined;
		// Empty for a key or a screen reader's click.
		if ((event as PointerEvent).pointerType) {
			if (pressed?.ready && watch.current?.since() === pressed.since) onAnswer("pointer");
			else onRefused("ui.refused.moved");
		} else if (attention.isReady(event.timeStamp)) onAnswer("key");
		else onRefused("ui.refused.key");
	};
	return { elementRef: element, onPointerDown, onClick };
}
