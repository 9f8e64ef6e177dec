// Why a rule does not fit an action, for explanations.
import { type Message, type MessageCode, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import {
	type Condition,
	failing,
	type How,
	list,
	missingWhat,
	ruleMatchesCommand,
	type Subject,
	uncoveredPath,
	uncoveredUrl,
} from "./match.ts";
import type { Rule } from "./schema.ts";
import { changedFile } from "./unchanged.ts";
