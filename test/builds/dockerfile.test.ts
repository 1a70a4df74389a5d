import assert from "node:assert/strict";
import { test } from "uvu";
import { basesOf, withBases } from "../../src/builds/dockerfile.ts";

const bases = (text: string, args: Record<string, string> = {}) =>
  basesOf(text, new Map(Object.entries(args))).map(({ reference }) => reference);

test("FROM lines are found, stages and scratch left out", () => {
  const text = `FROM --platform=$BUILDPLATFORM golang:1.22 AS Build
from scratch as empty
FROM build AS test
FROM ubi8/ubi:8.4
COPY --from=build /a /b
COPY --chown=1 --from=busybox:1.35 /bin/sh /
COPY --from=0 /a /c
RUN --mount=type=bind,from=tools:2,target=/t --mount=type=cache,target=/c make
`;
  assert.deepEqual(bases(text), ["golang:1.22", "ubi8/ubi:8.4", "busybox:1.35", "tools:2"]);
});

test("arguments before the first FROM are put in, and those of the build win", () => {
  const text = `ARG VERSION=1
ARG BASE=core:\${VERSION}
FROM \${BASE}-ubi8
ARG VERSION=9
FROM x:$VERSION
`;
  assert.deepEqual(bases(text), ["core:1-ubi8", "x:1"]);
  assert.deepEqual(bases(text, { VERSION: "2" }), ["core:2-ubi8", "x:2"]);
});

test("an argument without a value leaves its image unknown, and defaults in place count", () => {
  const text = `ARG A
FROM x:$A
FROM y:\${A:-3}
FROM z\${A:+:given}
FROM w:$TARGETARCH
`;
  assert.deepEqual(bases(text), [undefined, "y:3", "z", undefined]);
  assert.deepEqual(bases(text, { A: "1" }), ["x:1", "y:1", "z:given", undefined]);
});

test("comments, continued lines and here-documents are no instructions", () => {
  const text = `# syntax=docker/dockerfile:1
# FROM no:1
FROM \\
  # a comment in between
  yes:1 \\
  AS one
RUN <<EOF
FROM no:2
EOF
RUN echo \\
  FROM no:3
COPY <<-"END" /file
	FROM no:4
	END
FROM yes:2
`;
  assert.deepEqual(bases(text), ["yes:1", "yes:2"]);
});

test("the escape character can be another", () => {
  assert.deepEqual(bases("# escape=`\nFROM `\n  yes:1\nRUN dir C:\\\nFROM yes:2\n"), ["yes:1", "yes:2"]);
});

test("new names stand where the old ones stood, and nothing else changes", () => {
  const text = "ARG V=1\r\nFROM \\\r\n  core:$V AS a # x\r\nCOPY --from=core:$V a b\r\n";
  const names = new Map(basesOf(text, new Map()).map((base, index) => [base, `new${index}`]));
  assert.equal(withBases(text, names), "ARG V=1\r\nFROM \\\r\n  new0 AS a # x\r\nCOPY --from=new1 a b\r\n");
});

test.run();
