import { argument } from "./argument.ts";
import { chartAnnotation } from "./chart-annotation.ts";
import { container, imageVolume } from "./container.ts";
import { csv } from "./csv.ts";
import { dockerImage, env, imageKey, imageLikeKey, imageList } from "./image-key.ts";
import { likely, words } from "./likely.ts";
import type { Rule } from "./rule.ts";
import { splitEnv, splitMap } from "./split.ts";

/** Every rule, in the order in which a text is offered to them: the more a rule knows, the earlier it is asked. */
export const rules: readonly Rule[] = [
  csv,
  chartAnnotation,
  container,
  imageVolume,
  dockerImage,
  splitMap,
  splitEnv,
  imageKey,
  imageLikeKey,
  imageList,
  env,
  argument,
  likely,
  words,
];
