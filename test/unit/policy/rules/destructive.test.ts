import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseCommandPattern } from "../../../../src/policy/rules/commandPattern.ts";
import { DESTRUCTIVE, destructive } from "../../../../src/policy/rules/destructive.ts";

const YES = [
	"rm x",
	"/bin/rm -rf x",
	"sudo ls",
	"env A=1 rm x",
	"timeout 5 rm x",
	"xargs rm",
	"find . -name x -delete",
	"find . -exec rm {} ;",
	"npx rimraf dist",
	"rmdir x",
	"shred x",
	"dd if=a of=b",
	"mkfs.ext4 /dev/sda1",
	"truncate -s 0 f",
	"chmod -R 777 .",
	"chown --recursive a .",
	"git push --force",
	"git push -f origin main",
	"git push origin main -f",
	"git push origin +main",
	"git push origin :main",
	"git push --force-with-lease",
	"git push --mirror",
	"git push origin --delete x",
	"git -C /x push --forc",
	"git reset --hard HEAD~1",
	"git clean -fdx",
	"git checkout -- .",
	"git checkout .",
	"git checkout main -- a.ts",
	"git restore a.ts",
	"git branch -D x",
	"git branch -vD x",
	"git stash drop",
	"git stash clear",
	"git filter-branch x",
	"git submodule foreach rm x",
	"kubectl delete pod x",
	"kubectl -n prod delete pod x",
	"terraform destroy",
	"terraform -chdir=x apply -auto-approve",
	"docker rm x",
	"docker -H y rmi x",
	"docker system prune",
	"docker compose down -v",
	"npm publish",
	"npm unpublish x",
	"pnpm -r publish",
	"gh repo delete x",
	"gh api -X DELETE repos/x",
	"gh api -XDELETE repos/x",
	"aws s3 rm s3://x",
	"aws ec2 terminate-instances --instance-ids i",
	"aws --profile p s3api delete-object",
	"gcloud compute instances delete x",
	"curl -X DELETE https://x",
	"shutdown now",
	"crontab -r",
	"mvn clean deploy",
	"mvn -q clean release:perform",
	"./mvnw verify deploy -DskipTests",
	"gradle clean publish",
	"./gradlew build publish",
	"./gradlew build :app:publishToSonatype",
	"make -j4 all deploy",
	"just test prod-deploy",
	"npx nx run-many app:deploy",
	"make build ?",
	"npm run deploy",
	"npm run -s release:minor",
	"npm -w pkg run deploy",
	"yarn workspace shop deploy",
	"pnpm --filter shop deploy",
	"git rebase main",
	"git rebase -i HEAD~3",
	"git pull --rebase",
	"git fetch origin +main:main",
	"git commit --amend",
	"git commit -m x --amend",
	"git checkout HEAD src",
	"git checkout main a.ts",
	"git checkout src/a.ts",
	"git checkout -p",
	"git -C sub checkout HEAD~2 src",
	"git reset HEAD~3",
	"git reset --soft HEAD~1",
	"git reset abc1234",
	"vercel --prod",
	"vercel deploy",
	"fly deploy",
	"firebase deploy --only hosting",
	"gh release create v1",
	"python -c print(1)",
	"python3.12 -Bc print(1)",
	"python3 -X dev -c print(1)",
	".venv/bin/python -W error -c print(1)",
	"env A=1 python3 -c print(1)",
	"uv run python -c print(1)",
	"node -e 1",
	"node --eval=1",
	"node -r x -p 1",
	"node -pe 1",
	"npx tsx -e 1",
	"deno eval 1",
	"bun -e 1",
	"perl -pe s/a/b/ f",
	"ruby -e 1",
	"php -r 1",
	"pwsh -NoProfile -Command ls",
	"python ?",
	"rsync -a --delete a b",
	"apt-get -y remove x",
	"?",
	"git push ?",
	"xargs ?",
];

const NO = [
	"ls",
	"npm test",
	"npm run format",
	"npm init",
	"git push origin main",
	"git push -u origin feature/x",
	"git checkout main",
	"git checkout -b x",
	"git commit -m x",
	"git branch x",
	"git stash",
	"git log --grep rm",
	"find . -name x",
	"chmod +x a",
	"docker ps",
	"docker compose up",
	"kubectl get pods",
	"terraform plan",
	"aws s3 ls",
	"gh pr list",
	"gh pr create -d",
	"gh api repos/x",
	"curl https://x",
	"node a.js",
	"mv a b",
	"cp a b",
	"echo rm",
	"grep -r rm .",
	"mvn clean package",
	"mvn -Prelease package",
	"./gradlew build test",
	"./gradlew assembleRelease",
	"make all",
	"npm run test -- release",
	"npm run build --mode release",
	"npm test -- deploy",
	"pnpm add deploy",
	"yarn workspace deploy test",
	"git checkout -b fix origin/main",
	"git checkout feature/x",
	"git checkout -",
	"git reset",
	"git reset HEAD -- a.ts",
	"git pull origin main",
	"git commit -m amend",
	"vercel ls",
	"fly status",
	"python -m pytest -c setup.cfg",
	"python script.py -c x",
	"python3 -m http.server -c x",
	"node server.js -p 3000",
	"node --version",
	"ruby script.rb -e x",
	"perl script.pl -e x",
	"perl -Ilib script.pl",
];

const words = (line: string) => line.split(" ").map((word) => (word === "?" ? undefined : word));

describe("destructive", () => {
	for (const line of YES) test(line, () => assert.ok(destructive(words(line)), line));

	test("in a script given in a word", () => {
		assert.ok(destructive(["bash", "-c", "cd x; rm -rf y"]));
		assert.ok(destructive(["sh", "-c", "git push -f"]));
		assert.ok(destructive(["psql", "-c", "DROP TABLE users"]));
		assert.ok(destructive(["mysql", "-e", "truncate table users"]));
		assert.ok(destructive(["ssh", "host", "sudo reboot"]));
		assert.ok(!destructive(["psql", "-c", "select 1"]));
		assert.ok(!destructive(["bash", "-c", "ls -l"]));
	});

	test("says what it does", () => assert.equal(destructive(["rm", "x"]), "rm (deletes files)"));
});

describe("not destructive", () => {
	for (const line of NO) test(line, () => assert.equal(destructive(words(line)), undefined));

	test("no words", () => assert.equal(destructive([]), undefined));
});

test("every line of the table is a pattern, and catches itself", () => {
	for (const { commands, word, behind } of DESTRUCTIVE) {
		for (const text of commands) {
			const pattern = parseCommandPattern(text);
			assert.ok(!("wrong" in pattern), text);
			if (word === undefined && behind === undefined)
				assert.ok(destructive(text.replace("mkfs*", "mkfs.x").split(" ")), text);
		}
	}
});
