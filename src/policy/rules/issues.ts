// What the type check found in a policy file, as sentences at their places.
import { findNodeAtLocation, type Node } from "jsonc-parser";
import type * as z from "zod/mini";
import { type Message, type MessageCode, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import { meant } from "./meant.ts";
import type { Report } from "./report.ts";
import { MEMBERS } from "./schema.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** Formats by the member they belong to. */
const FORMS: Record<string, MessageCode> = {
	id: "policyFile.idForm",
	agent: "policyFile.agentForm",
	until: "policyFile.time",
};

const WANTS: Record<string, MessageCode> = {
	string: "policyFile.wantsText",
	number: "policyFile.wantsNumber",
	int: "policyFile.wantsNumber",
	boolean: "policyFile.wantsBoolean",
	array: "policyFile.wantsList",
	object: "policyFile.wantsObject",
	record: "policyFile.wantsObject",
};

/** Reports one issue. @param above path of the value the issue's own path starts from */
export function explain(issue: Issue, root: Node, report: Report, above: Path = []): void {
	const path: Path = [...above, ...issue.path.filter((step) => typeof step !== "symbol")];
	const node = findNodeAtLocation(root, [...path]);
	if (node === undefined) {
		const parent = findNodeAtLocation(root, path.slice(0, -1)) ?? root;
		report.error(parent.offset, 1, "policyFile.missing", { name: String(path.at(-1) ?? "") });
	} else if (issue.code === "unrecognized_keys") {
		for (const key of issue.keys) unknownMember(key, node, path, report);
	} else if (issue.code === "invalid_union") {
		// One value or a list of them: the reading that fits what stands there.
		const [one = [], many = []] = issue.errors;
		const issues = node.type === "array" ? many : node.type === "string" ? one : [];
		if (issues.length === 0) report.at(node, "policyFile.wantsTexts");
		for (const inner of issues) explain(inner, root, report, path);
	} else {
		const { code, args } = said(issue, node, path);
		report.at(node, code, args);
	}
}

function said(issue: Issue, node: Node, path: Path): Message {
	switch (issue.code) {
		case "invalid_type":
			return message(WANTS[issue.expected] ?? "policyFile.wrong");
		case "invalid_value": {
			const values = issue.values.map(String);
			const close = typeof node.value === "string" ? meant(node.value, values) : undefined;
			return close === undefined
				? message("policyFile.notOneOf", { values: values.join(", ") })
				: message("policyFile.notOneOfMeant", { meant: close });
		}
		case "invalid_format":
			if (path.includes("unchanged")) return message("policyFile.digest");
			return message(FORMS[String(path.findLast((step) => typeof step === "string"))] ?? "policyFile.wrong");
		case "too_big": {
			const max = Number(issue.maximum);
			if (issue.origin === "number" || issue.origin === "int") return message("policyFile.atMost", { max });
			return message(issue.origin === "array" ? "policyFile.tooMany" : "policyFile.tooLong", { max });
		}
		case "too_small":
			return issue.origin === "number" || issue.origin === "int"
				? message("policyFile.atLeast", { min: Number(issue.minimum) })
				: message("policyFile.empty");
		default:
			return message("policyFile.wrong");
	}
}

function unknownMember(key: string, node: Node, path: Path, report: Report): void {
	const names = (node.children ?? []).map(({ children }) => children?.[0]);
	const place = names.find((name) => name?.value === key) ?? node;
	const last = path.at(-1);
	const inRule = last === "approver" || last === "timeout" ? MEMBERS[last] : MEMBERS.rule;
	const close = meant(key, path.length === 0 ? MEMBERS.file : inRule);
	const name = clip(key);
	if (close === undefined) report.at(place, "policyFile.unknownMember", { name });
	else report.at(place, "policyFile.unknownMemberMeant", { name, meant: close });
}
