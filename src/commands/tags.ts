import { globToTest, type Image } from "../config/index.ts";
import { didYouMean, Failed, type Failure } from "../failure/index.ts";
import { type Candidates, candidatesOf } from "../release/index.ts";
import { colorFor, createMask, maskFailure, renderCandidates, renderFailure } from "../report/index.ts";
import type { Arguments, Host } from "./command.ts";
import { configOf } from "./config.ts";
import { connected } from "./connected.ts";
import { lookingAt } from "./locking.ts";

const MOST = 20;

/** `mirror tags IMAGE…`: the tags that version rules choose from, with when they were pushed where registries tell. */
export async function tags(host: Host, args: Arguments): Promise<number> {
  const config = await configOf(host, args);
  const images = imagesOf(args, config.images);
  const mask = createMask();
  const warnings: Failure[] = [];
  const warn = (warning: Failure): void => void warnings.push(warning);
  return connected(host, config, { mask, warn }, async (connections) => {
    const { sources } = await lookingAt(host, config);
    const outside = { connections, sources, signal: host.stopping };
    const found = await Promise.all(images.map((image) => candidatesOf(image, outside)));
    const said = [...warnings, ...silences(found)].map((failure) => maskFailure(failure, mask));
    print(host, args, { found, said });
    return 0;
  });
}

function print(
  host: Host,
  args: Arguments,
  { found, said }: { readonly found: readonly Candidates[]; readonly said: readonly Failure[] },
): void {
  const colorOf = (stream: Host["out"]) => (args.flags.has("no-color") ? "off" : colorFor(host.env, stream));
  for (const failure of said) {
    host.err.write(`${renderFailure(failure, { color: colorOf(host.err), severity: "warning" })}\n`);
  }
  if (args.flags.has("json")) {
    host.out.write(`${JSON.stringify(found.map(documentOf), undefined, 2)}\n`);
    return;
  }
  const most = args.flags.has("all") ? Number.POSITIVE_INFINITY : MOST;
  const style = { color: colorOf(host.out), width: host.out.isTTY ? host.out.columns : undefined, most } as const;
  host.out.write(found.map((one) => renderCandidates(one, style)).join("\n"));
}

/** What keeps several registries or repositories silent in the same way is told once, with the first of them. */
function silences(found: readonly Candidates[]): readonly Failure[] {
  const all = found.flatMap(({ silent }) => silent ?? []);
  return [...new Map(all.toReversed().map((one) => [`${one.code} ${one.hint}`, one])).values()].toReversed();
}

const documentOf = ({ image, where, rule, tags }: Candidates): object => ({
  image,
  where,
  rule,
  tags: tags.map(({ name, pushed, digest, fate, why }) => ({
    tag: name,
    ...(pushed === undefined ? {} : { pushed: new Date(pushed).toISOString() }),
    ...(digest === undefined ? {} : { digest }),
    fate,
    ...(why === undefined ? {} : { why }),
  })),
});

/** Images by name or glob that come from a registry. Throws `Failed` (`usage/…`) for a name of none. */
function imagesOf({ names }: Arguments, images: ReadonlyMap<string, Image>): readonly Image[] {
  const upstream = [...images.values()].filter(({ origin }) => origin.kind === "upstream");
  if (names.length === 0) throw wrong("mirror tags wants the name of an image", "List them with: mirror list");
  const tests = names.map((name) => {
    const test = globToTest(name);
    if (upstream.some((image) => test(image.name))) return test;
    const known = upstream.map((image) => image.name);
    const built = images.has(name) ? "It is built here, and has no tags to choose from" : undefined;
    throw wrong(`There is no image "${name}" that comes from a registry`, built ?? didYouMean(name, known));
  });
  return upstream.filter(({ name }) => tests.some((test) => test(name)));
}

const wrong = (message: string, hint = "List them with: mirror list"): Failed =>
  new Failed({ code: "usage/unknown-name", class: "usage", message, hint });
