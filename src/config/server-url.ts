import { isIP } from 'node:net';

/** A server and its port. */
export interface Host {
  readonly host: string;
  readonly port: number;
}

/** A parsed URL of one or several servers. */
export interface ServerUrl {
  readonly scheme: string;
  /** In the order of the URL. */
  readonly hosts: readonly [Host, ...Host[]];
  readonly user: string;
  readonly password: string;
  /** The path's segments. */
  readonly path: readonly string[];
}

const SHAPE = /^(?<scheme>[a-z+]+):\/\/(?:[^/@]+@)?(?<hosts>[^/@,]+(?:,[^/@,]+)*)(?:\/(?<path>[\w./-]*))?$/;

/**
 * Parses `scheme://user:password@host:port,host:port/path`. User and password are percent-encoded.
 *
 * @param defaultPort of hosts without one
 * @returns undefined if the URL is invalid
 */
export function readServerUrl(url: string, defaultPort: number): ServerUrl | undefined {
  const { scheme = '', hosts = '', path = '' } = SHAPE.exec(url)?.groups ?? {};
  // With one host at a time, each is an ordinary URL.
  const single = hosts.split(',').map((host) => url.replace(hosts, () => host));
  if (!hosts || !single.every((each) => URL.canParse(each))) return undefined;
  const urls = single.map((each) => new URL(each));
  const [user, password] = [urls[0]!.username, urls[0]!.password].map(decoded);
  if (user === undefined || password === undefined) return undefined;
  const [first, ...others] = urls.map(({ hostname, port }) => ({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || defaultPort,
  }));
  return {
    scheme,
    hosts: [first!, ...others],
    user,
    password,
    path: path.split('/').filter(Boolean),
  };
}

/** Undefined if a percent sign does not encode a character. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The location of the database. */
export interface DatabaseUrl extends ServerUrl {
  readonly tls: boolean;
  readonly database: string;
}

/**
 * Parses `mysql://user:password@host:3306/clinica`, or several hosts of a cluster, the preferred one first; `mysqls`
 * for TLS, which requires the host names in the servers' certificates. `undefined` if the URL is invalid.
 */
export function readDatabaseUrl(url: string): DatabaseUrl | undefined {
  const read = readServerUrl(url, 3306);
  const [database = '', ...more] = read?.path ?? [];
  if (!read || !/^mysqls?$/.test(read.scheme) || !/^[\w-]+$/.test(database) || more.length > 0)
    return undefined;
  const tls = read.scheme === 'mysqls';
  if (tls && read.hosts.some(({ host }) => isIP(host))) return undefined;
  return { ...read, tls, database };
}

/** The location of Redis: a host, or sentinels and the name of the master that they know. */
export interface RedisUrl extends ServerUrl {
  readonly tls: boolean;
  readonly master?: string;
  readonly db: number;
}

/**
 * Parses `redis://host:6379/0` or `redis+sentinel://sentinel:26379,sentinel:26379/master/0`; `rediss` for TLS.
 * `undefined` if the URL is invalid.
 */
export function readRedisUrl(url: string): RedisUrl | undefined {
  const hasSentinels = /^rediss?\+sentinel:/.test(url);
  const read = readServerUrl(url, hasSentinels ? 26379 : 6379);
  const [master, db = '0', ...more] = hasSentinels ? (read?.path ?? []) : ['', ...(read?.path ?? [])];
  if (!read || master === undefined || !/^\d+$/.test(db) || more.length > 0) return undefined;
  if (!/^rediss?(\+sentinel)?$/.test(read.scheme) || (!hasSentinels && read.hosts.length > 1))
    return undefined;
  return { ...read, tls: read.scheme.startsWith('rediss'), db: Number(db), ...(hasSentinels && { master }) };
}
