import assert from "node:assert/strict";
import { test } from "uvu";
import { reasonsIn } from "../../../src/certification/preflight/log.ts";

const LOG = `time="2026-01-01T00:00:00Z" level=info msg="running checks for quay.io/team/app:1 for platform amd64"
time="2026-01-01T00:00:00Z" level=debug msg="running check" check=RunAsNonRoot
time="2026-01-01T00:00:00Z" level=info msg="USER 1001 specified that is non-root" check=RunAsNonRoot
time="2026-01-01T00:00:00Z" level=info msg="check completed" check=RunAsNonRoot result=PASSED
time="2026-01-01T00:00:00Z" level=info msg="check completed" check=BasedOnUbi err="Post \\"https://x/\\": refused" result=ERROR
time="2026-01-01T00:00:00Z" level=info msg="running checks for quay.io/team/app:1 for platform s390x"
time="2026-01-01T00:00:00Z" level=debug msg="running check" check=RunAsNonRoot
time="2026-01-01T00:00:00Z" level=info msg="USER other than root is required" check=RunAsNonRoot
time="2026-01-01T00:00:00Z" level=info msg="found disallowed modification in layer" check=HasModifiedFiles file=usr/bin/bash layer=01
`;

test("each architecture has its own reasons: an error, or remarks with their details", () => {
  const [amd64, s390x] = [reasonsIn(LOG, "amd64"), reasonsIn(LOG, "s390x")];
  assert.equal(amd64("BasedOnUbi"), 'Post "https://x/": refused');
  assert.equal(amd64("RunAsNonRoot"), "USER 1001 specified that is non-root");
  assert.equal(s390x("RunAsNonRoot"), "USER other than root is required");
  assert.equal(s390x("HasModifiedFiles"), "found disallowed modification in layer, file usr/bin/bash, layer 01");
  assert.equal(s390x("BasedOnUbi"), undefined);
});

test.run();
