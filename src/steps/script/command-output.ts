/** What zx gives for a command and throws where it fails. */
export interface CommandOutput extends Error {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Both streams as they came. */
  readonly stdall: string;
}

/** Told by its form and not its class, as a task may bring a zx of its own. */
export function isCommandOutput(value: unknown): value is CommandOutput {
  return value instanceof Error && "exitCode" in value && "signal" in value && "stdall" in value;
}
