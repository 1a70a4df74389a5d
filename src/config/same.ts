import type { Image } from "./config.ts";
import { type Cursor, get, need } from "./cursor.ts";
import type { Reader } from "./reader.ts";
import type { Image as RawImage } from "./schema.gen.ts";

/** Refuses images whose versions are to be each other's, in whatever circle, with the place of each link. */
export function refuseCircles(
  images: ReadonlyMap<string, Image>,
  cursors: ReadonlyMap<string, Cursor<RawImage>>,
  reader: Reader,
): void {
  const settled = new Set<string>();
  for (const start of images.keys()) {
    const way: string[] = [];
    let at: string | undefined = start;
    while (at !== undefined && !settled.has(at) && !way.includes(at)) {
      way.push(at);
      at = sameAs(images.get(at));
    }
    if (at !== undefined && way.includes(at)) refuseCircle(way.slice(way.indexOf(at)), cursors, reader);
    for (const name of way) settled.add(name);
  }
}

const sameAs = (image: Image | undefined): string | undefined =>
  image?.version.kind === "same" ? image.version.image : undefined;

function refuseCircle(circle: readonly string[], cursors: ReadonlyMap<string, Cursor<RawImage>>, reader: Reader): void {
  const links = circle.flatMap((name, index) => {
    const cursor = cursors.get(name);
    const same = cursor === undefined ? undefined : sameOf(need(cursor, "version"));
    return same === undefined
      ? []
      : [{ cursor: same, says: `${name} is the same as ${circle[index + 1] ?? circle[0]}` }];
  });
  const [first, ...others] = links;
  if (first === undefined) return;
  const message = `These versions are each other's in a circle: ${[...circle, circle[0]].join(" → ")}`;
  reader.refuse(
    first.cursor,
    { code: "cycle", message, hint: "Give one of them a version of its own" },
    others.map(({ cursor, says }) => ({ message: says, place: reader.place(cursor) })),
  );
}

function sameOf({ value, path }: Cursor<RawImage["version"]>): Cursor<unknown> | undefined {
  return typeof value === "string" ? undefined : get({ value, path }, "same");
}
