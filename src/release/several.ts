/** The name of one of several images that one rule makes: `alibi@1.8.5`. No key of a config has an `@` in it. */
export const severalName = (declared: string, tag: string): string => `${declared}@${tag}`;

/** The key under `images` that an image's name comes from. */
export const declaredName = (image: string): string => image.split("@", 1)[0] ?? image;
