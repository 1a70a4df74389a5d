/** What a command may know of the outside: only `cli.ts` makes one from the process. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
  /** The standard input, opened when it is first asked for. */
  readonly input: () => AsyncIterable<Uint8Array | string>;
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  readonly now: () => number;
  /** Of mirror. */
  readonly version: () => string;
  /** Aborted by the first interrupt. */
  readonly stopping: AbortSignal;
  /** Aborted by the second. */
  readonly killed: AbortSignal;
  /** The signal that interrupted, where one did. */
  readonly interruptedBy: () => "SIGINT" | "SIGTERM" | undefined;
}

/** A command line after parsing: options by their long names. */
export interface Arguments {
  readonly names: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

export interface Option {
  readonly name: string;
  readonly short?: string;
  /** The word for its value in help; absent for a flag. */
  readonly value?: string;
  /** May be given more than once. */
  readonly repeated?: "repeated";
  readonly help: string;
}

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** Paragraphs for `mirror help NAME`. */
  readonly details: string;
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  readonly options: readonly Option[];
  /** Gives the exit code. Throws `Failed` or `FailedTogether` for what ends the command as a whole. */
  readonly run: (host: Host, args: Arguments) => Promise<number>;
}
