import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet, { type HelmetOptions } from 'helmet';

/** Security headers for pages: Swagger UI and the queue dashboard. */
export const PAGE_HEADERS = headersOf({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      // Both pages set inline styles from scripts and use data: images.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      // Off, because a clinic may be tried over plain HTTP on a laptop.
      upgradeInsecureRequests: null,
    },
  },
});

/**
 * Security headers for API responses. Those that only matter for documents are left out.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
export const API_HEADERS = headersOf({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"] },
  },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});

/**
 * Runs helmet once, on a stub: its headers never vary, and setting them on Fastify's reply is cheaper than on Node's
 * response.
 */
function headersOf(options: HelmetOptions): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  helmet(options)({} as IncomingMessage, response as unknown as ServerResponse, () => undefined);
  return headers;
}
