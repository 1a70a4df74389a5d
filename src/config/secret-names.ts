const SECRET_WORDS =
  /(?:^|[_-])(?:token|password|passwd|passphrase|secret|credentials?|api[_-]?key|access[_-]?key|private[_-]?key)(?:$|[_-])/i;

/** True for the name of a variable whose value is nobody's business: `QUAY_TOKEN`, `HARBOR_PASSWORD`, `API_KEY`. */
export const isSecretName = (name: string): boolean => SECRET_WORDS.test(name);
