/** Pages of Red Hat's partner portal that a person needs, for a portal's address. */
export interface Links {
  readonly keys: string;
  readonly components: string;
  readonly component: (component: string) => string;
  readonly images: (component: string) => string;
  readonly results: (component: string, image: string) => string;
}

/** The links of a portal: `https://connect.redhat.com` unless the config says otherwise. */
export function linksOf(portal: string): Links {
  const component = (id: string) => `${portal}/component/view/${id}`;
  return {
    keys: `${portal}/account/api-keys`,
    components: `${portal}/manage/components`,
    component,
    images: (id) => `${component(id)}/images`,
    results: (id, image) => `${component(id)}/images/${image}/scan-results`,
  };
}
