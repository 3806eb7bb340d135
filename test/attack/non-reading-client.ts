import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Target } from './target.js';

/** The number of bytes that a client sends at once. */
export const BYTES = 64 * 1024;

export const getRequest = (path: string, ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');

/** A client without a token that sends many requests at once and never reads an answer. */
export class NonReadingClient {
  /** The client's port; 0 until it is connected. */
  port = 0;
  private isFlushed = false;
  private readonly socket: Socket;

  constructor({ url }: Target, path: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname).pause();
    this.socket.on('error', () => undefined);
    this.socket.on('connect', () => (this.port = this.socket.localPort!));
    const request = getRequest(path);
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

/**
 * The client ports of the connections that the service holds open, from the kernel's table: a client that does not read
 * does not notice when it is disconnected.
 */
export function openConnections(target: Target): Set<number> {
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
