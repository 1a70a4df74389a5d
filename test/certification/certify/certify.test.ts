import assert from "node:assert/strict";
import { suite } from "uvu";
import { failureOf } from "../../../src/failure/index.ts";
import { HOUR, type PyxisRig, startPyxis } from "../../rig/pyxis/index.ts";
import { COMPONENT, index, type Machine, machine, single } from "./rig.ts";

const certification = suite("certification");
const MINUTE = 60_000;
let pyxis: PyxisRig;
let here: Machine;

certification.before.each(async () => {
  pyxis = await startPyxis();
  pyxis.component(COMPONENT, { publicRepository: "seldonio/deploy" });
  here = await machine(pyxis);
});
certification.after.each(async () => {
  await pyxis.stop();
  await here.forget();
});

certification(
  "an image is sent, graded, published, and its tag brought along; each run says what it waits for",
  async () => {
    assert.deepEqual(await here.go(single), {
      kind: "waiting",
      for: "the grading of registry.connect.redhat.com/seldonio/deploy:1.2.1, since 2026-11-26 08:00 UTC",
    });
    pyxis.advance(HOUR);
    assert.match(waitOf(await here.go(single)), /^the grading of .*, since 2026-11-26 08:00 UTC$/);
    pyxis.advance(HOUR);
    assert.match(waitOf(await here.go(single)), /^the publication of .*deploy:1\.2\.1, since 2026-11-26 10:00 UTC$/);
    pyxis.advance(10 * MINUTE);
    assert.match(waitOf(await here.go(single)), /^the tag 1\.2\.1 of .*, since 2026-11-26 10:10 UTC$/);
    pyxis.advance(10 * MINUTE);
    assert.deepEqual(await here.go(single), { kind: "published", effect: "changed" });
    assert.deepEqual(await here.go(single), { kind: "published", effect: "unchanged" });
    assert.equal(here.examined, 1);
    expectOnce(1);
  },
);

certification("what is sent goes in the order of preflight", async () => {
  await here.go(single);
  const id = pyxis.state.images[0]?.id;
  assert.deepEqual(
    pyxis.calls.filter((call) => !call.startsWith("GET")),
    [
      `POST /v1/projects/certification/id/${COMPONENT}/test-results`,
      `PATCH /v1/projects/certification/id/${COMPONENT}`,
      "POST /v1/images",
      `POST /v1/images/id/${id}/rpm-manifest`,
      `POST /v1/projects/certification/id/${COMPONENT}/artifacts`,
      `PATCH /v1/projects/certification/test-results/id/${pyxis.state.results[0]?.id}`,
    ],
  );
  const component = pyxis.state.components.get(COMPONENT);
  assert.equal(component?.certificationStatus, "In Progress");
  assert.equal(component?.repository, `redhat-isv-containers/${COMPONENT}`);
  assert.equal(pyxis.state.results[0]?.image, id);
});

certification("of an index every architecture is sent, and none published before all are graded", async () => {
  await here.go(index);
  pyxis.advance(2 * HOUR);
  const arm64 = pyxis.state.images[1];
  assert.ok(arm64);
  Object.assign(arm64, { createdAt: pyxis.state.now });
  assert.match(waitOf(await here.go(index)), /^the grading of \S+ \(arm64\), since 2026-11-26 10:00 UTC$/);
  assert.equal(pyxis.state.requests.length, 0);
  pyxis.advance(2 * HOUR);
  assert.match(waitOf(await here.go(index)), /^the publication of \S+ \(amd64, arm64\)/);
  pyxis.advance(HOUR);
  await here.go(index);
  pyxis.advance(HOUR);
  assert.equal((await here.go(index)).kind, "published");
  expectOnce(2);
});

certification("interrupted at any call, with or without its effect, it goes on and sends nothing twice", async () => {
  const whole = await callsOfWhole();
  assert.ok(whole > 20, String(whole));
  for (let at = 0; at < whole; at++) {
    for (const effect of ["before", "after"] as const) {
      const memory = at % 2 === 0 ? "kept" : "lost";
      await fresh();
      const broken = await untilPublished({ at, effect, memory });
      assert.ok(broken, `call ${at} was never made`);
      expectOnce(2, `${effect} call ${at}, memory ${memory}`);
    }
  }
});

certification("another machine finds an image published and does nothing", async () => {
  await untilPublished();
  const before = pyxis.calls.length;
  await here.forget();
  assert.deepEqual(await here.go(index), { kind: "published", effect: "unchanged" });
  assert.ok(pyxis.calls.slice(before).every((call) => call.startsWith("GET")));
});

certification("a checklist with something to do is shown, and waited for", async () => {
  const item = { title: "Provide details about your container", status: "incomplete", optional: false, reasons: [] };
  const component = pyxis.component(COMPONENT, {
    checklist: [item, { ...item, title: "Add a logo", optional: true }],
  });
  await here.go(single);
  pyxis.advance(3 * HOUR);
  const waits = waitOf(await here.go(single));
  assert.match(waits, /^the checklist of \S+deploy:1\.2\.1 at http:\S+\/component\/view\/65f0\w+: Provide details/);
  assert.match(waits, /\(incomplete\), since 2026-11-26 11:00 UTC$/);
  assert.doesNotMatch(waits, /logo/);
  assert.equal(pyxis.state.requests.length, 0);
  component.checklist = [{ ...item, status: "completed" }];
  assert.match(waitOf(await here.go(single)), /^the publication/);
});

certification("a portal that does not answer keeps nobody from publishing", async () => {
  await here.go(single);
  pyxis.advance(3 * HOUR);
  pyxis.faults.push({
    when: (call) => call.includes("checklist"),
    at: "before",
    answer: { status: 404, text: "gone" },
  });
  assert.match(waitOf(await here.go(single)), /^the publication/);
  assert.ok(here.said.some((line) => line.includes("checklist")));
});

certification("a grading that fails is an error with the page that says why", async () => {
  pyxis.state.verdicts.grading = "failed";
  await here.go(single);
  pyxis.advance(3 * HOUR);
  const failure = await failureFrom(here.go(single));
  assert.equal(failure.code, "certification/not-certified");
  assert.match(failure.message, /Red Hat's grading of registry\.connect\.redhat\.com\/seldonio\/deploy:1\.2\.1 failed/);
  assert.match(failure.hint ?? "", /\/component\/view\/65f0\w+\/images\/\w+\/scan-results/);
  assert.deepEqual(failure.detail, ["CVE-2026-1234 is critical and has a fix"]);
});

certification("a publication that fails is told once, and asked for anew by the next run", async () => {
  await here.go(single);
  pyxis.advance(3 * HOUR);
  pyxis.state.verdicts.publish = "failed";
  await here.go(single);
  pyxis.advance(HOUR);
  const failure = await failureFrom(here.go(single));
  assert.equal(failure.code, "certification/request-failed");
  assert.deepEqual(failure.detail, ["internal error while copying to the public registry"]);
  assert.equal(pyxis.state.requests.length, 1);
  pyxis.state.verdicts.publish = "completed";
  assert.match(waitOf(await here.go(single)), /^the publication/);
  assert.equal(pyxis.state.requests.length, 2);
});

certification("an image that was deleted there is not taken for the one to publish", async () => {
  await here.go(single);
  const [image] = pyxis.state.images;
  assert.ok(image);
  image.deleted = true;
  await here.forget();
  const failure = await failureFrom(here.go(single));
  assert.equal(failure.code, "certification/deleted");
  assert.match(failure.hint ?? "", /\/component\/view\/65f0\w+\/images/);
});

for (const [said, fault, code, words] of [
  [
    "the key is wrong",
    { status: 401, text: '{"detail":"invalid key"}' },
    "certification/unauthorized",
    /account\/api-keys/,
  ],
  ["the key is another's", { status: 403, text: "{}" }, "certification/forbidden", /organisation that owns/],
  ["the component is unknown", { status: 404, text: "{}" }, "certification/not-found", /manage\/components/],
  [
    "the checks are too old",
    { status: 400, text: '{"detail":"version 1.0 is not recognized"}' },
    "certification/version",
    /Update mirror/,
  ],
  [
    "the service is overloaded",
    { status: 503, text: "<html><h1>busy</h1></html>" },
    "certification/unavailable",
    /Run again later/,
  ],
  ["a proxy answers", { status: 200, text: "<html>log in</html>" }, "certification/no-json", /proxy/],
  ["the connection breaks", "break", "certification/unreachable", /network/],
  ["nothing is answered in time", "silence", "certification/unreachable", /slow at times/],
] as const) {
  certification(`where ${said}, a person reads what to do`, async () => {
    pyxis.faults.push({ when: () => true, at: "before", answer: fault });
    const failure = await failureFrom(here.go(single, { timeoutMs: 300 }));
    assert.equal(failure.code, code);
    assert.match(failure.hint ?? "", words);
    const passes = fault === "break" || fault === "silence" || [200, 503].includes(fault.status);
    assert.equal(failure.class, passes ? "transient" : "permanent");
  });
}

const waitOf = (standing: { kind: string; for?: string }): string => {
  assert.equal(standing.kind, "waiting", JSON.stringify(standing));
  return standing.for ?? "";
};

async function failureFrom(run: Promise<unknown>) {
  const thrown = await run.then(
    () => assert.fail("it went well"),
    (error: unknown) => error,
  );
  return failureOf(thrown);
}

/** Of each image one of everything that is sent or asked for. */
function expectOnce(images: number, what = ""): void {
  const { state } = pyxis;
  const count = (operation: string) => state.requests.filter((request) => request.operation === operation).length;
  assert.equal(state.images.length, images, `images, ${what}`);
  assert.equal(state.results.length, images, `results, ${what}`);
  assert.ok(
    state.results.every(({ image }) => image !== undefined),
    `results without an image, ${what}`,
  );
  assert.equal(state.packages.size, images, `packages, ${what}`);
  assert.equal(count("publish"), images, `publications, ${what}`);
  assert.equal(count("sync-tags"), images, `tags brought along, ${what}`);
  assert.ok(
    state.images.every(({ tags }) => tags.includes("1.2.1")),
    `tags, ${what}`,
  );
}

async function fresh(): Promise<void> {
  await pyxis.stop();
  await here.forget();
  pyxis = await startPyxis();
  pyxis.component(COMPONENT, { publicRepository: "seldonio/deploy" });
  here = await machine(pyxis);
}

/** Runs again and again, an hour apart; true where the break came about. */
async function untilPublished(cut?: {
  readonly at: number;
  readonly effect: "before" | "after";
  readonly memory: "kept" | "lost";
}): Promise<boolean> {
  let calls = 0;
  if (cut !== undefined) {
    pyxis.faults.push({ when: () => calls++ === cut.at, at: cut.effect, answer: "break" });
  }
  for (let run = 0; run < 20; run++) {
    const standing = await here.go(index).catch(async (thrown: unknown) => {
      assert.equal(failureOf(thrown).class, "transient", failureOf(thrown).message);
      if (cut?.memory === "lost") await here.forget();
      return undefined;
    });
    if (standing?.kind === "published") return pyxis.faults.length === 0;
    if (standing !== undefined) pyxis.advance(2 * HOUR);
  }
  assert.fail("it is never published");
}

async function callsOfWhole(): Promise<number> {
  await fresh();
  await untilPublished();
  return pyxis.calls.length;
}

certification.run();
