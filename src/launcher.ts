#!/usr/bin/env node
/**
 * What `mirror` starts: it loads the program, with the code that V8 compiled in a run before. That is kept in the user's
 * cache folder; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 */
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { underFirstFlags } from "./launch/flags.ts";
import { limitGrowth } from "./launch/growth.ts";
import { keepCode, readKeptCode } from "./launch/kept-code.ts";
import { Loader } from "./launch/loader.ts";

/** The program's file among the chunks, whose name tells its content; set by the build. */
declare const PROGRAM: string;

const CHUNKS = join(import.meta.dirname, "chunks");

/** A run that is still at work by then has called what a start calls; later V8 forgets what is not called again. */
const STARTED_MS = 2000;

const kept = nodeKeepsCode() ? undefined : fileOfKeptCode(process.argv[2] ?? "", process.env);
if (kept === undefined) createRequire(join(CHUNKS, "_"))(`./${PROGRAM}`);
else loadAndKeep(kept);
limitGrowth();

/** Node 22 and later keep compiled code themselves. */
function nodeKeepsCode(): boolean {
  if (!("enableCompileCache" in module) || typeof module.enableCompileCache !== "function") return false;
  module.enableCompileCache();
  return true;
}

/** Commands have files of their own, since each compiles other parts of the program. */
function fileOfKeptCode(command: string, env: NodeJS.ProcessEnv): string | undefined {
  const off = env.NODE_DISABLE_COMPILE_CACHE !== undefined && env.NODE_DISABLE_COMPILE_CACHE !== "";
  const caches = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  // Only in what is there: the home of a service may not be.
  if (off || !/^[a-z]{2,12}$/.test(command) || !existsSync(env.XDG_CACHE_HOME || homedir())) return undefined;
  return join(caches, "mirror", `${command}-${process.version}-${process.arch}.v8`);
}

function loadAndKeep(file: string): void {
  const before = readKeptCode(file);
  const loader = new Loader(CHUNKS, before?.code ?? new Map());
  let done = false;
  const keep = (asAtStart: boolean): void => {
    if (done || !asAtStart) return;
    if (before === undefined || before.old || loader.compiledAnew) keepCode(file, loader.code());
    done = true;
  };
  process.on("exit", (code) => {
    if (code === 0) underFirstFlags(keep);
  });
  setTimeout(() => underFirstFlags(keep), STARTED_MS).unref();
  loader.load(`./${PROGRAM}`);
}
