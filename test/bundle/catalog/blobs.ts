/** What tests look at in a file-based catalog. */
export interface Blob {
  readonly schema: string;
  readonly name: string;
  readonly package?: string;
  readonly image?: string;
  readonly defaultChannel?: string;
  readonly entries?: readonly { readonly name: string; readonly replaces?: string; readonly skipRange?: string }[];
  readonly properties?: readonly { readonly type: string; readonly value: unknown }[];
  readonly relatedImages?: readonly { readonly name: string; readonly image: string }[];
}

/** The JSON documents of a catalog's file, one behind the other. */
export const catalogBlobs = (text: string): readonly Blob[] =>
  text
    .split(/\n(?=\{)/)
    .filter((part) => part.trim() !== "")
    .map((part) => JSON.parse(part) as Blob);
