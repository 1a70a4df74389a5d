import type { TaskContext } from "mirror";

/** The last step of a certified release: the list that goes into the request for certification. */
export default async function buildPushCert({ images, log }: TaskContext): Promise<void> {
  for (const { name, reference, pinned } of Object.values(images)) log(`${name}  ${reference}  ${pinned}`);
}
