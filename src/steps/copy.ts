import { asNodeId } from "../engine/index.ts";
import { Failed } from "../failure/index.ts";
import { declaredName, type Pin } from "../release/index.ts";
import { originOf } from "./origin.ts";
import { publish } from "./publish.ts";
import type { StepOf } from "./scope.ts";

/** Copies a pinned or built image to its place at a target. */
export const copy: StepOf<"copy"> = async (step, context, scope) => {
  const origin = await originOf(step.image, context.values, scope);
  if (origin === "unbuilt") {
    const value = { kind: "unbuilt" } as const;
    return { kind: "done", value, effect: "changed", summary: "would be copied once it is built", bytes: 0 };
  }
  const image = { name: step.image, target: step.target, destination: step.destination, ...origin };
  try {
    return await publish(image, context, scope);
  } catch (thrown) {
    const pinned = context.values.get(asNodeId(`pin:${step.image}`));
    throw pinned?.kind === "pin" ? withLock(thrown, pinned.pin) : thrown;
  }
};

/** Where a registry does not have the digest that the lock has, whoever reads of it looks into the lock next. */
function withLock(thrown: unknown, { image, digest, lockedAt }: Pin): unknown {
  if (!(thrown instanceof Failed) || lockedAt === undefined) return thrown;
  const { failure } = thrown;
  if (failure.code !== "registry/not-found" || !failure.message.includes(digest)) return thrown;
  return new Failed(
    {
      ...failure,
      related: [...(failure.related ?? []), { message: "The lock has this digest here", place: lockedAt }],
      hint: `Where the lock is right, the registry has lost it; else take what stands there now: mirror pin --update ${declaredName(image)}`,
    },
    { cause: thrown },
  );
}
