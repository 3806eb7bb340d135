import type { FastifyRequest } from 'fastify';
import { Forbidden } from '../errors/domain-error.js';

/** @throws Forbidden for a change that another site's page sends through an admin's browser */
export function assertSameOrigin(request: FastifyRequest): void {
  if (!isReadOnly(request) && isCrossOrigin(request)) throw crossOrigin();
}

const isReadOnly = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

/**
 * Whether a page of another origin sent the request, by the browser's headers: browsers add the password to such
 * requests.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html#fetch-metadata-headers
 */
function isCrossOrigin({ headers, host }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin';
  const { origin } = headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}

function crossOrigin(): Forbidden {
  return new Forbidden('CROSS_ORIGIN', 'Only the dashboard itself may change something here.');
}
