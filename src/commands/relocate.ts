import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import {
  type FormName,
  forms,
  type Overlay,
  overlayFor,
  type Relocation,
  valuesFile,
} from "../charts/relocate/index.ts";
import { type Config, globToTest, type Target } from "../config/index.ts";
import { Failed, FailedTogether } from "../failure/index.ts";
import { formatReference, parseReference } from "../oci/index.ts";
import { relocationsOf, withCharts, withVersions } from "../plan/index.ts";
import { openChart, renderCharts, resolvePins } from "../release/index.ts";
import { colorFor, type RelocatedForm, renderFailure, renderRelocation } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";
import { connected } from "./connected.ts";
import { lookingAt } from "./locking.ts";

const FORMS = ["values", ...(Object.keys(forms) as FormName[])] as const;
type Name = (typeof FORMS)[number];

/** `mirror relocate`: what makes an installation pull from a target. Nothing is written to any registry. */
export async function relocate(host: Host, args: Arguments): Promise<number> {
  const config = await configOf(host, args);
  const target = targetOf(config, args);
  const chosen = formsOf(args);
  const scheme = schemeOf(config, target);
  const locked = await lookingAt(host, config);
  return connected(host, config, {}, async (connections) => {
    const outside = { connections, ...locked, env: host.env, emit: () => {}, signal: host.stopping };
    const full = await known(config, target, outside);
    const written = await Promise.all(chosen.map((name) => write(name, { config, scheme, ...full }, outside)));
    return give(host, args, target, written);
  });
}

type Outside = Parameters<typeof renderCharts>[2] & Parameters<typeof resolvePins>[2];

interface Known {
  readonly target: Target;
  readonly relocations: readonly Relocation[];
}

/** The images of a target, those of its charts included. Throws where one of them cannot be known. */
async function known(config: Config, target: Target, outside: Outside): Promise<Known> {
  const charts = await renderCharts(
    config,
    target.charts.map(({ chart }) => chart),
    outside,
  );
  const unrendered = [...charts.values()].flatMap((chart) => (chart.kind === "unrendered" ? [chart.failure] : []));
  if (unrendered.length > 0) throw new FailedTogether(unrendered);
  const full = withCharts(config, charts);
  const complete = full.targets.get(target.name) ?? target;
  const open = complete.entries.map(({ image }) => image).filter((name) => isOpen(full, name));
  const pins = await resolvePins(full, open, outside);
  const unpinned = [...pins.values()].flatMap((pin) => (pin.kind === "unpinned" ? [pin.failure] : []));
  if (unpinned.length > 0) throw new FailedTogether(unpinned);
  const versioned = withVersions(full, pins);
  return { target, relocations: relocationsOf(versioned, versioned.targets.get(target.name) ?? complete, pins) };
}

/** True where only the registry can tell the version. */
const isOpen = (config: Config, name: string): boolean => {
  const image = config.images.get(name);
  return image?.origin.kind === "upstream" && image.version.kind !== "tag" && image.version.kind !== "digest";
};

async function write(
  name: Name,
  { config, scheme, target, relocations }: Known & { readonly config: Config; readonly scheme: "https" | "http" },
  outside: Outside,
): Promise<RelocatedForm> {
  if (name !== "values") {
    const form = forms[name];
    const { files, left } = form.write(relocations, { target: target.name, scheme });
    const lost = left.map(({ relocation, why }) => ({ reference: formatReference(relocation.from), why, where: [] }));
    return { name, use: form.use, files, covered: relocations.length - left.length, left: lost };
  }
  const wanted = new Map(relocations.map(({ from, to }) => [formatReference(from), formatReference(to)]));
  const overlays = target.charts.map(async ({ chart: chartName }) => {
    const chart = await openChart(config, chartName, { ...outside, network: "offline" });
    const ignored = chart.declared.ignore.map(({ image }) => globToTest(image));
    const isIgnored = (reference: string): boolean => ignored.some((covers) => covers(reference));
    const overlay = await overlayFor({ render: chart.render, wanted, isIgnored });
    const unnamed = chart.declared.add.filter((image) => !isNamed(image, overlay, wanted));
    const text = valuesFile(overlay, { chart: chartName, version: chart.version, target: target.name });
    return { overlay, unnamed, file: { path: `values-${chartName}.yaml`, text } };
  });
  const done = await Promise.all(overlays);
  return {
    name,
    use: "give it to helm as the last values file: helm upgrade --install … --values FILE",
    files: done.map(({ file }) => file),
    covered: new Set(done.flatMap(({ overlay }) => overlay.covered)).size,
    left: done.flatMap(({ overlay, unnamed }) => [
      ...overlay.uncovered.map(({ reference, why, places }) => ({
        reference,
        why,
        where: [...new Set(places.map(({ template, source }) => template ?? source))],
      })),
      ...unnamed.map((reference) => ({ reference, why: "no manifest of the chart names it", where: [] })),
    ]),
  };
}

/** True where the manifests name an image that the config adds. */
function isNamed(image: string, { covered, uncovered }: Overlay, wanted: ReadonlyMap<string, string>): boolean {
  const reference = formatReference(parseReference(image));
  return covered.includes(wanted.get(reference) ?? "") || uncovered.some((left) => left.reference === reference);
}

async function give(host: Host, args: Arguments, target: Target, written: readonly RelocatedForm[]): Promise<number> {
  const output = args.values.get("output")?.at(-1);
  if (output !== undefined) {
    for (const { path, text } of written.flatMap(({ files }) => files)) {
      const file = join(resolve(host.cwd, output), path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
  const [only] = written;
  if (output === undefined && written.length === 1 && only !== undefined) {
    const named = only.files.length > 1;
    host.out.write(only.files.map(({ path, text }) => (named ? `# ${path}\n${text}` : text)).join("\n"));
    for (const { reference, why } of only.left) tell(host, args, reference, why);
    return 0;
  }
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.out);
  const width = host.out.isTTY ? host.out.columns : undefined;
  host.out.write(renderRelocation({ target: target.name, forms: written, output, color, width }));
  return 0;
}

function tell(host: Host, args: Arguments, reference: string, why: string): void {
  const color = args.flags.has("no-color") ? "off" : colorFor(host.env, host.err);
  const message = `${reference} is not redirected: ${why}`;
  const failure = { code: "relocate/left", class: "usage", message } as const;
  host.err.write(`${renderFailure(failure, { color, severity: "warning" })}\n`);
}

function targetOf(config: Config, args: Arguments): Target {
  const named = args.values.get("target")?.at(-1) ?? args.names[0];
  const all = [...config.targets.values()];
  const [only] = all;
  if (named === undefined && all.length === 1 && only !== undefined) return only;
  const target = config.targets.get(named ?? "");
  if (target !== undefined) return target;
  throw new Failed({
    code: "usage/no-target",
    class: "usage",
    message:
      named === undefined ? "It is not said which target images are pulled from" : `There is no target "${named}"`,
    hint: `Name one of ${all.map(({ name }) => name).join(", ")}: mirror relocate --target ${only?.name ?? "TARGET"}`,
  });
}

function formsOf(args: Arguments): readonly Name[] {
  const asked = args.values.get("format") ?? [];
  const unknown = asked.find((name) => !FORMS.some((form) => form === name));
  if (unknown === undefined) return asked.length === 0 ? FORMS : FORMS.filter((form) => asked.includes(form));
  throw new Failed({
    code: "usage/unknown-format",
    class: "usage",
    message: `--format knows no ${unknown}`,
    hint: `Write one of ${FORMS.join(", ")}`,
  });
}

function schemeOf(config: Config, { name, registry: registryName }: Target): "https" | "http" {
  const registry = config.registries.get(registryName);
  if (registry?.type === "archive") {
    throw new Failed({
      code: "usage/archive-target",
      class: "usage",
      message: `The target ${name} is an archive, which no cluster pulls from`,
      hint: "Name the target that the archive is loaded into",
    });
  }
  return registry === undefined || registry.type === "embedded" ? "http" : registry.endpoint.scheme;
}
