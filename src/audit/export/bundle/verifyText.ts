// VERIFY.md: how to check a bundle with nothing of ours.
import type { Plan } from "./plan.ts";
import { SCRIPT } from "./script.ts";

const STEP_2 = `bad=0
for file in evidence/*; do
  [ -e "$file" ] || continue
  [ "$(sha256sum < "$file" | cut -c 1-64)" = "\${file#evidence/}" ] || { echo "ALTERED: $file"; bad=1; }
done
[ "$bad" = 0 ] && echo "evidence: good"`;

const STEP_4 = `bad=0
while read -r key name; do
  openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$name.txt" -sigfile "$name.sig" > /dev/null 2>&1 \\
    || { echo "BAD SIGNATURE: $name, with $key"; bad=1; }
done < signatures.txt
[ -s signatures.txt ] || { echo "NOTHING IS SIGNED"; bad=1; }
[ "$bad" = 0 ] && echo "signatures: good"`;

const STEP_5 = `bad=0
for key in signer*.pem; do
  hex=$(openssl pkey -pubin -in "$key" -outform DER | tail -c 32 | od -An -tx1 | tr -d ' \\n')
  case " \${FINGERPRINT:-} " in
    "  ") echo "consistent, signer unknown: $key is $hex" ;;
    *" $hex "*) echo "verified: $key is $hex, which you named" ;;
    *) echo "WRONG KEY: $key is $hex, which is not what you named"; bad=1 ;;
  esac
done
[ "$bad" = 0 ]`;

export function verifyText({ unsigned }: Plan): string {
	return `# How to check this receipt

You need \`sha256sum\`, \`openssl\` (OpenSSL 3 or later), and Python 3.6 or later. Nothing of Gatepost is needed, and nothing is
installed or sent anywhere. Unpack the zip into an empty folder, open a shell in it, and run the five steps in their order. Each
step says what it found; a step that finds trouble ends with an exit status that is not 0. On a Mac, \`shasum -a 256\` does
what \`sha256sum\` does here.

You run these commands because this file says so, and this file came with the receipt: read them first. If you received
receipts before, compare this file with the one in them, or with docs/RECEIPT.md of Gatepost.
${unsigned.length === 0 ? "" : `\n**Unsigned tail.** ${unsigned.map(({ segment, from, to }) => `Entries ${from}..${to} of \`${segment}\` are`).join(", ")} chained to those before, but not covered by a\nsignature: whoever made this receipt could have written them.\n`}
## 1. The files are as they were packed

\`\`\`sh
sha256sum --check --strict --quiet SHA256SUMS && echo "files: good"
\`\`\`

Shows damage on the way. Proves nothing against a person who changed a file: they can write SHA256SUMS anew.

## 2. The evidence is what its names say

\`\`\`sh
${STEP_2}
\`\`\`

Each file in \`evidence/\` is 16 bytes of salt and then the content. Its name is the SHA-256 of both, and the entries name it.

## 3. The entries hang together

\`\`\`sh
python3 - << 'END_OF_SCRIPT'
${SCRIPT}END_OF_SCRIPT
\`\`\`

Each entry holds the hash of the one before it. So nothing in a segment can be changed, removed, inserted or moved without
changing all that follows, and where a body is left out, its hash stands in for it. The script follows every chain from its
first entry, and checks that:

- the last checkpoint of every segment is over the entries before it, and \`checkpoints/\` holds what it says;
- every entry of the session between its first and its last is there, and whole;
- segments that name each other say the same of each other;
- the evidence that entries name is there, or an entry behind them, covered by a checkpoint of its segment, says that
  retention removed it;
- manifest.json, heads.json, signatures.txt and the data in verify.html say what the entries say, and no file is too many or too few.

It proves that the parts fit. It does not prove who wrote them: anybody can make a chain that fits. That is the next step.

What no receipt can show: that nothing came *after* its last entry, in a segment that has no end (the verdict says when the
session has none), or in parts of the log that are named in heads.json and are not here.

## 4. The signatures are good

\`\`\`sh
${STEP_4}
\`\`\`

The last checkpoint of every segment is signed with the key that the first entry of the segment names. A good signature
proves that the holder of that key signed these entries, up to the checkpoint. It does not say who that is. The line of the last
checkpoint itself is not covered.

## 5. Whose key it is

Get the fingerprint from the person whose log this is, on another way than this receipt (in person, by phone, from an
earlier receipt). Gatepost shows it with the log. Name it, then run the step; several are separated by spaces:

\`\`\`
FINGERPRINT=0123...cdef
\`\`\`

\`\`\`sh
${STEP_5}
\`\`\`

- **consistent, signer unknown**: you named no fingerprint. Everything fits, but whoever gave you this receipt could have
  made all of it, key and all.
- **verified**: the steps before were good, and the key is the one you named. Then what the log says is what the holder of the
  key recorded. It is what *their Gatepost* recorded: a computer that was under somebody else's control can record anything.

The page verify.html does the same in a browser. A page inside a receipt proves nothing against whoever made the receipt:
they could have put another page there. Use it to read, and these steps, or a page you got elsewhere, to check.
README.txt, VERIFY.md and the program in verify.html are not covered by any signature.
`;
}
