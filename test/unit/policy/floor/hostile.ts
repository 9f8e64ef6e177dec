// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
// Pieces of lines that write, run or expand something.

/** Words that write or run when they are taken for an option, a script or a command. */
export const HOSTILE_WORDS: readonly string[] = [
	...["-o", "--output=pwned", "-opwned", "-exec", "-delete", "-i", "-w", "-e", "-f", "-c", "-s", "-x", "--", "-", "-n", "-d"],
	...["--compress-program=touch", "--pre=touch", "--files0-from=a.txt", "-fprint", "-fls", "--to-command=touch pwned", "-v"],
	...["$(touch pwned)", "`touch pwned`", ";touch pwned", "a;touch pwned", "|tee pwned", ">pwned", "x[$(touch pwned)]", "&"],
	...["touch", "pwned", "a b", "*", "?", "{}", "+", "!", "(", "x'y", 'x"y', "\\", "~", "=touch", "a=b", "@a.txt", "#", "e", "w"],
];

/** Commands and redirections that change something, each a line. */
export const DANGEROUS: readonly string[] = [
	...["touch pwned", "rm a.txt", "rm -rf src", "cp a.txt pwned", "mv a.txt pwned", "ln -s a pwned", "mkdir pwned", "tee pwned"],
	...["dd if=a.txt of=pwned", "truncate -s 0 a.txt", "chmod 777 a.txt", "sh -c 'touch pwned'", "eval touch pwned", "sh x.sh"],
	...["python3 -c 'open(\"pwned\",\"w\")'", "perl -e 'unlink \"a.txt\"'", "sed -i s/a/b/ a.txt", "sed 'w pwned' a.txt", "./x.sh"],
	...["awk '{print > \"pwned\"}' a.txt", "find . -delete", "find . -exec touch pwned \\;", "sort -o pwned a.txt", "uniq a.txt pwned"],
	...["git commit -m x", "git tag pwned", "git checkout .", "xargs touch", "env touch pwned", "timeout 1 touch pwned", "patch", "make"],
	...["echo x > pwned", "cat a.txt >> b.txt", ": > a.txt", "> pwned", "echo x >| pwned", "echo x &> pwned", "exec touch pwned"],
	...[". ./x.sh", "source x.sh", "export PATH=.", "PATH=. ls", "trap 'touch pwned' EXIT", "alias ls='touch pwned'", "ls() { touch pwned; }"],
	...["printf -v 'a[$(touch pwned)]' x", "read 'a[$(touch pwned)]'", "let 'a[$(touch pwned)]=1'", "[[ -v 'a[$(touch pwned)]' ]]"],
	...["[[ 'a[$(touch pwned)]' -eq 0 ]]", "(( a[$(touch pwned)] ))", "echo ${x:=y}", "wait -p 'a[$(touch pwned)]'", "tar cf pwned a.txt"],
];

/** What puts a second command, a file or an expansion into a line. */
export const OPERATORS: readonly string[] = [
	...[";", "|", "&", "&&", "||", ">", "<", ">>", "<<", "<<<", "|&", "&>", ">|", "<>", "\n", "(", ")", "{", "}", "!", "#"],
	...["$(touch pwned)", "`touch pwned`", "${x}", "$x", "*", "?", "[a]", "{a,b}", "~", "\\", "$'x'", '$"x"', ">(x)", "<(x)"],
	...["${x:=y}", "${x@P}", "$((x))", "$[x]", "((x))", "=(x)", "\t", "\r", "\0", "\u202e", "\u00a0", "^", "=", "'", '"'],
];

/** Words that are known only when the line runs, or that look like it. */
export const UNKNOWN_WORDS: readonly string[] = [
	...["$x", '"$x"', "${x}", '"${x}"', "$f", '"$f"', "$line", "*", "src/*", "*.ts", "./*", "[ab].txt", "?", "a*", "-*", "$(cat words)"],
	...['"$(cat words)"', "`ls`", "$(ls | head -1)", "$HOME/x", "~/x", '"$HOME"/a', "{a.txt,b.txt}", "{-o,pwned}", "{1..3}", "$((1 + 2))"],
	...["<(ls)", "<(cat words)", "$1", '"$@"', "$#", "${x:-a}", "${x%.*}", "${x//a/b}", "${#x}", "-$x", "--output=$x", "$x$x", '"-$x"'],
	...["a$x", "./$x", '"./$x"', "src/$f", "$x/a", "=ls", "a=b", "$'-o'", "$'a\\nb'", '"-"o', "-\\o", "''-o", "é", "src/\\*", "\"a'b\""],
];
