import type { PublicationState } from "../certification/certify/index.ts";
import type { Registry } from "../config/index.ts";
import { unreachable } from "../failure/index.ts";
import type { Digest } from "../oci/index.ts";
import type { RegistryApi } from "./api.ts";
import { archive } from "./archive.ts";
import { dockerhub } from "./dockerhub.ts";
import { embedded } from "./embedded.ts";
import { harbor } from "./harbor/index.ts";
import type { Preparation, Publication, PublicName } from "./kind.ts";
import { oci } from "./oci.ts";
import { quay } from "./quay.ts";
import { rhcr } from "./rhcr.ts";

/** A registry's own ways, bound to its declaration. */
export interface Ways {
  readonly pushedTo: (publication: Publication) => string;
  readonly publicName: (publication: Publication) => PublicName;
  /** Undefined where pushed is published. */
  readonly stateOf:
    | ((publication: Publication, digest: Digest, signal: AbortSignal) => Promise<PublicationState>)
    | undefined;
  /** Undefined where nothing has to be there before a push. */
  readonly prepare: ((api: RegistryApi, mode: "run" | "plan", signal: AbortSignal) => Promise<Preparation>) | undefined;
}

/** The ways of a declared registry. */
export function waysOf(registry: Registry): Ways {
  switch (registry.type) {
    case "oci":
      return bind(oci, registry);
    case "dockerhub":
      return bind(dockerhub, registry);
    case "harbor":
      return bind(harbor, registry);
    case "quay":
      return bind(quay, registry);
    case "rhcr":
      return bind(rhcr, registry);
    case "embedded":
      return bind(embedded, registry);
    case "archive":
      return bind(archive, registry);
    default:
      return unreachable(registry);
  }
}

interface Bindable<R> {
  readonly pushedTo: (registry: R, publication: Publication) => string;
  readonly publicName: (registry: R, publication: Publication) => PublicName;
  readonly stateOf?: (
    registry: R,
    publication: Publication,
    digest: Digest,
    signal: AbortSignal,
  ) => Promise<PublicationState>;
  readonly prepare?: (registry: R, api: RegistryApi, mode: "run" | "plan", signal: AbortSignal) => Promise<Preparation>;
}

function bind<R>(kind: Bindable<R>, registry: R): Ways {
  const { stateOf, prepare } = kind;
  return {
    pushedTo: (publication) => kind.pushedTo(registry, publication),
    publicName: (publication) => kind.publicName(registry, publication),
    stateOf: stateOf && ((publication, digest, signal) => stateOf(registry, publication, digest, signal)),
    prepare: prepare && ((api, mode, signal) => prepare(registry, api, mode, signal)),
  };
}
