import { join } from "node:path";
import { type Config, isSecretName } from "../config/index.ts";
import { type Emit, type Event, openLedger, streamTo } from "../engine/index.ts";
import { failureOf } from "../failure/index.ts";
import {
  colorFor,
  createMask,
  createReport,
  type Mask,
  maskEvent,
  type Report,
  reportKindFor,
  stampFor,
} from "../report/index.ts";
import type { Mode } from "../steps/index.ts";
import type { Arguments, Host } from "./command.ts";

/** Where the events of a run go. */
export interface Reporting {
  readonly emit: Emit;
  /** Secrets that none of the readers may show. */
  readonly mask: Mask;
  readonly close: () => Promise<void>;
}

/** Opens the readers of a run: its report, and its ledger below `.mirror/runs` beside the config (a plan has none). */
export async function openReporting(
  host: Host,
  args: Arguments,
  { config, mode, run }: { readonly config: Config; readonly mode: Mode; readonly run: string },
): Promise<Reporting> {
  const mask = createMask();
  for (const [name, value] of Object.entries(host.env)) if (value !== undefined && isSecretName(name)) mask.add(value);
  const folder = join(config.folder, ".mirror", "runs");
  const ledger = mode === "plan" ? undefined : await openLedger({ folder, run });
  const report = reportFor(host, args, mask);
  const record = ledger === undefined ? [] : [(event: Event) => ledger.read(maskEvent(event, mask))];
  const emit = streamTo([report.on, ...record], host.now);
  const close = async (): Promise<void> => {
    await ledger?.close().catch((thrown: unknown) => emit({ type: "warning", failure: failureOf(thrown) }));
    await report.close();
  };
  return { emit, mask, close };
}

function reportFor(host: Host, args: Arguments, mask: Mask): Report {
  const asked = args.flags.has("json") ? "json" : args.flags.has("quiet") ? "quiet" : undefined;
  return createReport({
    kind: reportKindFor(asked, host.env, host.out),
    out: host.out,
    err: host.err,
    color: args.flags.has("no-color") ? "off" : colorFor(host.env, host.out),
    stamp: stampFor(host.env),
    now: host.now,
    mask,
  });
}
