import { authProfiles } from "./profiles/auth.ts";
import { downloadProfiles } from "./profiles/downloads.ts";
import { limitProfiles } from "./profiles/limits.ts";
import { manifestProfiles } from "./profiles/manifests.ts";
import { uploadProfiles } from "./profiles/uploads.ts";
import type { Profile } from "./quirk.ts";

/** All profiles by what they are about, in the order of the table in docs/registries.md. */
export const profileGroups: ReadonlyMap<string, readonly Profile[]> = new Map([
  ["Signing in", authProfiles],
  ["Limits and failures", limitProfiles],
  ["Uploads", uploadProfiles],
  ["Downloads", downloadProfiles],
  ["Manifests, tags and repositories", manifestProfiles],
]);

/** A profile by its name. Throws where there is none. */
export function profileNamed(name: string): Profile {
  const profile = [...profileGroups.values()].flat().find((one) => one.name === name);
  if (profile === undefined) throw new Error(`no profile is named ${name}`);
  return profile;
}

export type { Profile, Quirk, Seen } from "./quirk.ts";
export { isBlob, isManifest, isMount, isMountFromElsewhere, isUpload } from "./quirk.ts";
export { type QuirkyRegistry, startQuirkyRegistry } from "./registry.ts";
