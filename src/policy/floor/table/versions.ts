// Programs that only say which version they are, when the whole line is the program and one of these words.
//
// Left out: programs whose answer the files of a workspace decide (see packages.ts), which are besides those named there
//   jest, webpack, lerna, nx, turbo, gulp, grunt, ng, mocha (hand over to the copy in node_modules), pytest, flake8, pylint,
//   tox (load plugins or code that settings name), hg (extensions in .hg/hgrc), jekyll (the Gemfile), ansible
//   (ansible.cfg), elixir, erl, iex (.erlang), flutter (updates itself);
// and -v of bash, sh, zsh and python, which starts them.

/** Words to programs. */
const SPOKEN: readonly (readonly [words: string, programs: string])[] = [
	[
		"--version",
		`bash zsh sh fish pwsh ninja meson deno bun uv conda mamba micromamba pipx ruff black mypy isort
		pyenv rbenv nvm asdf fnm volta eslint prettier biome esbuild rollup vite sass corepack clang clang++ clangd
		clang-format clang-tidy gdb lldb valgrind ld ld.lld as ar nm objdump readelf strip ldd pkg-config autoconf automake
		libtool m4 bison flex cmake ctest make gmake gcc g++ cc c++ gfortran swift swiftc ghc ocamlfind dune dart julia R
		Rscript perl ruby gem php python python3 node npm nodejs git gh glab hub svn docker docker-compose podman
		podman-compose buildah skopeo nerdctl kind crictl aws gcloud curl wget rsync tar gzip bzip2 xz zstd lz4 grep
		sed awk gawk mawk find xargs sort ls cat head tail wc cut tr uniq diff patch date df du stat file env nproc
		uname whoami id which tree less man vim vi nvim emacs nano tmux code cursor jq gojq yq rg fd fdfind bat batcat fzf
		eza exa lsd delta direnv starship zoxide hyperfine just task tokei cloc shellcheck shfmt hadolint yamllint actionlint
		golangci-lint protoc buf sqlite3 psql pg_dump mysql mysqldump mariadb redis-cli redis-server mongod mongosh mongo
		postgres mysqld pandoc pdflatex xelatex lualatex gnuplot systemctl journalctl apt apt-get apt-cache dpkg rpm dnf yum
		pacman zypper apk snap flatpak brew nix nix-env vault consul nomad packer parallel watchman cloudflared caddy traefik
		hugo ffuf gitleaks trivy syft grype cosign dos2unix convert magick identify tesseract xmllint
		java javac jar javap kotlin kotlinc scala scalac groovy lua luajit`,
	],
	["-v", "node npm nodejs git gh docker docker-compose bun ruby gem php perl lua luajit tsc rollup"],
	[
		"-v",
		"redis-cli redis-server nginx apache2 httpd brew apt-get julia gcc g++ cc clang clang++ ld nvim eza zip unzip",
	],
	["-V", "python python3 pip pip3 conda deno ssh tmux rg fd fdfind bat jq yq curl wget psql mysql uv ruff"],
	["-V", "apk pacman tcpdump strace grep gawk less man nginx"],
	["--version", "pip pip3 tsc strace ltrace"],
	[
		"-version",
		"java javac kotlin kotlinc scala scalac ocaml sqlite3 ffmpeg ffprobe convert magick identify cmake shfmt",
	],
	["-fullversion", "java javac"],
	["-dumpversion -dumpmachine -dumpfullversion -print-search-dirs", "gcc g++ cc clang clang++"],
	["version", "git helm kind minikube k3d k9s kustomize vault consul nomad zig snap asdf direnv caddy hugo trivy"],
	["version", "golangci-lint openssl ruff eksctl gitleaks syft grype"],
	["--exec-path --html-path --man-path --info-path", "git"],
	["--list-sdks --list-runtimes", "dotnet"],
	["--list-extensions", "code cursor codium"],
	["--prefix --cellar --repository --caskroom --cache config", "brew"],
	["-m", "php"],
	["--help", "docker kubectl curl node make python python3 pip pip3 rg fd jq grep ls cat sed tar"],
	["--prefix --libs --cflags", "llvm-config python3-config"],
	["-p --print-path -v --version", "xcode-select"],
	["--show-sdk-path --show-sdk-version --version", "xcrun"],
	["-version", "xcodebuild"],
];

/** Program to the words it may be asked with. */
export const VERSIONS: Readonly<Record<string, readonly string[]>> = collect();

function collect(): Record<string, string[]> {
	const all: Record<string, string[]> = {};
	for (const [words, programs] of SPOKEN) {
		for (const program of programs.trim().split(/\s+/)) all[program] = [...(all[program] ?? []), ...words.split(" ")];
	}
	return all;
}
