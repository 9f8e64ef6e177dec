// The shape of a message on a wire. Apart from messages.ts, so that an editor that only starts up loads no schema library.
import * as z from "zod/mini";

/** {code, args}; the code may be of another build. */
export const Message = z.strictObject({
	code: z.string().check(z.maxLength(80)),
	args: z.optional(z.record(z.string(), z.union([z.string(), z.number()]))),
});
