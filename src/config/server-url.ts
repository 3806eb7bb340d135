import { isIP } from 'node:net';

/** A server and its port. */
export interface Host {
  readonly host: string;
  readonly port: number;
}

/** The address of a service that one or several servers give. */
export interface ServerUrl {
  readonly scheme: string;
  /** In the order in which they are written. */
  readonly hosts: readonly [Host, ...Host[]];
  readonly user: string;
  readonly password: string;
  /** What follows the hosts, by its slashes. */
  readonly path: readonly string[];
}

const SHAPE = /^(?<scheme>[a-z+]+):\/\/(?:[^/@]+@)?(?<hosts>[^/@,]+(?:,[^/@,]+)*)(?:\/(?<path>[\w./-]*))?$/;

/**
 * Reads `scheme://user:password@host:port,host:port/path`. User and password are percent-encoded.
 *
 * @param usualPort of hosts without one
 * @returns undefined if it is none such
 */
export function readServerUrl(url: string, usualPort: number): ServerUrl | undefined {
  const { scheme = '', hosts = '', path = '' } = SHAPE.exec(url)?.groups ?? {};
  // One at a time each makes a URL like any other.
  const single = hosts.split(',').map((host) => url.replace(hosts, () => host));
  if (!hosts || !single.every((each) => URL.canParse(each))) return undefined;
  const urls = single.map((each) => new URL(each));
  const [user, password] = [urls[0]!.username, urls[0]!.password].map(decoded);
  if (user === undefined || password === undefined) return undefined;
  const [first, ...others] = urls.map(({ hostname, port }) => ({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || usualPort,
  }));
  return {
    scheme,
    hosts: [first!, ...others],
    user,
    password,
    path: path.split('/').filter(Boolean),
  };
}

/** Undefined where a percent sign stands for itself. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Where the database is. */
export interface DatabaseUrl extends ServerUrl {
  readonly tls: boolean;
  readonly database: string;
}

/**
 * `mysql://user:password@host:3306/clinica`, or several hosts of one cluster, the preferred one first; `mysqls` for TLS,
 * with the names that the servers' certificates are for.
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

/** Where Redis is: at a host, or wherever the sentinels say that the master of that name is. */
export interface RedisUrl extends ServerUrl {
  readonly tls: boolean;
  readonly master?: string;
  readonly db: number;
}

/** `redis://host:6379/0`, or `redis+sentinel://sentinel:26379,sentinel:26379/master/0`; `rediss` for TLS. */
export function readRedisUrl(url: string): RedisUrl | undefined {
  const withSentinels = /^rediss?\+sentinel:/.test(url);
  const read = readServerUrl(url, withSentinels ? 26379 : 6379);
  const [master, db = '0', ...more] = withSentinels ? (read?.path ?? []) : ['', ...(read?.path ?? [])];
  if (!read || master === undefined || !/^\d+$/.test(db) || more.length > 0) return undefined;
  if (!/^rediss?(\+sentinel)?$/.test(read.scheme) || (!withSentinels && read.hosts.length > 1))
    return undefined;
  return { ...read, tls: read.scheme.startsWith('rediss'), db: Number(db), ...(withSentinels && { master }) };
}
