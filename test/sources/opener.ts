import { openSource } from "../../src/sources/index.ts";
import { gitEnv } from "./rig.ts";

/** Opens the branch `main` of a repository in a process of its own: `opener.ts URL CACHE`. Prints its folder. */
const [url = "", cache = ""] = process.argv.slice(2);
const signal = new AbortController().signal;
const pin = { kind: "branch", name: "main" } as const;
console.log((await openSource({ url, pin }, { cache, network: "online", env: gitEnv, signal })).folder);
