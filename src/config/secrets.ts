/** During a key rotation there are two: the new one and the former one. */
const MAX_SECRETS = 2;

/** The secrets in `JWT_SECRET`, the new one first: `new` or `new,former`. `undefined` if the text is invalid. Pure. */
export function readSecrets(text: string): string[] | undefined {
  const secrets = text.split(',').map((secret) => secret.trim());
  return secrets.length <= MAX_SECRETS && secrets.every((secret) => secret !== '') ? secrets : undefined;
}
