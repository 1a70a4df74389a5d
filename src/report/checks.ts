import type { CheckResult, ImageReport, PlatformReport } from "../certification/index.ts";
import { type Color, createPaint, type Paint, type Style } from "./paint.ts";
import { plainLine } from "./width.ts";

const MARKS: Readonly<Record<CheckResult["kind"], { readonly mark: string; readonly style: Style }>> = {
  passed: { mark: "✓", style: "green" },
  failed: { mark: "✗", style: "red" },
  error: { mark: "✗", style: "red" },
  unknown: { mark: "?", style: "yellow" },
};

/**
 * The checklist of an image: each check by what must be so, below those that are not why, and what to do. Ends with a
 * line that counts.
 */
export function renderChecks(report: ImageReport, { color }: { readonly color: Color }): string {
  const { name, digest, policy, judge, platforms, left } = report;
  const paint = createPaint(color);
  const lines = [
    `${paint("bold", plainLine(name))}  ${paint("dim", `${digest}, policy ${policy}, judged by ${judge.name} ${judge.version}`)}`,
    ...platforms.flatMap((platform) => ["", ...platformLines(platform, paint)]),
    ...(left.length === 0 ? [] : ["", paint("dim", `not certified by Red Hat, not looked at: ${left.join(", ")}`)]),
    "",
    summary(report, paint),
  ];
  return `${lines.join("\n")}\n`;
}

function platformLines({ platform, digest, results }: PlatformReport, paint: Paint): readonly string[] {
  const widest = Math.max(...results.map(({ check }) => check.length));
  return [
    `${paint("bold", platform)}  ${paint("dim", digest)}`,
    ...results.flatMap((result) => resultLines(result, widest, paint)),
  ];
}

function resultLines(result: CheckResult, widest: number, paint: Paint): readonly string[] {
  const { mark, style } = MARKS[result.kind];
  const line = `  ${paint(style, mark)} ${result.check.padEnd(widest)}  ${plainLine(result.asks)}`;
  const indent = " ".repeat(6 + widest);
  if (result.kind === "passed") {
    return result.note === undefined ? [line] : [line, `${indent}${paint("dim", plainLine(result.note))}`];
  }
  const because = `${indent}${paint(style, plainLine(result.because))}`;
  return result.kind === "unknown"
    ? [line, because]
    : [line, because, `${indent}${paint("cyan", plainLine(result.remedy))}`];
}

function summary({ outcome, platforms }: ImageReport, paint: Paint): string {
  const results = platforms.flatMap((platform) => platform.results);
  const count = (...kinds: readonly CheckResult["kind"][]): number =>
    results.filter(({ kind }) => kinds.includes(kind)).length;
  const parts = [
    `${count("passed")} of ${results.length} checks passed`,
    ...(count("failed") > 0 ? [`${count("failed")} failed`] : []),
    ...(count("error") > 0 ? [`${count("error")} could not be made and count as failed`] : []),
    ...(count("unknown") > 0 ? [`${count("unknown")} unknown`] : []),
  ];
  const style = { passed: "green", failed: "red", undecided: "yellow" } as const;
  return paint(style[outcome], `${outcome}: ${parts.join(", ")}`);
}
