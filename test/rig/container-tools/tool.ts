/** A registry as a client is told of it. */
export interface Reached {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Only over TLS, with this certificate; plain HTTP without it. */
  readonly ca?: string;
  readonly user?: { readonly username: string; readonly password: string };
}

export interface HeldImage {
  /** The digest of its config, which docker and podman call its ID. */
  readonly config: string;
  /** The digest under which it was pulled or loaded, where the program keeps it. */
  readonly manifest: string | undefined;
}

/** A program that runs containers, with images in a folder of its own. */
export interface ContainerTool {
  pull(from: Reached, name: string): Promise<void>;
  /** Pulls an image of Docker Hub by the name it has there, from a host that is set up as its mirror. */
  pullFromMirror(host: string, name: string): Promise<void>;
  push(to: Reached, name: string): Promise<void>;
  /** Gives an image another name. */
  tag(name: string, other: string): Promise<void>;
  load(tar: string): Promise<void>;
  /** Writes several images into one tar. */
  save(tar: string, names: readonly string[]): Promise<void>;
  /** An image by its name with the host, for linux/amd64. Throws where there is none. */
  held(name: string): Promise<HeldImage>;
  stop(): Promise<void>;
}
