import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Host } from '../config/server-url.js';

/**
 * Errors of a server that takes no writes: not part of the cluster (1047), shutting down (1053), read-only (1290,
 * 1836).
 */
const UNUSABLE = new Set([1047, 1053, 1290, 1836]);
const ERROR_PACKET = 0xff;

/** With TLS, a server must present a trusted certificate for its host name before it receives anything. */
export const VERIFIED_TLS = { rejectUnauthorized: true, verifyIdentity: true } as const;

/** COM_QUIT has no answer. */
function isQuit(packet: Buffer): boolean {
  return packet.length === 5 && packet[4] === 1;
}

/** A network error, so that code waiting for an answer sees a lost connection. */
function connectionLost(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}

/**
 * Makes the connections to the database. All connections of a process go to one server, so that it reads what it has
 * written. If that server is unreachable, silent or unusable, all of them move to the next.
 *
 * Nothing above this class would notice a server that has stopped, or a network that drops every packet. A connection
 * that waits too long for an answer is closed here, so nobody waits for ever.
 */
export class DatabaseServers {
  private current = 0;
  private readonly connections = new Map<Socket, Host>();

  /**
   * @param hosts in the order in which they are tried
   * @param timeoutMs how long an answer may take; longer than one transaction may wait for another
   * @param tls whether mysql2 secures each connection after the server's greeting
   */
  constructor(
    private readonly hosts: readonly Host[],
    private readonly timeoutMs: number,
    private readonly tls: boolean,
  ) {}

  /** Connects to the current server, and writes the name that its certificate must have into `config`. */
  readonly connect = ({ config }: { config: { host: string } }): Socket => {
    const host = this.hosts[this.current]!;
    config.host = host.host;
    const socket = connect({ ...host, noDelay: true, keepAlive: true });
    this.connections.set(socket, host);
    // A load balancer may accept a connection for a server that is down. Only the greeting proves that it is up.
    let hasGreeted = false;
    socket.once('data', () => (hasGreeted = true));
    socket.once('close', () => {
      this.connections.delete(socket);
      if (!hasGreeted) this.failOver(host);
    });
    // With TLS, packets are readable only on the secured socket. Until then `connectTimeout` applies.
    if (!this.tls) this.watch(socket, host);
    return socket;
  };

  /** Watches a connection that was made here and that mysql2 has just secured. */
  watchSecured(secured: TLSSocket): void {
    for (const [{ localPort, remoteAddress }, host] of this.connections) {
      if (localPort === secured.localPort && remoteAddress === secured.remoteAddress)
        this.watch(secured, host);
    }
  }

  /**
   * In MySQL's protocol the server only ever answers, and then to the end. That end is not visible here: the pool
   * clears the timeout when a connection is released.
   */
  private watch(socket: Socket, host: Host): void {
    let isAnswering = false;
    const write = socket.write.bind(socket) as (packet: Uint8Array, ...given: unknown[]) => boolean;
    socket.write = (packet: unknown, ...given: unknown[]) => {
      isAnswering = false;
      if (!isQuit(packet as Buffer)) socket.setTimeout(this.timeoutMs);
      return write(packet as Buffer, ...given);
    };
    socket.on('data', (answer) => {
      isAnswering = true;
      if (answer[4] === ERROR_PACKET && UNUSABLE.has(answer.readUInt16LE(5))) this.failOver(host);
    });
    socket.on('timeout', () => {
      socket.destroy(connectionLost('The database does not answer.'));
      if (!isAnswering) this.failOver(host);
    });
  }

  private failOver(host: Host): void {
    if (this.hosts.length === 1 || this.hosts[this.current] !== host) return;
    this.current = (this.current + 1) % this.hosts.length;
    for (const [socket, to] of this.connections) {
      // Later, because one of them may still be reading the packet that caused this.
      if (to === host)
        setImmediate(() => socket.destroy(connectionLost('The database server is being left.')));
    }
  }
}
