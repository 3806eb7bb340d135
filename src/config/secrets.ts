/** While keys are rotated there are the new one and the former one. */
const MOST = 2;

/**
 * The secrets in the text of `JWT_SECRET`, the new one first: `new` or `new,former`. `undefined` where one is empty, or
 * there are more. Pure.
 */
export function readSecrets(text: string): string[] | undefined {
  const secrets = text.split(',').map((secret) => secret.trim());
  return secrets.length <= MOST && secrets.every((secret) => secret !== '') ? secrets : undefined;
}
