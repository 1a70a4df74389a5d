import type { BundleCheck, Finding } from "./check.ts";

const MEDIA_TYPES = ["image/gif", "image/jpeg", "image/png", "image/svg+xml"];

/** What catalogs show of an operator: provider, maintainers, links, icon (operator-framework/api, "OperatorHub"). */
export const catalogEntry: BundleCheck = {
  name: "catalog-entry",
  *judge({ csv }) {
    const refused = (message: string, hint: string, ...path: (string | number)[]): Finding => ({
      level: "certified",
      message,
      hint,
      place: csv.placeOf(...path),
    });
    if ((csv.textAt("spec", "provider", "name") ?? "").trim() === "") {
      yield refused(`${csv.name} does not name its provider`, "Add spec.provider.name", "spec", "provider");
    }
    for (const [index] of csv.listAt("spec", "maintainers").entries()) {
      const path = ["spec", "maintainers", index];
      const email = csv.textAt(...path, "email");
      if (csv.textAt(...path, "name") === undefined || email === undefined) {
        yield refused("A maintainer has a name and an email", "Add what is missing", ...path);
      } else if (!/^[^\s@<>]+@[^\s@<>]+$|<[^\s@<>]+@[^\s@<>]+>$/.test(email)) {
        yield refused(`"${email}" is no address of a maintainer`, "Correct it", ...path, "email");
      }
    }
    for (const [index] of csv.listAt("spec", "links").entries()) {
      const path = ["spec", "links", index];
      const url = csv.textAt(...path, "url");
      if (csv.textAt(...path, "name") === undefined || url === undefined) {
        yield refused("A link has a name and a url", "Add what is missing", ...path);
      } else if (!/^\/|^[a-z][a-z0-9+.-]*:/i.test(url) || !URL.canParse(url, "https://example.com")) {
        yield refused(`"${url}" is no URL`, "Write it whole, as in https://example.com", ...path, "url");
      }
    }
    yield* icon(csv.listAt("spec", "icon"), refused);
  },
};

function* icon(
  icons: readonly unknown[],
  refused: (message: string, hint: string, ...path: (string | number)[]) => Finding,
): Generator<Finding> {
  if (icons.length === 0) {
    yield { ...refused("There is no icon", "Add spec.icon with base64data and mediatype", "spec"), level: "warning" };
    return;
  }
  if (icons.length > 1) yield refused("An operator has one icon", "Keep one of them", "spec", "icon");
  const { base64data, mediatype } = (icons[0] ?? {}) as { base64data?: unknown; mediatype?: unknown };
  if (!base64data || !mediatype) {
    yield refused("The icon has base64data and a mediatype", "Add what is missing", "spec", "icon", 0);
  } else if (!MEDIA_TYPES.includes(String(mediatype))) {
    const hint = `Use one of ${MEDIA_TYPES.join(", ")}`;
    yield refused(`Catalogs show no icon of the type ${String(mediatype)}`, hint, "spec", "icon", 0, "mediatype");
  }
}
