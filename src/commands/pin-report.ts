import type { Failure } from "../failure/index.ts";
import { diffLocks, isEmptyDiff, type Lock } from "../release/index.ts";
import { colorFor, renderFailure, renderLockDiff } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";

/** What became of the rules of a config. */
export interface PinReport {
  /** The lock's file, as seen from the current folder. */
  readonly file: string;
  readonly before: Lock;
  readonly after: Lock;
  /** Pulls that hosts still allow, where they said so. */
  readonly pulls: ReadonlyMap<string, number>;
  /** The same of requests to what registries have beside the protocol. */
  readonly requests: ReadonlyMap<string, number>;
  readonly warnings: readonly Failure[];
  readonly failures: readonly Failure[];
  /** How many rules, charts and sources are unresolved: several may be for one failure. */
  readonly unresolved: number;
}

/** Prints what changed in the lock, then how many images it has; warnings and failures go to the standard error. */
export function printPins(host: Host, args: Arguments, report: PinReport): void {
  const { file, before, after, pulls, requests, warnings, failures, unresolved } = report;
  const diff = diffLocks(before, after);
  if (args.flags.has("json")) {
    const document = {
      file,
      locked: after.images.size,
      ...diff,
      pullsLeft: Object.fromEntries(pulls),
      requestsLeft: Object.fromEntries(requests),
      warnings,
      failures,
    };
    host.out.write(`${JSON.stringify(document, plain, 2)}\n`);
    return;
  }
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.err);
  for (const failure of warnings) host.err.write(`${renderFailure(failure, { color, severity: "warning" })}\n`);
  for (const failure of failures) host.err.write(`${renderFailure(failure, { color, severity: "error" })}\n`);
  const table = {
    color: args.flags.has("no-color") ? "off" : colorFor(host.env, host.out),
    width: widthOf(host),
  } as const;
  const changed = renderLockDiff(diff, table);
  if (changed !== "") host.out.write(`${changed}\n`);
  const state = args.flags.has("dry-run") ? "not written (--dry-run)" : isEmptyDiff(diff) ? "nothing moved" : "written";
  const left = [
    ...[...pulls].map(([name, count]) => `; ${name} allows ${count} more pulls`),
    ...[...requests].map(([name, count]) => `; ${name} allows ${count} more requests`),
  ].join("");
  if (isEmptyDiff(diff) && unresolved === 0 && after.images.size + after.charts.size + after.sources.size === 0) {
    host.out.write("nothing to lock: no image, chart or source comes from outside\n");
    return;
  }
  const failed = unresolved === 0 ? "" : `, ${unresolved} could not be resolved`;
  host.out.write(`${file}: ${after.images.size} images${failed}; ${state}${left}\n`);
}

const widthOf = ({ out }: Host): number | undefined => (out.isTTY ? out.columns : undefined);

/** Maps as objects, for JSON. */
export const plain = (_key: string, value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value as ReadonlyMap<string, unknown>) : value;
