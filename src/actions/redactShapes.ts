// What secrets look like by themselves, whatever stands around them. Every shape begins with one of its fixed prefixes at
// the start of a word (or has a fixed text in its middle), and what follows is one expression tried at that place only: a
// search is one pass, linear on any input.
import type { Report } from "./redactValues.ts";

interface Shape {
	kind: string;
	/** What it begins with; at least two ASCII characters. */
	starts: readonly string[];
	/** What follows, sticky. All of it is masked, or group 1 alone. */
	rest: RegExp;
	/** Not in the middle of base64. */
	alone?: boolean;
	check?(secret: string): boolean;
}

/** W: word characters and "-"; A: letters and digits; H: hex; X: hex of either case; B: base64; START and END: of a word. */
const CLASSES: Record<string, string> = {
	W: "[A-Za-z0-9_-]",
	A: "[A-Za-z0-9]",
	H: "[0-9a-f]",
	X: "[0-9A-Fa-f]",
	B: "[A-Za-z0-9+/_=-]",
	U: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
	END: "(?![A-Za-z0-9])",
	START: "(?<=^|[^A-Za-z0-9]|%[0-9A-F]{2})",
};

function expression(source: string): RegExp {
	const hasGroup = /\((?!\?)/.test(source);
	return new RegExp(
		source.replace(/<(\w+)>/g, (_, name: string) => CLASSES[name] as string),
		hasGroup ? "yd" : "y",
	);
}

function shape(kind: string, starts: string, rest: string, more: Pick<Shape, "alone" | "check"> = {}): Shape {
	return { kind, starts: starts.split(" "), rest: expression(rest), ...more };
}

/** Random text has all of these; words and names rarely do. */
const isMixed = (secret: string) =>
	(secret.match(/\d/g)?.length ?? 0) >= 2 && /[a-z]/.test(secret) && /[A-Z]/.test(secret);

const isPrivateKeyText = (secret: string) =>
	Buffer.from(secret.slice(0, 120), "base64").toString("latin1").includes("PRIVATE KEY");

const SHAPES: readonly Shape[] = [
	// Clouds
	shape("aws-key-id", "AKIA ASIA ABIA ACCA AROA AIDA", "[A-Z0-9]{16}<END>"),
	shape("aws-key", "ABSK", "[A-Za-z0-9+/]{100,}={0,2}", { alone: true }),
	shape("aws-signature", "Amz-Signature=", "(<X>{64})<END>"),
	shape("azure-signature", "sig=", "([A-Za-z0-9%+/_-]{42,}={0,2})"),
	shape("google-key", "AIza", "<W>{35}(?!<W>)"),
	shape("google-key", "AQ.Ab", "<W>{30,}"),
	shape("google-token", "GOCSPX-", "<W>{20,}"),
	shape("google-token", "ya29.", "[A-Za-z0-9_.-]{20,}"),
	shape("google-token", "1//0", "<W>{30,}"),
	shape("google-signature", "Goog-Signature=", "(<X>{128,})"),
	shape("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_ dos_v1_", "<H>{64}"),
	shape("alibaba-key-id", "LTAI", "<A>{16,24}<END>", { check: isMixed }),
	shape("cloudflare-token", "cfk_ cfut_ cfat_", "<W>{40,}"),
	shape("cloudflare-key", "v1.0-", "<H>{24}-<H>{100,}"),
	shape("heroku-key", "HRKU-", "<W>{30,}"),
	shape("vercel-token", "vcp_ vci_ vca_ vcr_ vck_", "<W>{20,}"),
	shape("netlify-token", "nfp_ nfc_ nfo_ nfu_ nfb_", "<A>{30,}"),
	shape("fly-token", "fm1r_ fm1a_ fm2_", "<B>{40,}"),
	shape("fly-token", "fo1_", "<W>{40,}"),
	shape("supabase-key", "sbp_ sb_secret_", "<W>{20,}"),
	shape("planetscale-key", "pscale_tkn_ pscale_pw_ pscale_oauth_", "[A-Za-z0-9_=.-]{30,}"),
	shape("neon-key", "napi_", "<A>{40,}"),
	shape("render-key", "rnd_", "<A>{24,}"),
	shape("tailscale-key", "tskey-", "[A-Za-z0-9-]{20,}"),
	shape("openshift-token", "sha256~", "<W>{43}(?!<W>)"),
	// Code hosts, registries, build servers
	shape("github-token", "ghp_ gho_ ghu_ ghr_", "<A>{30,}"),
	shape("github-token", "ghs_", "[A-Za-z0-9._-]{30,}"),
	shape("github-token", "github_pat_", "[A-Za-z0-9_]{22,}"),
	shape(
		"gitlab-token",
		"glpat- gloas- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- glsoat- glffct- glwt- GR1348941",
		"[A-Za-z0-9_.-]{20,}",
	),
	shape("bitbucket-token", "ATBB", "<A>{24,}(?:=<X>{8})?<END>", { alone: true }),
	shape("bitbucket-token", "BBDC-", "[A-Za-z0-9+/@_-]{40,}"),
	shape("atlassian-token", "ATATT3 ATCTT3", "<B>{60,}"),
	shape("npm-token", "npm_", "<A>{30,}"),
	shape("pypi-token", "pypi-", "<W>{40,}"),
	shape("rubygems-key", "rubygems_", "<H>{48}"),
	shape("crates-token", "cio", "<A>{32}<END>", { alone: true, check: isMixed }),
	shape("nuget-key", "oy2", "[a-z0-9]{43}<END>", { alone: true, check: (secret) => /\d/.test(secret) }),
	shape("docker-token", "dckr_pat_ dckr_oat_", "<W>{20,}"),
	shape("jfrog-key", "AKCp cmVmdGtu", "<A>{50,}", { alone: true }),
	shape("circleci-token", "CCIPAT_ CCIPRJ_", "<W>{20,}"),
	shape("buildkite-token", "bkua_", "<H>{40}"),
	shape("sonar-token", "squ_ sqp_ sqa_", "<H>{40}"),
	shape("sourcegraph-token", "sgp_", "[A-Za-z0-9_]{40,}"),
	shape("pulumi-token", "pul-", "<H>{40}<END>"),
	// Models
	shape("anthropic-key", "sk-ant-", "<W>{20,}"),
	shape("openai-key", "sk-proj- sk-svcacct- sk-admin- sk-None- sk-or-v1- sk-lf-", "<W>{20,}"),
	shape("openai-key", "sk-", "<A>{32,}"),
	shape("openai-key", "sess-", "<A>{38,}"),
	shape("huggingface-token", "hf_ api_org_", "<A>{30,}"),
	shape("replicate-token", "r8_", "<A>{30,}"),
	shape("groq-key", "gsk_", "<A>{40,}"),
	shape("perplexity-key", "pplx-", "<A>{40,}"),
	shape("xai-key", "xai-", "<A>{70,}"),
	shape("nvidia-key", "nvapi-", "<W>{50,}"),
	shape("together-key", "tgp_v1_", "<W>{40,}"),
	shape("cerebras-key", "csk-", "<A>{40,}"),
	shape("langsmith-key", "lsv2_pt_ lsv2_sk_", "[0-9a-f_]{32,}"),
	shape("pinecone-key", "pcsk_", "[A-Za-z0-9_]{40,}"),
	shape("jina-key", "jina_", "[A-Za-z0-9_]{40,}"),
	shape("elevenlabs-key", "sk_", "<H>{48}<END>"),
	shape("tavily-key", "tvly-", "<W>{30,}"),
	shape("firecrawl-key", "fc-", "<H>{32}<END>"),
	// Messages and mail
	shape("slack-token", "xoxa- xoxb- xoxc- xoxe- xoxo- xoxp- xoxr- xoxs- xapp- xwfp-", "[A-Za-z0-9-]{10,}"),
	shape("slack-token", "xoxd-", "[A-Za-z0-9%+/=_-]{20,}"),
	shape("slack-webhook", "hooks.slack.com/", "(?:services|workflows|triggers)/([A-Za-z0-9/_+-]{20,})"),
	shape("discord-webhook", "discord.com/api/ discordapp.com/api/", "(?:v\\d{1,2}/)?webhooks/\\d{15,20}/(<W>{60,})"),
	shape("discord-token", "MT Mj Mz ND NT Nj Nz OD OT", "<W>{21,26}\\.<W>{6}\\.<W>{27,45}(?!<W>)"),
	shape("discord-token", "mfa.", "<W>{80,}"),
	shape("teams-webhook", "webhook.office.com/webhookb2/", "([\\w@/-]{60,})"),
	shape("sendgrid-key", "SG.", "<W>{16,64}\\.<W>{16,}"),
	shape("mailgun-key", "key-", "<H>{32}<END>"),
	shape("brevo-key", "xkeysib- xsmtpsib-", "<H>{64}-<A>{16}"),
	shape("resend-key", "re_", "<A>{8}_<A>{20,}"),
	shape("twilio-key", "SK", "<H>{32}<END>"),
	shape("twitch-token", "oauth:", "([a-z0-9]{30})<END>", { check: (secret) => /\d/.test(secret) }),
	// Money and shops
	shape("stripe-key", "sk_live_ sk_test_ rk_live_ rk_test_ sk_org_ whsec_", "[A-Za-z0-9_+/]{16,}={0,2}"),
	shape("square-token", "sq0atp- sq0csp-", "<W>{22,}"),
	shape("square-token", "EAAA", "<W>{60}(?![A-Za-z0-9+/=_-])", { alone: true, check: isMixed }),
	shape("shopify-token", "shpat_ shpca_ shppa_ shpss_ shptka_", "<X>{32}"),
	shape("plaid-token", "access-", "(?:sandbox|development|production)-<U>"),
	shape("easypost-key", "EZAK EZTK", "<A>{54}<END>"),
	shape("facebook-token", "EAAM EAAC", "<A>{100,}", { alone: true }),
	// Watching and storing
	shape("newrelic-key", "NRAK- NRJS- NRAA- NRII- NRIQ- NRRA- NRSP-", "<W>{19,}"),
	shape("sentry-token", "sntrys_ sntryu_ sntrya_", "<B>{40,}"),
	shape("grafana-token", "glsa_", "<W>{40,}"),
	shape("grafana-token", "glc_", "<B>{32,}"),
	shape("grafana-key", "eyJrIjoi", "[A-Za-z0-9+/]{60,}={0,2}", {
		check: (secret) => Buffer.from(secret, "base64").toString("latin1").includes('"n":"'),
	}),
	shape("datadog-key", "ddapp_ ddpat_", "<W>{30,}"),
	shape("dynatrace-token", "dt0c01. dt0s01. dt0s16.", "[A-Z0-9]{24}\\.[A-Z0-9]{60,}"),
	shape("posthog-key", "phx_", "<A>{40,}"),
	shape("launchdarkly-key", "sdk- api-", "<U>"),
	shape("databricks-token", "dapi dkea", "<H>{32}(?:-\\d)?<END>"),
	shape("airtable-token", "pat", "<A>{14}\\.<H>{64}"),
	shape("mapbox-token", "sk.eyJ", "<W>{20,}\\.<W>{20,}"),
	// Keepers of secrets
	shape("vault-token", "hvs. hvb. hvr.", "<W>{24,}"),
	shape("vault-token", "s.", "<A>{24}(?![A-Za-z0-9_(.])", { check: isMixed }),
	shape("doppler-token", "dp.", "(?:pt|st|ct|sa|scim|audit)\\.(?:[a-z0-9_-]{2,35}\\.)?<A>{40,44}"),
	shape("1password-token", "ops_eyJ", "<B>{40,}"),
	shape("1password-key", "A3-", "[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}"),
	shape("age-key", "AGE-SECRET-KEY-", "(?:PQ-)?1[0-9A-Z]{50,}"),
	shape("private-key", "LS0tLS1CRUdJTi", "[A-Za-z0-9+/\\n]{40,}={0,2}", { check: isPrivateKeyText }),
	// Work
	shape("linear-key", "lin_api_ lin_oauth_", "<A>{32,}"),
	shape("notion-token", "secret_", "<A>{43}<END>"),
	shape("notion-token", "ntn_", "<A>{40,}"),
	shape("figma-token", "figd_ figo_ figu_", "<W>{30,}"),
	shape("postman-key", "PMAK-", "<H>{24}-<H>{34}"),
	shape("postman-key", "PMAT-", "<A>{20,}"),
	shape("hubspot-token", "pat-", "(?:na|eu|ap)\\d-<U>"),
	shape("typeform-token", "tfp_", "<W>{40,}"),
	shape("contentful-token", "CFPAT-", "<W>{40,}"),
	shape("apify-token", "apify_api_", "<A>{36}"),
	shape("prefect-key", "pnu_", "<A>{36}"),
	shape("password", "jdbc:oracle:thin:", "[^/\\s@]{1,64}/([^@\\s/]{1,128})@"),
	// Any
	shape("jwt", "eyJ", "<W>{8,}\\.(?:eyJ<W>{8,}\\.<W>*|<W>*\\.<W>{8,}\\.<W>{16,}\\.<W>{16,})"),
];

/** Shapes with a fixed text in their middle. */
const AROUND: readonly { kind: string; middle: string; before: RegExp; after: RegExp }[] = [
	around("azure-secret", "Q~", "[A-Za-z0-9_~.-]{3}[0-9]", "[A-Za-z0-9_~.-]{31,34}"),
	around("azure-key", "+ASt", "(?<=^|[^A-Za-z0-9+/]|%[0-9A-F]{2})[A-Za-z0-9+/]{76}", "[A-Za-z0-9+/]{5}[AQgw]=="),
	around("azure-key", "AZDO", "<A>{76}", "<A>{4}<END>"),
	around("telegram-token", ":AA", "(?<![0-9])\\d{8,10}", "<W>{33}(?!<W>)"),
	around("terraform-token", ".atlasv1.", "<A>{14}", "[A-Za-z0-9_=-]{60,}"),
	around("mailchimp-key", "-us", "<START><H>{32}", "\\d{1,2}<END>"),
	around("newrelic-key", "NRAL", "<START><A>{36}", "<END>"),
];

function around(kind: string, middle: string, before: string, after: string) {
	return { kind, middle, before: new RegExp(`${expression(before).source}$`), after: expression(after) };
}
/** The longest `before`, and one more. */
const MAX_BEFORE = 80;

/** Shapes by the first two characters of their prefixes, longer prefixes first; the table holds places in the list. */
const LISTS: { start: string; of: Shape }[][] = [[]];
const BY_START = new Uint8Array(128 * 128);
for (const of of SHAPES)
	for (const start of of.starts) {
		const at = (start.charCodeAt(0) << 7) | start.charCodeAt(1);
		if (BY_START[at] === 0) BY_START[at] = LISTS.push([]) - 1;
		const list = LISTS[BY_START[at] as number] as { start: string; of: Shape }[];
		list.push({ start, of });
		list.sort((a, b) => b.start.length - a.start.length);
	}

const PERCENT = 0x25;
const WORD = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) WORD[code] = /\w/.test(String.fromCharCode(code)) ? 1 : 0;

/** Secrets that are known by their shape. */
export function shapes(text: string, report: Report): void {
	let inWord = false;
	for (let at = 0; at < text.length; at += 1) {
		const code = text.charCodeAt(at);
		const wasInWord = inWord;
		inWord = code < 128 && WORD[code] === 1;
		if (!inWord || (wasInWord && text.charCodeAt(at - 3) !== PERCENT)) continue;
		const next = text.charCodeAt(at + 1);
		const list = next < 128 ? BY_START[(code << 7) | next] : 0;
		if (list === undefined || list === 0 || (wasInWord && !isEncoded(text, at))) continue;
		const end = shapeAt(text, at, LISTS[list] ?? [], report);
		if (end > at) {
			at = end - 1;
			inWord = WORD[text.charCodeAt(at)] === 1;
		}
	}
	for (const { kind, middle, before, after } of AROUND)
		for (let at = text.indexOf(middle); at >= 0; at = text.indexOf(middle, at + middle.length)) {
			const end = skipOrNot(after, text, at + middle.length);
			const found = end === undefined ? null : before.exec(text.slice(Math.max(0, at - MAX_BEFORE), at));
			if (end !== undefined && found !== null) report(at - found[0].length, end, kind);
		}
}

function shapeAt(text: string, at: number, known: readonly { start: string; of: Shape }[], report: Report): number {
	for (const { start, of } of known) {
		if (!text.startsWith(start, at)) continue;
		if (of.alone === true && /[A-Za-z0-9+/]/.test(text[at - 1] ?? "") && !isEncoded(text, at)) continue;
		// A long run of words and dashes holds one start of a token with dots only.
		if (of.kind === "jwt" && /[.-]/.test(text[at - 1] ?? "")) continue;
		of.rest.lastIndex = at + start.length;
		const found = of.rest.exec(text);
		if (found === null) continue;
		const end = of.rest.lastIndex;
		const [from, to] = found.indices?.[1] ?? [at, end];
		if (of.check?.(text.slice(from, to)) === false) continue;
		report(from, to, of.kind);
		return end;
	}
	return at;
}

/** In a URL, what stands before a word may be an encoded character: %3D. */
function isEncoded(text: string, at: number): boolean {
	return /%[0-9A-Fa-f]{2}$/.test(text.slice(Math.max(0, at - 3), at));
}

function skipOrNot(sticky: RegExp, text: string, at: number): number | undefined {
	sticky.lastIndex = at;
	return sticky.test(text) ? sticky.lastIndex : undefined;
}

const SCHEME =
	/(?<![A-Za-z0-9_])(?:bearer|basic)[ \t]{1,8}((?=[A-Za-z0-9._~+/-]{0,64}[0-9])[A-Za-z0-9._~+/-]{16,}={0,2})/gi;

/** What follows "Bearer" or "Basic", in a header or not. */
export function schemes(text: string, report: Report): void {
	for (const { index, 0: all, 1: credential = "" } of text.matchAll(SCHEME))
		report(index + all.length - credential.length, index + all.length, "credentials");
}
