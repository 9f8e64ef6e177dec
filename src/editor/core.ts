// What the editor needs only after it has started, built into a file of its own (dist/core.cjs): the editor waits for
// activate(), and compiling all of the gate would be most of that wait.

export { actionFrom } from "../agents/actionFrom.ts";
export { runDoctor } from "../agents/claude-code/doctor.ts";
export { noteEditor } from "../agents/claude-code/editors.ts";
export { applyPlan, check as checkInstalled, planInstall } from "../agents/claude-code/install.ts";
export { startCanaryGate } from "../bin/canaryGate.ts";
export { installHook } from "../bin/installHook.ts";
export { logList, verifyFolder } from "../bin/log.ts";
export { contextOf } from "../bin/policy.ts";
export { terminalText } from "../bin/terminalText.ts";
export { openGate } from "../gate/open.ts";
export { openPolicy } from "../policy/decide.ts";
export { explanationText } from "../policy/explainText.ts";
export { Acceptance } from "../policy/rules/accepted.ts";
export { Layers } from "../policy/rules/layers.ts";
export { parsePolicy } from "../policy/rules/parse.ts";
export { PendingViewMessage } from "../protocol/pendingView.ts";
