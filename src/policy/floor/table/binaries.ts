// Programs that say what is in object files, media, documents, certificates and databases.
//
// Their files are of the kind ARCHIVE where "@FILE" would be read as options, or where an address would be fetched.
// Left out whole: identify and convert (delegates), gdb, ldd (it may run the program; only its version).
import type { CommandRule, Table } from "../rule.ts";

const PLUGINS = "--plugin loads code, and @FILE may hold it";

const READELF: CommandRule = {
	options: `-A -C -D -I -L -R=LIST -S -T -V -W -a -c -d -e -g -h -l -n -p=LIST -r -s -t -u -v -x=LIST -z
		--all --arch-specific --archive-index --decompress --demangle[=WORD] --dyn-syms --dynamic
		--file-header --headers --help --hex-dump=LIST --histogram --lint --no-demangle --notes --program-headers --relocs
		--section-details --section-groups --section-headers --sections --segments --string-dump=LIST --symbols --syms
		--unwind --use-dynamic --version --version-info --wide`,
	operands: "ARCHIVE*",
	anyWords: true,
	not: "-P and --process-links show other files that this one names, -w and --debug-dump may fetch them from a server",
};

const OBJDUMP: CommandRule = {
	options: `-C -D -F -G -M=LIST -R -T -a -d -e -f -g -h -i -j=LIST -l -p -r -s -t -v -w -x -z --all-headers
		--archive-headers --debugging --demangle[=WORD] --disassemble[=TEXT] --disassemble-all --disassemble-zeroes
		--disassembler-color=WORD --disassembler-options=LIST --dynamic-reloc --dynamic-syms --file-headers
		--file-offsets --full-contents --headers --help --info --inlines --line-numbers --no-addresses --no-show-raw-insn
		--prefix-addresses --private-headers --reloc --section=LIST --section-headers --show-all-symbols --show-raw-insn
		--special-syms --stabs --start-address=TEXT --stop-address=TEXT --syms --version --visualize-jumps[=WORD] --wide`,
	operands: "ARCHIVE*",
	not: `-W and --dwarf may fetch other files from a server, -S, --source and --source-comment show source files, -L other objects, -I adds folders
		for them; -m and -b are flags in LLVM's; ${PLUGINS}`,
};

const NM: CommandRule = {
	options: `-A -B -C -D -P -S -U -V -W -a -g -h -j -l -m -n -o -p -r -u -v -x --debug-syms --defined-only
		--demangle[=WORD] --dynamic --extern-only --format=WORD --help --just-symbols --line-numbers --no-demangle
		--no-sort --no-weak --numeric-sort --portability --print-file-name --print-size --quiet --radix=WORD
		--reverse-sort --size-sort --special-syms --synthetic --undefined-only --version --with-symbol-versions`,
	operands: "ARCHIVE*",
	not: `-f, -s, -t and -X take values in one version and none in another; ${PLUGINS}`,
};

const SIZE: CommandRule = {
	options: "-A -B -G -V -d -h -l -m -o -t -x --common --format=WORD --help --radix=NUMBER --totals --version",
	operands: "ARCHIVE*",
	not: PLUGINS,
};

/** Options of `openssl` that describe what is read and shown; each is a word of its own. */
const SHOWN = "-in=ARCHIVE -inform=WORD -noout -text";

export const BINARIES: Table = {
	// object files
	readelf: { ...READELF },
	"llvm-readelf": { ...READELF },
	objdump: { ...OBJDUMP },
	"llvm-objdump": { ...OBJDUMP },
	nm: { ...NM },
	"llvm-nm": { ...NM },
	size: { ...SIZE },
	"llvm-size": { ...SIZE },
	"c++filt": {
		options: `-V -_ -h -i -n -p -r -t --help --no-params --no-recurse-limit --no-strip-underscores --no-verbose
			--types --version`,
		operands: "",
		not: "names to decode come from standard input: @FILE among them would be read as options",
	},
	ldd: {
		options: "--help --version",
		operands: "",
		needs: ["--help", "--version"],
		not: "of a file, it may run the program",
	},
	otool: {
		options: "-D -G -I -L -S -T -V -X -a -c -d -f -h -l -m -o -r -t -v",
		operands: "ARCHIVE+",
		not: "-s and -p take values",
	},
	lipo: {
		options: "-archs -detailed_info -info",
		operands: "ARCHIVE+",
		wordOptions: true,
		needs: ["-archs", "-detailed_info", "-info"],
		not: "every other mode writes",
	},
	codesign: {
		options: "-d -v --deep --display --strict --verbose[=NUMBER] --verify",
		operands: "ARCHIVE+",
		needs: ["-d", "-v", "--display", "--verify"],
		not: "-s and -f sign, --remove-signature takes one off, --extract-certificates and --entitlements write files",
	},
	plutil: {
		options: "-lint -p -s",
		operands: "ARCHIVE+",
		wordOptions: true,
		needs: ["-lint", "-p"],
		not: "-convert, -insert, -replace, -remove, -create and -o write",
	},

	// media
	ffprobe: {
		options: `-L -analyzeduration=NUMBER -byte_binary_prefix -count_frames -count_packets -hide_banner -i=ARCHIVE
			-loglevel=LIST -of=TEXT -output_format=TEXT -pretty -print_format=TEXT -probesize=NUMBER -read_intervals=TEXT
			-select_streams=TEXT -sexagesimal -show_chapters -show_entries=TEXT -show_error -show_format -show_frames
			-show_packets -show_programs -show_stream_groups -show_streams -unit -v=LIST -version`,
		operands: "ARCHIVE?",
		wordOptions: true,
		not: `-o and -report write, -f and -protocol_whitelist open more than files, an address instead of a file is
			fetched`,
	},
	mediainfo: {
		options: "-f --Full --Help --Output=WORD --Version",
		operands: "ARCHIVE*",
		not: "--LogFile writes; an address instead of a file is fetched",
	},
	exiftool: {
		options: "-G -G1 -S -T -U -a -csv -e -fast -fast2 -g -g1 -j -json -n -s -s1 -s2 -s3 -sort -t -u -ver",
		operands: "ARCHIVE*",
		wordOptions: true,
		not: `-TAG=VALUE, -o, -w and -overwrite_original write, -if, -p, -config and -api run or load code, -@ and
			-stay_open read arguments from a file, -r goes through folders, names of tags are left out`,
	},
	sips: {
		options: "-1 -g=WORD --getProperty=WORD --oneLine",
		operands: "ARCHIVE+",
		needs: ["-g", "--getProperty"],
		not: "the other options change the picture",
	},

	// documents
	pdfinfo: {
		options: `-box -custom -dests -enc=NAME -f=NUMBER -isodates -js -l=NUMBER -listenc -meta -rawdates -struct
			-struct-text -url -v`,
		operands: "ARCHIVE?",
		wordOptions: true,
		not: "-opw and -upw hold passwords, xpdf's -cfg reads settings",
	},
	pdffonts: {
		options: "-f=NUMBER -l=NUMBER -loc -locPS -subst -v",
		operands: "ARCHIVE?",
		wordOptions: true,
		not: "-opw and -upw hold passwords, xpdf's -cfg reads settings",
	},
	pdfimages: {
		options: "-f=NUMBER -l=NUMBER -list -p",
		operands: "ARCHIVE",
		wordOptions: true,
		needs: ["-list"],
		not: "without -list it writes pictures, named after the second operand",
	},
	pdftotext: {
		options: `-H=NUMBER -W=NUMBER -bbox -bbox-layout -enc=NAME -eol=WORD -f=NUMBER -fixed=NUMBER -htmlmeta -l=NUMBER
			-layout -listenc -nodiag -nopgbrk -q -r=NUMBER -raw -v -x=NUMBER -y=NUMBER`,
		operands: "ARCHIVE STDOUT",
		wordOptions: true,
		not: "it writes to the second operand, and without one to a file beside the first",
	},

	// databases
	sqlite3: {
		options: `-batch -box -column -csv -header -html -json -line -list -markdown -noheader -nullvalue=TEXT -readonly
			-safe -separator=TEXT -table -tabs --readonly`,
		operands: "ARCHIVE SQLITE+",
		wordOptions: true,
		needs: ["-readonly", "--readonly"],
		not: `-init and -cmd run commands, -A, -append and -zip are archives, without -readonly a missing file is made; of
			commands only those that show the schema (.shell, .system, .output, .once, .import, .read run or write), and no
			SQL: it can write with VACUUM INTO, writefile() and ATTACH, also out of a view`,
		forms: [
			{
				options: "-help -version --help --version",
				operands: "",
				wordOptions: true,
				needs: ["-help", "-version", "--help", "--version"],
			},
		],
	},

	// certificates; every form shows on standard output only
	"openssl version": { options: "-a -b -c -d -e -f -m -o -p -r -v", operands: "", wordOptions: true },
	"openssl ciphers": {
		options: "-V -convert=TEXT -s -stdname -tls1 -tls1_1 -tls1_2 -tls1_3 -v",
		operands: "TEXT?",
		wordOptions: true,
	},
	"openssl list": {
		options: `-1 -cipher-algorithms -cipher-commands -commands -digest-algorithms -digest-commands -disabled
			-mac-algorithms -public-key-algorithms -public-key-methods -signature-algorithms -standard-commands -verbose`,
		operands: "",
		wordOptions: true,
		not: "-provider and -providers load code",
	},
	"openssl errstr": { options: "", operands: "NAME+", wordOptions: true },
	"openssl x509": {
		options: `${SHOWN} -alias -certopt=TEXT -checkemail=TEXT -checkend=NUMBER -checkhost=TEXT -checkip=TEXT -dates
			-dateopt=WORD -email -enddate -ext=TEXT -fingerprint -hash -issuer -issuer_hash -md5 -modulus -nameopt=TEXT
			-nocert -ocsp_uri -ocspid -pubkey -purpose -serial -sha1 -sha256 -sha384 -sha512 -startdate -subject
			-subject_hash`,
		operands: "",
		wordOptions: true,
		not: `-out and -CAcreateserial write, -engine, -provider, -config and -extfile load code or settings, -signkey,
			-CA and -req sign`,
	},
	"openssl req": {
		options: `${SHOWN} -modulus -nameopt=TEXT -pubkey -reqopt=TEXT -subject -verify`,
		operands: "",
		wordOptions: true,
		needs: ["-in"],
		not: `-new, -newkey, -key, -keyout and -out make keys and files, -engine, -provider and -config load code or
			settings`,
	},
	"openssl crl": {
		options: `${SHOWN} -crlnumber -fingerprint -hash -issuer -lastupdate -nameopt=TEXT -nextupdate`,
		operands: "",
		wordOptions: true,
		not: "-out writes",
	},
	"openssl pkcs7": {
		options: `${SHOWN} -print -print_certs`,
		operands: "",
		wordOptions: true,
		not: "-out writes, -engine loads code",
	},
	"openssl asn1parse": {
		options: "-dlimit=NUMBER -dump -i -in=ARCHIVE -inform=WORD -length=NUMBER -offset=NUMBER -strparse=NUMBER",
		operands: "",
		wordOptions: true,
		not: "-out and -genconf write or read more",
	},
	"openssl pkey": {
		options: `${SHOWN} -pubin -pubout -text_pub`,
		operands: "",
		wordOptions: true,
		needs: ["-pubin"],
		not: "private keys",
	},
	"openssl rsa": {
		options: `${SHOWN} -modulus -pubin -pubout`,
		operands: "",
		wordOptions: true,
		needs: ["-pubin"],
		not: "private keys",
	},
	"openssl ec": {
		options: `${SHOWN} -pubin -pubout`,
		operands: "",
		wordOptions: true,
		needs: ["-pubin"],
		not: "private keys",
	},
	"openssl verify": {
		options: `-CAfile=ARCHIVE -partial_chain -purpose=WORD -show_chain -trusted=ARCHIVE -untrusted=ARCHIVE -verbose
			-verify_depth=NUMBER -x509_strict`,
		operands: "ARCHIVE*",
		wordOptions: true,
		not: "-crl_download asks other machines, -CApath and -CAstore open more, -engine and -provider load code",
	},
	"openssl dgst": {
		options: "-blake2b512 -blake2s256 -c -hex -md5 -r -sha1 -sha224 -sha256 -sha384 -sha512",
		operands: "ARCHIVE*",
		wordOptions: true,
		not: "-out writes, -sign, -verify, -prverify and -hmac take keys, -engine and -provider load code",
	},
	"openssl md5": { options: "-c -hex -r", operands: "ARCHIVE*", wordOptions: true },
	"openssl sha1": { options: "-c -hex -r", operands: "ARCHIVE*", wordOptions: true },
	"openssl sha256": { options: "-c -hex -r", operands: "ARCHIVE*", wordOptions: true },
	"openssl sha512": { options: "-c -hex -r", operands: "ARCHIVE*", wordOptions: true },
	"openssl base64": { options: "-A -a -d -e -in=ARCHIVE", operands: "", wordOptions: true, not: "-out writes" },
	"openssl rand": { options: "-base64 -hex", operands: "NUMBER", wordOptions: true, not: "-out and -writerand write" },
	"ssh-keygen": {
		options: "-E=WORD -f=PATH -l -v",
		operands: "",
		needs: ["-l"],
		not: "everything but the fingerprint makes, changes or signs keys",
	},
	keytool: {
		options: "-file=ARCHIVE -printcert -printcrl -rfc -v",
		operands: "",
		wordOptions: true,
		needs: ["-printcert", "-printcrl"],
		not: `other commands change the store or ask for its password, -sslserver asks another machine, -J and -provider
			load code`,
	},
};
