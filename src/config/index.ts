export type * from "./config.ts";
export { globToTest, isGlob } from "./glob.ts";
export { type ReadOptions, readConfig } from "./read.ts";
export { isSecretName } from "./secret-names.ts";
export { Source as YamlText } from "./source.ts";
export { syntaxFailures } from "./syntax-errors.ts";
