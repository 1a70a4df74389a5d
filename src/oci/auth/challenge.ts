/** One way in that a server offers (RFC 9110, 11.6.1). Scheme and parameter names are in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads `WWW-Authenticate` headers, of which there may be several, each with several challenges. What cannot be read
 * is passed over: a challenge that we do not understand must not hide one that we do.
 */
export function parseChallenges(headers: readonly string[]): Challenge[] {
  return headers.flatMap(parseHeader);
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const UNQUOTED = /[^\s,"]+/y;
const SEPARATORS = /[\s,]+/y;
const SPACES = /[ \t]*/y;
const EQUALS = /[ \t]*=[ \t]*/y;

function parseHeader(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const text = new Scanner(header);
  while (!text.atEnd()) {
    if (text.take(SEPARATORS) !== undefined) continue;
    const word = text.take(TOKEN);
    if (word === undefined) {
      text.skip();
      continue;
    }
    const last = challenges.at(-1);
    // A word before "=" is a parameter of the challenge before it; any other begins a challenge.
    if (last !== undefined && text.take(EQUALS) !== undefined) {
      last.parameters.set(word.toLowerCase(), parseValue(text));
      continue;
    }
    challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
    text.take(SPACES);
    skipToken68(text);
  }
  return challenges;
}

function parseValue(text: Scanner): string {
  const quoted = text.take(QUOTED);
  if (quoted !== undefined) return quoted.slice(1, -1).replace(/\\(.)/g, "$1");
  return text.take(UNQUOTED) ?? "";
}

/** `Negotiate YII…==`: opaque data in place of parameters. A word that is followed by another is a scheme of its own. */
function skipToken68(text: Scanner): void {
  const start = text.position;
  const opaque = text.take(TOKEN68);
  if (opaque !== undefined && !opaque.endsWith("=") && opaque.length < 16) text.position = start;
}

class Scanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  atEnd(): boolean {
    return this.position >= this.text.length;
  }

  skip(): void {
    this.position += 1;
  }

  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.position = pattern.lastIndex;
    return match[0];
  }
}
