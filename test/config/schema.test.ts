import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { test } from "uvu";

const ROOT = join(fileURLToPath(import.meta.url), "../../..");
const SCHEMA = JSON.parse(await readFile(join(ROOT, "schema/mirror.config.schema.json"), "utf8"));

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly type?: string | readonly string[];
}

/** Every key that the schema knows, with its own schema. */
function* keys(path: string, schema: Schema): Generator<[string, Schema]> {
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    yield [`${path}.${key}`, value];
    yield* keys(`${path}.${key}`, value);
  }
}

function* allKeys(): Generator<[string, Schema]> {
  yield* keys("config", SCHEMA);
  for (const [name, schema] of Object.entries<Schema>(SCHEMA.definitions)) {
    yield [name, schema];
    yield* keys(name, schema);
  }
}

const followed = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : SCHEMA.definitions[schema.$ref.replace("#/definitions/", "")];

test("every key has a description, and an example that the schema takes", () => {
  const ajv = new Ajv({ discriminator: true, allowUnionTypes: true });
  ajv.addSchema(SCHEMA, "config");
  const faults: string[] = [];
  let examples = 0;
  for (const [path, written] of allKeys()) {
    const schema = followed(written);
    if ((schema.description ?? "") === "") faults.push(`${path} has no description`);
    // A kind of registry is shown by the examples of "registry".
    if ((schema.examples ?? []).length === 0 && !path.endsWith("Registry")) faults.push(`${path} has no example`);
    const validate = ajv.compile({ definitions: SCHEMA.definitions, ...schema });
    for (const example of schema.examples ?? []) {
      examples++;
      if (!validate(example)) faults.push(`${path}: ${JSON.stringify(example)} ${ajv.errorsText(validate.errors)}`);
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(examples > 80, `${examples} examples`);
});

test("no map takes keys that the schema does not know, except those whose keys are names", () => {
  const open = [...allKeys()]
    .filter(([, schema]) => schema.properties !== undefined && schema.additionalProperties !== false)
    .map(([path]) => path);
  assert.deepEqual(open, []);
});

test("the validator needs no package when it runs", async () => {
  const text = await readFile(join(ROOT, "src/config/validate.gen.ts"), "utf8");
  assert.doesNotMatch(text, /\brequire\(/);
});

test("generating again leaves the generated files alone", async () => {
  const file = join(ROOT, "src/config/validate.gen.ts");
  const before = await stat(file);
  execFileSync(process.execPath, ["build.mjs", "--generate-only"], { cwd: ROOT });
  assert.equal((await stat(file)).mtimeMs, before.mtimeMs);
});

test.run();
