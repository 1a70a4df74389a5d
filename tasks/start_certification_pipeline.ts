import type { TaskContext } from "mirror";
import { bundleOf, needed } from "./lib/bundle.ts";

/**
 * Starts Red Hat's certification pipeline (operator-ci-pipeline) on the cluster that the environment names, for a
 * bundle that stands in a branch of a clone of the catalog's repository, and follows its log to the end.
 *
 *     start_certification_pipeline:
 *       needs: ["bundle:operator", open_pull_request]
 *       run: tasks/start_certification_pipeline.ts
 *       env: { FORK: git@github.com:acme/certified-operators.git, SUBMIT: "false" }
 *
 * Optional: BRANCH, NAMESPACE, UPSTREAM, WORKSPACE (a claim's template, a file), TIMEOUT (as tkn takes it).
 */
export default async function startCertificationPipeline(context: TaskContext): Promise<void> {
  const { $, env, log } = context;
  const bundle = await bundleOf(context);
  const fork = needed(context, "FORK", "git@github.com:acme/certified-operators.git");
  const path = `operators/${bundle.package}/${bundle.version}`;
  const parameters = {
    git_repo_url: fork,
    git_branch: env.BRANCH ?? `${bundle.package}-${bundle.version}`,
    bundle_path: path,
    env: "prod",
    // References are by digest already: the pipeline has nothing to pin, and so nothing to commit.
    pin_digests: "false",
    submit: env.SUBMIT ?? "false",
    ...(env.SUBMIT === "true" && {
      upstream_repo_name: env.UPSTREAM ?? "redhat-openshift-ecosystem/certified-operators",
    }),
  };
  const options = [
    ...Object.entries(parameters).flatMap(([name, value]) => ["--param", `${name}=${value}`]),
    "--workspace",
    `name=pipeline,volumeClaimTemplateFile=${env.WORKSPACE ?? "templates/workspace-template.yml"}`,
    // Without one, Tekton ends a pipeline after an hour; a certification may take longer.
    ...["--pipeline-timeout", env.TIMEOUT ?? "6h"],
    ...(env.NAMESPACE === undefined ? [] : ["--namespace", env.NAMESPACE]),
  ];
  const started = await $`tkn pipeline start operator-ci-pipeline --use-param-defaults ${options} --showlog`;

  // `--showlog` ends well whatever became of the run.
  const run = /PipelineRun started: (\S+)/.exec(started.stdout)?.[1];
  if (run === undefined) throw new Error("tkn did not say which pipeline run it has started");
  const of = env.NAMESPACE === undefined ? [] : ["--namespace", env.NAMESPACE];
  const fields = "{.status.conditions[0].status} {.status.conditions[0].message}";
  const described = await $`tkn pipelinerun describe ${run} ${of} --output ${`jsonpath=${fields}`}`;
  const [status, ...message] = described.stdout.trim().split(" ");
  if (status !== "True") throw new Error(`Pipeline run ${run} of ${path} has failed: ${message.join(" ")}`);
  log(`pipeline run ${run} passed for ${path}`);
}
