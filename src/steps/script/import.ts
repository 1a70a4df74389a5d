/**
 * Node's `import()` of a package or a file by its URL. A file of its own in the built program, too, loaded by Node: the
 * program's other files are CommonJS, where what they `import()` is required.
 */
export function importModule<Module extends object>(name: string): Promise<Module> {
  return import(name);
}
