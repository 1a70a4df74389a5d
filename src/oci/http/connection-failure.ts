import { Failed, type FailureClass } from "../../failure/index.ts";

/** Errors of a connection after which the same request may succeed at once or a little later. */
const PASSING = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ECONNABORTED",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ERR_STREAM_PREMATURE_CLOSE",
  "HPE_INVALID_EOF_STATE",
]);

/** True where a request is worth sending again after this error. */
export const isPassing = (error: unknown): boolean =>
  PASSING.has(codeOf(error instanceof Failed ? error.cause : error));

/**
 * What an error of a connection means, in words. A `Failed` is given back as it is; where the caller has cancelled,
 * that is what it means. `proxy` is the one between here and there.
 */
export function connectionFailure(error: unknown, url: URL, signal?: AbortSignal, proxy?: string): Failed {
  if (signal?.aborted === true) return cancelled();
  if (error instanceof Failed) return error;
  const code = codeOf(error);
  const [why, hint, kind] = explain(code, url, error);
  const [through, look] =
    proxy === undefined
      ? ["", hint]
      : [` through the proxy ${proxy}`, `Check the proxy (HTTPS_PROXY, HTTP_PROXY), or except this host with NO_PROXY`];
  return new Failed(
    {
      code: "registry/unreachable",
      class: kind,
      message: `${url.host} cannot be reached${through}: ${why}`,
      hint: look,
    },
    { cause: error },
  );
}

/** What is thrown where a caller's signal was aborted. */
export function cancelled(): Failed {
  return new Failed({ code: "oci/cancelled", class: "cancelled", message: "Interrupted before it was done" });
}

function explain(code: string, url: URL, error: unknown): [why: string, hint: string, kind: FailureClass] {
  switch (code) {
    case "ECONNREFUSED":
      return [
        "nothing listens there",
        "Start the registry, or correct the host and port in the config",
        // A registry that is being restarted refuses for a while.
        "transient",
      ];
    case "ENOTFOUND":
      return ["the name is not known", "Check the spelling of the host, and the DNS of this machine", "permanent"];
    case "EAI_AGAIN":
      return ["its name cannot be looked up at the moment", "Check the DNS of this machine", "transient"];
    case "ETIMEDOUT":
      return ["it did not answer in time", "Check the network, firewall and proxy between here and there", "transient"];
    case "EPROTO":
      return [
        "it does not speak TLS there",
        "Write scheme: http in the config if this registry has no TLS",
        "permanent",
      ];
    case "EPRIVATE":
      return [
        "a public registry referred to this private address",
        "Name the registry by its private address if it really stands in this network",
        "permanent",
      ];
    default:
      if (isCertificateError(code)) {
        return [
          `its certificate is not trusted (${code})`,
          `Name the certificate authority of ${url.hostname} in the config, as in ca: certs/ca.pem`,
          "permanent",
        ];
      }
      return [
        `${code === "" ? messageOf(error) : `the connection broke (${code})`}`,
        "Run again; what has arrived is not sent twice",
        "transient",
      ];
  }
}

const isCertificateError = (code: string): boolean =>
  code.startsWith("CERT_") ||
  code.startsWith("ERR_TLS_CERT") ||
  code.includes("SELF_SIGNED_CERT") ||
  code.startsWith("UNABLE_TO_");

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The system's code; of several addresses tried at once, that of the first. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return "";
  return code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG" ? "EPROTO" : code;
}
