// Joins a button with the rules against accidental answers. Whatever does not pass is refused in sight, never in silence.
import { useCallback, useLayoutEffect, useRef } from "preact/hooks";
import type { MessageCode } from "../../src/protocol/messages.ts";
import { attention } from "./attention.ts";
import { STEADY_MS, steady } from "./steady.ts";

export type Gesture = "pointer" | "key";

interface AnswerRules {
	/** What a press would answer; a change of it counts like a move of the button. */
	identity: string;
	onAnswer(gesture: Gesture): void;
	onRefused(why: MessageCode): void;
}

/** Spread the result on a button. Clicks made by a program are ignored. */
export function useAnswerRules({ identity, onAnswer, onRefused }: AnswerRules) {
	const element = useRef<HTMLElement>(null);
	const watch = useRef<ReturnType<typeof steady.watch>>(undefined);
	const press = useRef<{ ready: boolean; since: number }>(undefined);
	const first = useRef(identity);

	useLayoutEffect(() => {
		if (!element.current) return undefined;
		const watched = steady.watch(element.current, first.current);
		watch.current = watched;
		return () => watched.stop();
	}, []);
	// A card replaced in place starts the wait when it is drawn, not when somebody presses.
	useLayoutEffect(() => void watch.current?.since(identity), [identity]);

	const onPointerDown = useCallback(
		(event: PointerEvent) => {
			const since = watch.current?.since(identity) ?? Number.POSITIVE_INFINITY;
			press.current = event.isTrusted ? { ready: event.timeStamp - since >= STEADY_MS, since } : undefined;
		},
		[identity],
	);

	const onClick = (event: MouseEvent) => {
		if (!event.isTrusted) return;
		const pressed = press.current;
		press.current = undefined;
		// Empty for a key or a screen reader's click.
		if ((event as PointerEvent).pointerType) {
			if (pressed?.ready && watch.current?.since(identity) === pressed.since) onAnswer("pointer");
			else onRefused("ui.refused.moved");
		} else if (attention.isReady(event.timeStamp)) onAnswer("key");
		else onRefused("ui.refused.key");
	};
	return { elementRef: element, onPointerDown, onClick };
}
