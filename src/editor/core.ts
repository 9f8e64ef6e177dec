// What the editor needs only after it has started, built into a file of its own (dist/core.cjs): the editor waits for
// activate(), and compiling all of the gate would be most of that wait.

export { contextLines } from "../actions/context.ts";
export { Snapshots } from "../actions/snapshot/snapshots.ts";
export { planChanges } from "../actions/undo/chain.ts";
export { countInThread, planInThread } from "../actions/undo/inThread.ts";
export { actionFrom } from "../agents/actionFrom.ts";
export { runDoctor } from "../agents/claude-code/doctor.ts";
export { noteEditor } from "../agents/claude-code/editors.ts";
export { applyPlan, check as checkInstalled, planInstall } from "../agents/claude-code/install.ts";
export { JournalError } from "../audit/errors.ts";
export { readEvidence } from "../audit/evidence.ts";
export { OUTSIDE, pathsIn, workspaceId, workspacePaths } from "../audit/home.ts";
export { exportInThread, verifyInThread } from "../audit/index/jobs.ts";
export { LogIndex } from "../audit/index/logIndex.ts";
export { publicKeyHex } from "../audit/keys.ts";
export { startCanaryGate } from "../bin/canaryGate.ts";
export { installHook } from "../bin/installHook.ts";
export { contextOf } from "../bin/policy.ts";
export { terminalText } from "../bin/terminalText.ts";
export { openGate } from "../gate/open.ts";
export { openPolicy } from "../policy/decide.ts";
export { explanationText } from "../policy/explainText.ts";
export { proposalsThatCover, ruleOf } from "../policy/grants/check.ts";
export { groundOf } from "../policy/grants/ground.ts";
export { Acceptance } from "../policy/rules/accepted.ts";
export { addRule, freeId } from "../policy/rules/edit.ts";
export { Layers } from "../policy/rules/layers.ts";
export { parsePolicy } from "../policy/rules/parse.ts";
export { AuditPanelMessage } from "../protocol/auditPanel.ts";
export { PendingViewMessage } from "../protocol/pendingView.ts";
export { missingSegments } from "./missingLog.ts";
export { namedSegments } from "./namedSegments.ts";
export { isSame, lookAt, writeBack } from "./undoFiles.ts";
export { isDone, undoableOf } from "./undoSides.ts";
