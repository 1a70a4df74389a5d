export type * from "./config.ts";
export { type PathStep, parsePath } from "./document-path.ts";
export { bytesOf } from "./forms.ts";
export { globToTest, isGlob } from "./glob.ts";
export { type ReadOptions, readConfig } from "./read.ts";
export type * from "./reference-set.ts";
export { isSecretName } from "./secret-names.ts";
export { Source as YamlText } from "./source.ts";
export { syntaxFailures } from "./syntax-errors.ts";
