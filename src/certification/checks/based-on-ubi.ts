import { type Check, failed, passed } from "./check.ts";

/** A tar of nothing, which builders of old added for every line: any image may have it. */
const EMPTY_LAYER = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

/** Passes where one of its layers is the top of an image in Red Hat's registry. */
export const basedOnUbi: Check = {
  name: "BasedOnUbi",
  asks: "it is built on a Red Hat Universal Base Image",
  remedy:
    "Build FROM registry.access.redhat.com/ubi9/ubi-minimal or another base image of Red Hat, and do not squash it",
  async judge({ config, ubi }) {
    const answer = await ubi(config.diffIds.filter((layer) => layer !== EMPTY_LAYER));
    if (answer.kind === "unasked") return { kind: "unknown", because: answer.because };
    return answer.kind === "yes" ? passed() : failed("none of its layers is the top of an image of Red Hat");
  },
};
