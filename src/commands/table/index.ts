import type { Command } from "../command.ts";
import { archive } from "./archive.ts";
import { certify } from "./certify.ts";
import { check } from "./check.ts";
import { diff } from "./diff.ts";
import { graph } from "./graph.ts";
import { images } from "./images.ts";
import { list } from "./list.ts";
import { load } from "./load.ts";
import { pin } from "./pin.ts";
import { plan } from "./plan.ts";
import { relocate } from "./relocate.ts";
import { run } from "./run.ts";
import { save } from "./save.ts";
import { serve } from "./serve.ts";
import { status } from "./status.ts";
import { tags } from "./tags.ts";
import { verify } from "./verify.ts";

/** Every command, in the order of the help. Their code is loaded when they run. */
export const commands: readonly Command[] = [
  run,
  plan,
  status,
  verify,
  pin,
  diff,
  save,
  load,
  archive,
  serve,
  graph,
  list,
  tags,
  images,
  relocate,
  certify,
  check,
];
