import helmet from 'helmet';

/** Writes the headers that keep browsers from mischief, for pages: Swagger UI and the queue dashboard. */
export const protectPage = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      // Swagger UI and the queue dashboard set styles from script and show images from data.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      // The clinic may well be tried over plain HTTP on a laptop.
      upgradeInsecureRequests: null,
    },
  },
});

/**
 * The same for answers of the API, which are nothing to look at: what is for documents alone is left out.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
export const protectAnswer = helmet({
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
