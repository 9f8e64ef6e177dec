// Domains below which anybody can have a host: a grant for all below one would be a grant for strangers.

/** Registries' second levels ("co.uk"): two short labels. */
const SECOND_LEVEL = /^(?:ac|co|com|edu|gov|go|gob|ne|net|or|org|mil|nom|sch)\.[a-z]{2}$/;

const SHARED = new Set([
	...[
		"github.io",
		"githubusercontent.com",
		"gitlab.io",
		"bitbucket.io",
		"codeberg.page",
		"sourceforge.io",
		"netlify.app",
	],
	...[
		"vercel.app",
		"now.sh",
		"pages.dev",
		"workers.dev",
		"r2.dev",
		"web.app",
		"firebaseapp.com",
		"appspot.com",
		"run.app",
	],
	...["herokuapp.com", "herokudns.com", "onrender.com", "fly.dev", "railway.app", "deno.dev", "surge.sh", "glitch.me"],
	...["repl.co", "replit.app", "replit.dev", "codesandbox.io", "stackblitz.io", "gitpod.io", "ngrok.io", "ngrok.app"],
	...[
		"ngrok-free.app",
		"trycloudflare.com",
		"loca.lt",
		"localhost.run",
		"serveo.net",
		"amazonaws.com",
		"cloudfront.net",
	],
	...["amplifyapp.com", "azurewebsites.net", "azureedge.net", "windows.net", "azurestaticapps.net", "googleapis.com"],
	...[
		"googleusercontent.com",
		"blogspot.com",
		"wordpress.com",
		"tumblr.com",
		"wixsite.com",
		"weebly.com",
		"medium.com",
	],
	...["substack.com", "notion.site", "readthedocs.io", "rtfd.io", "hf.space", "streamlit.app", "ondigitalocean.app"],
	...[
		"digitaloceanspaces.com",
		"backblazeb2.com",
		"requestcatcher.com",
		"webhook.site",
		"pipedream.net",
		"beeceptor.com",
	],
]);

/** Whether hosts below this name belong to many owners. @param domain lower case, without a dot at the end */
export function isShared(domain: string): boolean {
	return !domain.includes(".") || SECOND_LEVEL.test(domain) || SHARED.has(domain);
}
