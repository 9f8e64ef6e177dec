// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are PowerShell's expansions
// Lines of PowerShell: a few cmdlets with plain words, in pipelines. Everything that could mean more asks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CMDLETS, readPowerShell } from "../../../../src/policy/floor/powershell.ts";
import { Ground, say } from "../support.ts";

let ground: Ground;
before(async () => {
	ground = await Ground.make();
	await ground.file("ws/.env", "X=1");
});
after(() => ground.remove());

const asked = (line: string) => readPowerShell(line).asked?.code;

test("cmdlets that only read pass, under their own names and aliases, in any case", () => {
	for (const line of [
		...[
			"Get-ChildItem",
			"get-childitem -Recurse src",
			"GCI src",
			"dir",
			"Get-Content a.txt",
			"gc -TotalCount 5 a.txt",
			"Get-Content -Path 'a b.txt'",
		],
		...[
			"Get-ChildItem -Filter *.ts",
			"Select-String -Pattern TODO -Path src\\*.ts",
			"Select-String TODO a.txt",
			"Get-Location",
			"pwd",
			"Get-Date -Format o",
		],
		...[
			"Get-Content a.txt | Select-Object -First 5",
			"Get-ChildItem | Measure-Object",
			"Get-ChildItem | Sort-Object -Property Name | Format-Table",
			"Test-Path a.txt",
		],
		...[
			"Resolve-Path .",
			"Split-Path -Leaf C:\\x\\y.txt",
			"Get-Content C:\\x\\y.txt",
			"Write-Output hello",
			"  Get-ChildItem  ",
		],
	]) {
		assert.equal(asked(line), undefined, line);
	}
});

test("cmdlets and programs that are not in the list ask", () => {
	for (const line of [
		...[
			"Remove-Item x",
			"rm x",
			"del x",
			"Out-File x",
			"Set-Content x y",
			"Tee-Object x",
			"Invoke-Expression x",
			"iex x",
			"Start-Process x",
			"ForEach-Object x",
		],
		...[
			"Export-Csv x",
			"git status",
			"cmd /c dir",
			"powershell",
			"Get-Process",
			"Get-Variable",
			"toString",
			"__proto__",
			"where.exe x",
			"sc x",
			"Get-Content a.txt | Out-File b.txt",
		],
		...["Get-ChildItem | Remove-Item", "Get-Clipboard", "gci | rm", "./x.ps1", "x.ps1", ".\\get-content a"],
	]) {
		assert.notEqual(asked(line), undefined, line);
	}
});

test("whatever PowerShell gives a meaning asks", () => {
	for (const piece of [
		...[
			"$x",
			"$(x)",
			"${x}",
			"@(x)",
			"@x",
			"{ x }",
			"(x)",
			"[x]::y()",
			";x",
			"; rm x",
			"& x",
			"&x",
			"&& x",
			"|| x",
			"> x",
			">x",
			"2>x",
			">> x",
			"< x",
			"`x",
			"`n",
		],
		...[
			'"x"',
			'"$x"',
			"x,y",
			"#x",
			"%x",
			"!x",
			"env:x",
			"HKLM:\\x",
			"function:x",
			"variable:x",
			"\\\\server\\share",
			"//server/share",
			"'\\\\server\\share'",
			"'//x'",
		],
		...[
			"'env:x'",
			"’x’",
			"‘; rm x’",
			"'a'b'",
			"x\ny",
			"x\u0000",
			"x\u2028y",
			"~",
			"é",
			"--%",
			"-Path",
			"'a|b'",
			"a|",
			"|",
		],
	]) {
		assert.notEqual(asked(`Get-Content a.txt ${piece}`), undefined, piece);
	}
	for (const line of ["", " ", "|", "Get-Content a.txt |", "| Get-Content a.txt", `Get-Content ${"a".repeat(3000)}`])
		assert.notEqual(asked(line), undefined, JSON.stringify(line));
});

test("parameters are known, whole, and have their value", () => {
	for (const line of [
		...[
			"Get-ChildItem -Rec",
			"Get-ChildItem -R",
			"Get-ChildItem -Unknown",
			"Get-Content -Wait a.txt",
			"Get-Content -Stream x a.txt",
			"Get-Content -Path",
			"Get-ChildItem -Path -Recurse",
		],
		...[
			"Get-Content -ReadCount 0 a",
			"Select-Object -First",
			"Get-ChildItem -Filter",
			"Select-String -Pattern x -Path",
			"Get-Location x",
			"Get-Date x",
			"Measure-Object x",
			"Get-Content -Path:a",
		],
	]) {
		assert.notEqual(asked(line), undefined, line);
	}
	for (const [name, { switches, values }] of Object.entries(CMDLETS)) {
		for (const option of switches.split(" ").filter((text) => text !== ""))
			assert.equal(asked(`${name} ${option}`), undefined, `${name} ${option}`);
		for (const option of values.split(" ").filter((text) => text !== ""))
			assert.equal(asked(`${name} ${option} x`), undefined, `${name} ${option} x`);
		for (const option of `${switches} ${values}`.split(" ").filter((text) => text.length > 3)) {
			const short = option.slice(0, -1);
			if (!`${switches} ${values}`.split(" ").includes(short))
				assert.notEqual(asked(`${name} ${short} x`), undefined, `${name} ${short}`);
		}
	}
});

test("what it reads is held against folders and secrets", async () => {
	const judge = async (command: string) => say(await ground.judge(ground.action("shell", "PowerShell", { command })));
	assert.match(await judge("Get-Content src/a.ts"), /^allow /);
	assert.match(await judge("Get-Content src\\a.ts | Select-Object -First 3"), /^allow /);
	assert.match(await judge("Get-ChildItem .."), /^allow /);
	for (const line of [
		"Get-Content .env",
		"Get-Content -Path .env",
		"gc '.env'",
		"Select-String X .env",
		"Get-Content ../outside/o.txt",
		`Get-Content ${ground.outside}/o.txt`,
		"Get-Content ~/x",
	]) {
		assert.match(await judge(line), /^(?:guard )?ask /, line);
	}
	for (const line of [
		"Get-ChildItem .env | Get-Content",
		"Get-ChildItem -Force | Get-Content",
		"Get-Item .env | Select-String X",
		"Write-Output .env | Get-Content",
		"Get-ChildItem -Filter .e* -Force | Get-Content",
		"Get-ChildItem .. -Recurse | Get-Content",
	]) {
		assert.match(await judge(line), /^(?:guard )?ask /, line);
	}
});
