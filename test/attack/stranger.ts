import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Target } from './target.js';

/** How much one asks at once. */
export const BYTES = 64 * 1024;

export const asking = (path: string, ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');

/** One of those who ask and never read. */
export class Stranger {
  /** Its own port, once it is connected. */
  port = 0;
  private isFlushed = false;
  private readonly socket: Socket;

  constructor({ url }: Target, path: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname).pause();
    this.socket.on('error', () => undefined);
    this.socket.on('connect', () => (this.port = this.socket.localPort!));
    const request = asking(path);
    this.socket.write(request.repeat(BYTES / request.length), (error) => (this.isFlushed = !error));
  }

  get hasSent(): boolean {
    return this.isFlushed && this.socket.bytesWritten > BYTES / 2;
  }

  get hasRead(): boolean {
    return this.socket.bytesRead > 0;
  }

  end(): void {
    this.socket.destroy();
  }
}

/** The connections that the service holds open, by the ports of those who asked: who does not read is not told. */
export function openTo(target: Target): Set<number> {
  const served = Number(new URL(target.url).port);
  const established = '01';
  const ports = ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local!.endsWith(`:${hex(served)}`) && state === established)
    .map(([, , remote]) => parseInt(remote!.split(':')[1]!, 16));
  return new Set(ports);
}

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
