import type { Agent, AgentOptions } from "node:http";
import { isLoopback } from "../reference.ts";

/** The proxies between this machine and registries. */
export interface Proxies {
  /** The proxy that a request goes through, without its password; undefined where it goes directly. */
  readonly nameFor: (url: URL) => Promise<string | undefined>;
  /** Connections through that proxy, kept for the next request; undefined where a request goes directly. */
  readonly agentFor: (url: URL) => Promise<Agent | undefined>;
  readonly close: () => void;
}

/** Whether an environment names proxies: what reads the variables is loaded only where it does. */
export function proxiesIn(env: Readonly<Record<string, string | undefined>>): "environment" | "none" {
  const named = Object.entries(env).some(([name, value]) => /^(?:https?|all)_proxy$/i.test(name) && Boolean(value));
  return named ? "environment" : "none";
}

/** No proxies. */
export const direct: Proxies = {
  nameFor: async () => undefined,
  agentFor: async () => undefined,
  close: () => {},
};

/**
 * Proxies as the environment names them: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either case. What
 * is this machine is reached directly.
 */
export function environmentProxies(options: AgentOptions): Proxies {
  const agents = new Map<string, Promise<Agent>>();
  const made: Agent[] = [];
  const proxyFor = async (url: URL): Promise<string | undefined> => {
    if (isLoopback(url.host)) return undefined;
    const { getProxyForUrl } = await import("proxy-from-env");
    return getProxyForUrl(url.href) || undefined;
  };
  const open = async (url: URL, proxy: string): Promise<Agent> => {
    const agent =
      url.protocol === "https:"
        ? new (await import("https-proxy-agent")).HttpsProxyAgent(proxy, options)
        : new (await import("http-proxy-agent")).HttpProxyAgent(proxy, options);
    made.push(agent);
    return agent;
  };
  return {
    nameFor: async (url) => {
      const proxy = await proxyFor(url);
      return proxy === undefined ? undefined : URL.canParse(proxy) ? new URL(proxy).host : proxy;
    },
    agentFor: async (url) => {
      const proxy = await proxyFor(url);
      if (proxy === undefined) return undefined;
      const key = `${url.protocol} ${proxy}`;
      const agent = agents.get(key) ?? open(url, proxy);
      agents.set(key, agent);
      return agent;
    },
    close: () => {
      for (const agent of made) agent.destroy();
    },
  };
}
