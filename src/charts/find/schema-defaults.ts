import { type At, child } from "./at.ts";
import { get, type Node } from "./yaml/node.ts";

/**
 * The defaults of a CustomResourceDefinition's schemas, as the resource would have them where nobody says otherwise:
 * a map of the properties that have one, at any depth. The rest of a definition describes, and names no images.
 */
export function schemaDefaults(definition: At): readonly At[] {
  const spec = get(definition.node, "spec");
  const versions = get(spec, "versions");
  const schemas = [
    { at: at(definition, "spec", "validation"), schema: get(get(spec, "validation"), "openAPIV3Schema") },
    ...(versions?.kind === "list" ? versions.items : []).map((version, index) => ({
      at: at(definition, "spec", "versions", index, "schema"),
      schema: get(get(version, "schema"), "openAPIV3Schema"),
    })),
  ];
  return schemas.flatMap(({ at: up, schema }) => {
    const defaults = defaultsOf(schema);
    return defaults === undefined ? [] : [child(up, "openAPIV3Schema", defaults)];
  });
}

function defaultsOf(schema: Node | undefined): Node | undefined {
  if (schema?.kind !== "map") return undefined;
  const own = get(schema, "default");
  if (own !== undefined) return own;
  const [properties, items] = [get(schema, "properties"), get(schema, "items")];
  if (properties?.kind === "map") {
    const entries = properties.entries.flatMap(({ key, value }) => {
      const below = defaultsOf(value);
      return below === undefined ? [] : [{ key, value: below }];
    });
    if (entries.length > 0) return { kind: "map", entries };
  }
  const item = defaultsOf(items);
  return item === undefined ? undefined : { kind: "list", items: [item] };
}

function at(from: At, ...keys: readonly (string | number)[]): At {
  return keys.reduce<At>((up, key) => child(up, key, get(up.node, String(key)) ?? from.node), from);
}
