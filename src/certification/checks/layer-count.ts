import { type Check, failed, passed } from "./check.ts";

const MOST = 40;

/** Passes with at most 40 layers. */
export const layerCount: Check = {
  name: "LayerCountAcceptable",
  asks: `it has at most ${MOST} layers`,
  remedy: "Combine RUN and COPY lines of the Dockerfile, or build with --squash",
  judge: ({ manifest: { layers } }) => (layers.length <= MOST ? passed() : failed(`it has ${layers.length} layers`)),
};
