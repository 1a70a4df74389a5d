import type { Http } from "../../oci/http/index.ts";
import type { Credentials, Digest, ImageSource, RegistryClient } from "../../oci/index.ts";
import type { Redirects } from "./redirects.ts";
import type { Store } from "./store.ts";

/** Where charts come from: an HTTP repository, a registry, or a folder. */
export interface ChartRepository {
  /** For messages. */
  readonly name: string;
  /** The versions of a chart. Throws `Failed` (`charts/unknown-chart`) with the nearest name. */
  readonly versions: (chart: string) => Promise<readonly string[]>;
  /**
   * A version of a chart; in a registry the artifact of that digest, where one is given. Throws `Failed`
   * (`charts/unknown-version`, `charts/digest-mismatch`).
   */
  readonly fetch: (chart: string, version: string, artifact?: Digest) => Promise<FetchedChart>;
}

export type FetchedChart =
  | {
      readonly kind: "archive";
      readonly bytes: Uint8Array;
      readonly digest: Digest;
      readonly from: string;
      /** Asks for its provenance file; throws `Failed` (`charts/not-found`) where there is none. */
      readonly provenance?: () => Promise<Uint8Array | undefined>;
      /** As it stands in a registry. */
      readonly artifact?: { readonly source: ImageSource; readonly repository: string; readonly digest: Digest };
    }
  | { readonly kind: "folder"; readonly folder: string; readonly from: string };

/** Where charts of a registry are read, as `Connections.source` gives it. */
export type RegistryFor = (
  host: string,
  repository: string,
) => Promise<{
  readonly registry: Pick<RegistryClient, "name" | "getManifest" | "openBlob" | "listTags">;
  readonly repository: string;
}>;

/** What every kind of repository needs to be asked. */
export interface Asking {
  readonly store: Store;
  readonly redirects: Redirects;
  readonly network: "online" | "offline";
  readonly http: Http;
  /** Asked for a URL whose server wants credentials, and not before. */
  readonly credentials: (url: URL) => Promise<Credentials | undefined>;
  readonly registryFor: RegistryFor;
  readonly signal: AbortSignal;
}
