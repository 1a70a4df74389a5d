import type { ReleaseImage } from "./mlrun-images.ts";

/** A place where a chart can hide an image, as a template with the image in it. */
type HidingPlace = (name: string, image: Parts) => string;

interface Parts {
  /** `host/path:tag`, without the host where that is Docker Hub. */
  readonly written: string;
  readonly repository: string;
  readonly tag: string;
}

const pod = (name: string, rest: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec:\n${rest.replace(/^/gm, "  ")}\n`;
const main = (name: string, rest: string): string =>
  pod(name, `containers:\n- name: main\n  image: docker.io/library/postgres:16.2\n${rest.replace(/^/gm, "  ")}`);
const custom = (name: string, spec: string): string =>
  `apiVersion: example.com/v1\nkind: Toy\nmetadata: { name: ${name} }\nspec:\n${spec.replace(/^/gm, "  ")}\n`;
const config = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata:\n${data.replace(/^/gm, "  ")}\n`;

/** Every way in which a list by grep loses an image, and a few more. */
const places: readonly HidingPlace[] = [
  (name, { written }) => pod(name, `containers:\n- image: ${written}\n  name: main`),
  (name, { written }) => pod(name, `containers: []\ninitContainers:\n- { name: init, image: "${written}" }`),
  (name, { written }) => pod(name, `containers: []\nephemeralContainers:\n- { name: debug, image: '${written}' }`),
  (name, { written }) =>
    `apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: ${name} }\nspec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: main, image: "${written}" }] } } } } }\n`,
  (name, { written }) =>
    `apiVersion: batch/v1\nkind: Job\nmetadata: { name: ${name}, annotations: { helm.sh/hook: pre-install } }\nspec: { template: { spec: { containers: [{ name: main, image: "${written}" }] } } }\n`,
  (name, { written }) => custom(name, `image: ${written}`),
  (name, { repository, tag }) => custom(name, `server: { image: { repository: ${repository}, tag: "${tag}" } }`),
  (name, { written }) => main(name, `args:\n- --executor-image\n- ${written}`),
  (name, { written }) => main(name, `args: ["--default-base-image=${written}"]`),
  (name, { written }) => main(name, `env: [{ name: RELATED_IMAGE_${name.toUpperCase()}, value: "${written}" }]`),
  (name, { repository, tag }) =>
    main(name, `env: [{ name: APP_IMAGE, value: "${repository}" }, { name: APP_IMAGE_TAG, value: "${tag}" }]`),
  (name, { written }) => config(name, `cacheImage: "${written}"`),
  (name, { repository, tag }) => config(name, `X_APP_IMAGE: ${repository}\nX_APP_IMAGE_TAG: "${tag}"`),
  (name, { written }) => config(name, `config.yaml: |\n  executor:\n    image: ${written}`),
  (name, { written }) => config(name, `config.json: '{"workers": [{"image": "${written}"}]}'`),
  (name, { written }) =>
    `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name} }\nstringData:\n  pod.yaml: |\n    containers:\n    - image: ${written}\n`,
  (name, { written }) =>
    `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: ${name}.example.com }\nspec: { versions: [{ schema: { openAPIV3Schema: { properties: { image: { default: "${written}" } } } } }] }\n`,
];

/** The files of a chart that names these images, each in another hiding place than the one before. */
export function hidingChart(images: readonly ReleaseImage[]): Record<string, string> {
  const templates = images.map(({ from, tag }, index) => {
    const repository = from.replace(/^docker\.io\/(?:library\/)?/, "");
    const hide = places[index % places.length];
    const text = hide?.(`p${index}`, { repository, tag, written: `${repository}:${tag}` }) ?? "";
    return [`templates/p${index}.yaml`, text] as const;
  });
  return { "Chart.yaml": "apiVersion: v2\nname: hiding\nversion: 0.6.3\n", ...Object.fromEntries(templates) };
}
