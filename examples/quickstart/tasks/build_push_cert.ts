import type { TaskContext } from "mirror";

/** Runs when the bundle is published: says what a person would tell the next one in line. */
export default async function buildPushCert({ $, images, log }: TaskContext): Promise<void> {
  for (const { name, target, reference } of Object.values(images))
    if (target === "certified") log(`${name}  ${reference}`);
  await $`echo "the bundle may now be submitted"`;
}
