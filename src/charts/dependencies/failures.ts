import { didYouMean, Failed } from "../../failure/index.ts";

/** A repository has no chart of that name. */
export function unknownChart(repository: string, chart: string, known: readonly string[]): Failed {
  const hint = didYouMean(chart, known);
  return new Failed({
    code: "charts/unknown-chart",
    class: "permanent",
    message: `${repository} has no chart ${chart}`,
    hint: hint ?? "Check the name of the chart and its repository",
  });
}

/** A repository does not have that version of a chart. */
export function unknownVersion(repository: string, chart: string, version: string, newest: readonly string[]): Failed {
  return new Failed({
    code: "charts/unknown-version",
    class: "permanent",
    message: `${repository} has no version ${version === "" ? "at all" : version} of the chart ${chart}`,
    hint: newest.length === 0 ? "Check the chart's name" : `The newest versions there are ${newest.join(", ")}`,
  });
}

/** An archive is not what its repository says of it. */
export function digestMismatch(from: string, expected: string, actual: string): Failed {
  return new Failed({
    code: "charts/digest-mismatch",
    class: "permanent",
    message: `${from} is not the archive that the index of its repository describes`,
    hint: "Look whether the chart was published anew under the same version, or a proxy changes what passes through it",
    detail: [`expected ${expected}`, `received ${actual}`],
  });
}

/** Something is wanted that only the network has. */
export function offline(what: string): Failed {
  return new Failed({
    code: "charts/offline",
    class: "permanent",
    message: `${what} cannot be had offline: the cache does not hold it`,
    hint: "Run once with the network, or bring the cache along",
  });
}
