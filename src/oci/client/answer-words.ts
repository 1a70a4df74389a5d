import type { Failure } from "../../failure/index.ts";
import type { Deed } from "./answer-failure.ts";

interface Words {
  readonly status: number;
  readonly says: RegExp;
  readonly means: (deed: Deed, match: RegExpExecArray) => Failure;
}

/** Answers whose status says less than their words, as Harbor 2 has them. */
const KNOWN: readonly Words[] = [
  {
    status: 403,
    says: /quota exceeded|exceed the configured upper limit/i,
    means: ({ name, thing }) => ({
      code: "registry/quota-exceeded",
      class: "permanent",
      message: `${name} has no room for ${thing}: the quota of its project is used up`,
      hint: "Raise the project's quota, or delete artifacts there and run the garbage collection; then run again",
    }),
  },
  {
    status: 403,
    says: /read[ -]only mode/i,
    means: ({ name, thing }) => ({
      code: "registry/read-only",
      class: "transient",
      message: `${name} is in read-only mode and takes no ${thing} for now`,
      hint: "Ask its administrator to end the read-only mode, and run again",
    }),
  },
  {
    status: 403,
    says: /can not push artifact to a proxy project: ([^"\\\s]+)/i,
    means: ({ name, thing }, [, project]) => ({
      code: "registry/proxy-project",
      class: "permanent",
      message: `${name} takes no ${thing}: its project ${project} is a proxy cache`,
      hint: "Publish to another project: a proxy cache fills itself from its upstream",
    }),
  },
  {
    status: 401,
    says: /project ([^"\\\s]+) not found/i,
    means: ({ name }, [, project]) => ({
      code: "registry/no-project",
      class: "permanent",
      message: `${name} has no project ${project}`,
      hint: "Create the project, let the config create it, or correct its name there",
    }),
  },
  {
    status: 412,
    says: /PROJECTPOLICYVIOLATION/,
    means: ({ name, thing }) => ({
      code: "registry/policy",
      class: "permanent",
      message: `${name} does not give ${thing} out: a policy of its project holds it back`,
      hint: "Have it scanned or signed as the policy wants, or exempt it in the project's settings; its words are below",
    }),
  },
];

/** What an answer means by its words, where they are known to say more than its status; undefined otherwise. */
export function wordsOf(status: number, body: string, deed: Deed): Failure | undefined {
  for (const words of KNOWN) {
    const match = words.status === status ? words.says.exec(body) : null;
    if (match !== null) return words.means(deed, match);
  }
  return undefined;
}
