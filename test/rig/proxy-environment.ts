const NAMES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] as const;

/** Runs with these variables and no other proxies, as a user's shell would have them. */
export async function withProxyEnvironment<Value>(
  env: Partial<Record<(typeof NAMES)[number], string>>,
  work: () => Promise<Value>,
): Promise<Value> {
  const all = NAMES.flatMap((name) => [name, name.toLowerCase()]);
  const before = all.map((name) => [name, process.env[name]] as const);
  for (const name of all) delete process.env[name];
  Object.assign(process.env, env);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
