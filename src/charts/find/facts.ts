import { get, type Node, textOf } from "./yaml/node.ts";

/** What a document says of itself. */
export interface Facts {
  readonly source: string;
  /** The chart's file it was rendered from, where helm's comment or the source's own name tells it. */
  readonly template: string | undefined;
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  /** A hook runs beside the release, a test on demand only: both may pull images that the release itself does not. */
  readonly role: "resource" | "hook" | "test";
  /** What the image is part of: the labels' name and component, the chart, or the document itself. */
  readonly component: string;
}

/** Reads what a document says of itself. */
export function factsOf(root: Node, source: string, template: string | undefined): Facts {
  const metadata = get(root, "metadata");
  const chart = metadata === undefined ? textOf(get(root, "name")) : undefined;
  const kind = textOf(get(root, "kind")) ?? (chart === undefined ? undefined : "Chart");
  const name = textOf(get(metadata, "name")) ?? chart;
  return {
    source,
    template,
    kind,
    name,
    namespace: textOf(get(metadata, "namespace")),
    role: roleOf(textOf(get(get(metadata, "annotations"), "helm.sh/hook"))),
    component: componentOf(get(metadata, "labels"), template ?? source) ?? (name === undefined ? source : name),
  };
}

function roleOf(hook: string | undefined): Facts["role"] {
  if (hook === undefined) return "resource";
  return hook.split(",").every((event) => event.trim().startsWith("test")) ? "test" : "hook";
}

function componentOf(labels: Node | undefined, template: string): string | undefined {
  const label = (key: string): string | undefined => textOf(get(labels, key)) || undefined;
  const named = [label("app.kubernetes.io/name"), label("app.kubernetes.io/component")];
  const parts = [...new Set(named.filter((part) => part !== undefined))];
  if (parts.length > 0) return parts.join("/");
  return label("app") ?? label("k8s-app") ?? chartOf(template) ?? label("helm.sh/chart")?.replace(/-v?\d+\..*$/, "");
}

/** The innermost chart of a path such as `mlrun-ce/charts/mlrun/templates/api.yaml`. */
export function chartOf(path: string): string | undefined {
  return /(?:^|\/)([^/]+)\/(?:templates|crds|Chart\.yaml$)/.exec(path.replace(/^.*\/charts\//, ""))?.[1];
}
