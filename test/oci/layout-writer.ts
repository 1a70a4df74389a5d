/** Run as a process of its own: stores images in a layout until it is killed, and prints the tag of each one done. */
import { randomBytes } from "node:crypto";
import { assembleImage } from "../../src/oci/assemble/index.ts";
import { openLayout, storeImage } from "../../src/oci/layout/index.ts";

const [folder = "", round = ""] = process.argv.slice(2);
const signal = new AbortController().signal;
const layout = await openLayout(folder);

for (let count = 0; ; count++) {
  const tag = `${round}-${count}`;
  const files = [{ path: "data", source: randomBytes(300_000) }];
  const image = await assembleImage({ name: tag, files }, signal);
  const as = { repository: "app", tags: [tag] };
  await storeImage(layout, { from: image, repository: "app", reference: tag, as }, signal);
  process.stdout.write(`${tag}\n`);
}
