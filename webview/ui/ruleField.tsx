// A box for one rule: as high as its text, which is drawn in stored order like everything that decides what may run. What
// a text box cannot show is drawn below it.
import type { JSX } from "preact";
import { AgentText } from "./agentText.tsx";
import { t } from "./texts.ts";
import { isPlain } from "./visible.ts";

/** The protocol's limit. */
const RULE_CHARACTERS = 2000;

interface RuleFieldProps {
	label: string;
	value: string;
	onInput(value: string): void;
}

export function RuleField({ label, value, onInput }: RuleFieldProps): JSX.Element {
	return (
		<>
			<textarea
				class="rule-field"
				rows={1}
				aria-label={label}
				value={value}
				maxLength={RULE_CHARACTERS}
				spellcheck={false}
				autocapitalize="off"
				autocomplete="off"
				dir="ltr"
				onInput={(event) => onInput(event.currentTarget.value)}
				onKeyDown={(event) => {
					// A rule is one line; pasted line breaks stay and are drawn below.
					if (event.key === "Enter") event.preventDefault();
				}}
			/>
			{!isPlain(value) && (
				<p class="read-as">
					{t("ui.grant.readAs")} <AgentText text={value} code />
				</p>
			)}
		</>
	);
}
