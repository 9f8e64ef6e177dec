// The commands whose effect can be told without running them.
import { curl, wget } from "./downloads.ts";
import type { Effect } from "./effect.ts";
import { git } from "./git.ts";
import { INSTALLS } from "./installs.ts";
import { rm, rmdir, shred, unlink } from "./remove.ts";
import { cp, ln, mv } from "./transfer.ts";
import { chmod, chown, mkdir, sed, tee, touch } from "./write.ts";

export const EFFECTS: Readonly<Record<string, Effect>> = {
	...{ rm, rmdir, unlink, shred, mv, cp, ln },
	...{ tee, touch, mkdir, chmod, chown, sed },
	...{ git, curl, wget },
	...INSTALLS,
};
