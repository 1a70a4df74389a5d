import type { BundleCheck, Finding } from "./check.ts";

const PREFIX = "operators.operatorframework.io.bundle";
const FORM = { mediatype: "registry+v1", manifests: "manifests/", metadata: "metadata/" };

/** annotations.yaml says where everything is, and in which channels the bundle is. */
export const metadata: BundleCheck = {
  name: "metadata",
  *judge({ labels, metadata: annotations, channels, defaultChannel }) {
    const finding = (level: Finding["level"], key: string, message: string, hint: string): Finding => ({
      level,
      message,
      hint,
      place: annotations?.placeOf("annotations", key),
    });
    for (const [part, value] of Object.entries(FORM)) {
      const key = `${PREFIX}.${part}.v1`;
      if (labels[key] === value) continue;
      const message = `The annotation ${key} is "${value}" in every bundle of this form, not "${labels[key] ?? ""}"`;
      yield finding("error", key, message, `Write "${value}", or leave it out: mirror adds it`);
    }
    const key = `${PREFIX}.channels.v1`;
    if (channels.length === 0) {
      yield finding("error", key, "The bundle is in no channel", `Add ${key}, or channels in the config`);
    }
    const twice = channels.find((channel, index) => channels.indexOf(channel) < index);
    if (twice !== undefined) yield finding("warning", key, `The channel ${twice} is named twice`, "Remove one of them");
    const usual = `${PREFIX}.channel.default.v1`;
    if (defaultChannel?.trim() === "") {
      yield finding("error", usual, `The annotation ${usual} is empty`, "Name a channel, or remove the annotation");
    } else if (defaultChannel !== undefined && !channels.includes(defaultChannel.trim())) {
      const message = `The default channel ${defaultChannel} is none of the bundle's: ${channels.join(", ")}`;
      yield finding("warning", usual, message, "Name one of them, where no other bundle of the package is in it");
    }
  },
};
