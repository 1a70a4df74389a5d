const AT_START = /^[^a-z0-9]*red[^a-z0-9]*hat/;
const ANYWHERE = /red[^a-z0-9]*hat/g;
const FOR = /for[^a-z0-9]*red[^a-z0-9]*hat/;

/**
 * Whether a name uses "Red Hat" as only Red Hat may. It must not begin with it; within it, it may stand once behind
 * "for", as in "Monitoring for Red Hat OpenShift".
 */
export function violatesTrademark(name: string): boolean {
  const lower = name.toLowerCase();
  if (AT_START.test(lower)) return true;
  const mentions = lower.match(ANYWHERE)?.length ?? 0;
  return mentions > (FOR.test(lower) ? 1 : 0);
}
