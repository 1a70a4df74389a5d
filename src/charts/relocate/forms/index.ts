import type { Form } from "./form.ts";
import { hosts } from "./hosts.ts";
import { k3s } from "./k3s.ts";
import { map } from "./map.ts";
import { mirrorSets } from "./mirror-sets.ts";

export type { Form, FormOptions, Relocation, Written } from "./form.ts";

/** What clusters can be told, by the name that is typed. */
export const forms = { hosts, k3s, "mirror-sets": mirrorSets, map } as const satisfies Readonly<Record<string, Form>>;

export type FormName = keyof typeof forms;
