import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { test as always } from "uvu";
import { openSource } from "../../src/sources/index.ts";
import { inFolder } from "../oci/temporary.ts";
import { missingCommand, requires } from "../rig/skip.ts";
import { gitEnv, makeRepository } from "./rig.ts";

const test = requires(always, missingCommand("git"));

const OPENER = fileURLToPath(new URL("./opener.ts", import.meta.url));
const files = Object.fromEntries(
  Array.from({ length: 300 }, (_, at) => [`folder-${at % 10}/${at}.yaml`, `at: ${at}\n`]),
);

test("two processes and several tasks that open the same commit all get it whole", () =>
  inFolder(async (folder) => {
    const upstream = makeRepository(join(folder, "upstream"));
    const commit = upstream.commit(files);
    const cache = join(folder, "cache");
    const open = () =>
      openSource(
        { url: upstream.folder, pin: { kind: "branch", name: "main" } },
        { cache, network: "online", env: gitEnv, signal: new AbortController().signal },
      );
    const children = [start(upstream.folder, cache), start(upstream.folder, cache)];
    const sources = await Promise.all(
      children
        .map((child) => child.printed)
        .concat([open(), open(), open()].map(async (source) => (await source).folder)),
    );
    assert.equal(new Set(sources).size, 1);
    const [source = ""] = sources;
    assert.ok(source.includes(commit));
    for (const [path, text] of Object.entries(files)) assert.equal(await readFile(join(source, path), "utf8"), text);
    assert.deepEqual(readdirSync(join(cache, "tmp")), []);
  }));

test("a process that is killed while it fetches leaves nothing that looks like a commit", () =>
  inFolder(async (folder) => {
    const upstream = makeRepository(join(folder, "upstream"));
    upstream.commit(files);
    const cache = join(folder, "cache");
    const child = start(upstream.folder, cache);
    while (!existsSync(join(cache, "tmp")) || readdirSync(join(cache, "tmp")).length === 0) await sleep(1);
    child.process.kill("SIGKILL");
    await child.printed;
    const source = await openSource(
      { url: upstream.folder, pin: { kind: "branch", name: "main" } },
      { cache, network: "online", env: gitEnv, signal: new AbortController().signal },
    );
    assert.equal(readdirSync(source.folder).length, 10);
    for (const [path, text] of Object.entries(files))
      assert.equal(await readFile(join(source.folder, path), "utf8"), text);
  }));

function start(url: string, cache: string) {
  const process_ = spawn(process.execPath, ["--import", "tsx", OPENER, url, cache], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  process_.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  return { process: process_, printed: once(process_, "close").then(() => Buffer.concat(chunks).toString().trim()) };
}

always.run();
