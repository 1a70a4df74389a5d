import { confirm, type Findings, findImages, isConfirmed } from "../charts/find/index.ts";
import { Failed, type Failure } from "../failure/index.ts";
import { colorFor, renderFailure, renderImages, renderWhy } from "../report/index.ts";
import { openAsking } from "./asking.ts";
import type { Arguments, Host } from "./command.ts";
import { readManifests } from "./manifests.ts";

/** `mirror images`: every image that manifests name. Gives 2 where some of them could not be read. */
export async function images(host: Host, args: Arguments): Promise<number> {
  if (args.names.length === 0) throw nothingNamed();
  const values = args.values.get("values") ?? [];
  const found = findImages(await readManifests(host, args.names), {
    values: values.length === 0 ? [] : await readManifests(host, values),
  });
  const findings = args.flags.has("confirm") ? await confirmed(host, args, found) : found;
  host.out.write(textOf(host, args, findings));
  if (!args.flags.has("json")) {
    for (const failure of findings.unread) tell(host, args, failure, "error");
    for (const failure of findings.warnings) tell(host, args, failure, "warning");
    if (args.flags.has("plain")) tellOfCandidates(host, findings);
  }
  return findings.unread.length > 0 ? 2 : 0;
}

async function confirmed(host: Host, args: Arguments, findings: Findings): Promise<Findings> {
  const asking = await openAsking(host, args);
  try {
    const images = await confirm(findings.images, asking.head);
    return { ...findings, images, warnings: [...findings.warnings, ...asking.silent()] };
  } finally {
    await asking.close();
  }
}

function textOf(host: Host, args: Arguments, findings: Findings): string {
  if (args.flags.has("json")) return `${JSON.stringify(findings, undefined, 2)}\n`;
  if (args.flags.has("plain")) {
    return findings.images
      .filter(isConfirmed)
      .map(({ reference }) => `${reference}\n`)
      .join("");
  }
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.out);
  const width = host.out.isTTY ? host.out.columns : undefined;
  return args.flags.has("why") ? renderWhy(findings, { color, width }) : renderImages(findings, { color, width });
}

function tell(host: Host, args: Arguments, failure: Failure, severity: "error" | "warning"): void {
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.err);
  host.err.write(`${renderFailure(failure, { color, severity })}\n`);
}

/** A list for other programs is short of what nobody has confirmed: a person should know. */
function tellOfCandidates(host: Host, { images }: Findings): void {
  const left = images.filter((finding) => !isConfirmed(finding)).length;
  if (left > 0) host.err.write(`candidates left out: ${left}; mirror images shows them, --confirm asks registries\n`);
}

const nothingNamed = (): Failed =>
  new Failed({
    code: "usage/no-file",
    class: "usage",
    message: "mirror images has nothing to read",
    hint: "Name files or folders, or pipe into it: helm template shop ./shop | mirror images -",
  });
