/** A word as every POSIX shell reads it back, whatever stands in it but NUL (Shell Command Language, 2.2.2). */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command as a person would type it: quoted only where it must be. For messages and logs. */
export function formatCommand(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(" ");
}
