import type { Option } from "../command.ts";
import { DEFAULT_JOBS } from "../limits.ts";

export const CONFIG: Option = {
  name: "config",
  short: "c",
  value: "FILE",
  help: "the config (default: mirror.config.yaml in this folder or the nearest above)",
};
export const JSON_EVENTS: Option = { name: "json", help: "print events as NDJSON, one object a line" };
export const JSON_DOCUMENT: Option = { name: "json", help: "print a JSON document" };
export const COLOR: Option = { name: "no-color", help: "print without colours (also: NO_COLOR)" };
export const QUIET: Option = { name: "quiet", short: "q", help: "print warnings, failures and the summary only" };
export const JOBS: Option = {
  name: "jobs",
  short: "j",
  value: "N",
  help: `nodes at work at once (default: ${DEFAULT_JOBS})`,
};
export const WAIT: Option = {
  name: "wait",
  value: "TIME",
  help: "how long to ask again for what waits on the outside: 90s, 30m, 2h (default: not at all)",
};
export const TARGET: Option = {
  name: "target",
  short: "t",
  value: "TARGET",
  repeated: "repeated",
  help: "all images of a target, and what they need",
};
export const FAIL_FAST: Option = { name: "fail-fast", help: "start nothing new after the first failure" };
export const FROM: Option = {
  name: "from",
  value: "ARCHIVE",
  repeated: "repeated",
  help: "read images from an archive instead of the network; again for volumes and what an archive builds on",
};
export const FROZEN: Option = {
  name: "frozen",
  help: "take every version from the lock, and refuse where config and lock disagree (default in CI, where there is a lock)",
};
export const NO_FROZEN: Option = {
  name: "no-frozen",
  help: "in CI too: resolve what the lock does not have, and add it",
};

/** Of commands that run a graph and tell of it as it goes. */
export const OF_A_RUN: readonly Option[] = [JOBS, CONFIG, JSON_EVENTS, QUIET, COLOR];
/** Of commands that look at what a config declares, and print one answer. */
export const OF_AN_ANSWER: readonly Option[] = [CONFIG, JSON_DOCUMENT, COLOR];
