// What secrets look like by themselves, whatever stands around them. Every expression begins at a fixed prefix behind a
// boundary and repeats one class, so a search is linear on any input.

export interface Shape {
	kind: string;
	/** Global. The whole match is masked, or group 1 where there is one. */
	pattern: RegExp;
}

const NOT_WITHIN_WORD = "(?<![A-Za-z0-9_])";

function shape(kind: string, pattern: string): Shape {
	return { kind, pattern: new RegExp(NOT_WITHIN_WORD + pattern, "g") };
}

export const SHAPES: readonly Shape[] = [
	shape("aws-key-id", "(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
	shape("github-token", "(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,})"),
	shape(
		"gitlab-token",
		"(?:gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-[A-Za-z0-9_.-]{20,}|GR1348941[A-Za-z0-9_-]{20,})",
	),
	shape("slack-token", "(?:xox[abceoprs]|xapp)-[A-Za-z0-9-]{10,}"),
	shape("slack-webhook", "hooks\\.slack\\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_+-]{20,})"),
	shape("stripe-key", "(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9]{16,}"),
	shape("google-key", "AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
	shape("google-token", "(?:GOCSPX-[A-Za-z0-9_-]{20,}|ya29\\.[A-Za-z0-9_-]{20,}|1//0[A-Za-z0-9_-]{30,})"),
	shape("anthropic-key", "sk-ant-[A-Za-z0-9_-]{20,}"),
	shape("openai-key", "sk-(?:(?:proj|svcacct|admin|None|or-v1)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{32,})"),
	shape("npm-token", "npm_[A-Za-z0-9]{30,}"),
	shape("pypi-token", "pypi-[A-Za-z0-9_-]{40,}"),
	shape("huggingface-token", "hf_[A-Za-z0-9]{30,}"),
	shape("digitalocean-token", "do[oprs]_v1_[0-9a-f]{64}"),
	shape("sendgrid-key", "SG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,}"),
	// The lookbehind also takes "." and "-", so that a long run holds one start only.
	{
		kind: "jwt",
		pattern: /(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
	},
	{
		kind: "credentials",
		pattern:
			/(?<![A-Za-z0-9_])(?:bearer|basic)[ \t]{1,8}((?=[A-Za-z0-9._~+/-]{0,64}[0-9])[A-Za-z0-9._~+/-]{16,}={0,2})/gi,
	},
];
