import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Host } from '../config/server-url.js';

/** A server that says so cannot be written to: no part of the cluster (1047), shutting down (1053), read-only. */
const NO_USE = new Set([1047, 1053, 1290, 1836]);
const ERROR_PACKET = 0xff;

/** What a server with TLS must show before it is told anything: a certificate to be trusted, for the name it goes by. */
export const VERIFIED = { rejectUnauthorized: true, verifyIdentity: true } as const;

/** COM_QUIT: nobody answers that. */
function isFarewell(packet: Buffer): boolean {
  return packet.length === 5 && packet[4] === 1;
}

/** As a network error, so that whoever waits for an answer hears of a connection that is lost. */
function lost(what: string): Error {
  return Object.assign(new Error(what), { code: 'ETIMEDOUT' });
}

/**
 * Makes the connections to the database. All of a process go to one server, so that it reads what it has written;
 * when that server cannot be reached, says nothing or is of no use, all leave it for the next.
 *
 * Nothing above it would notice a server that has stopped, or a network that swallows everything: a connection on
 * which a question has no answer for a while is broken here, so that nobody waits for ever.
 */
export class DatabaseServers {
  private current = 0;
  private readonly connections = new Map<Socket, Host>();

  /**
   * @param hosts in the order in which they are tried
   * @param patienceMs how long an answer may take; longer than the database lets one transaction wait for another
   * @param tls whether the connections are to be secured by who asked for them (mysql2, once it was greeted)
   */
  constructor(
    private readonly hosts: readonly Host[],
    private readonly patienceMs: number,
    private readonly tls: boolean,
  ) {}

  /** A new connection to the server in use. Who asks for it is told the name that the certificate must be for. */
  readonly connect = ({ config }: { config: { host: string } }): Socket => {
    const host = this.hosts[this.current]!;
    config.host = host.host;
    const socket = connect({ ...host, noDelay: true, keepAlive: true });
    this.connections.set(socket, host);
    // A balancer may accept the connection for a server that is not there: only its greeting tells.
    let greeted = false;
    socket.once('data', () => (greeted = true));
    socket.once('close', () => {
      this.connections.delete(socket);
      if (!greeted) this.leave(host);
    });
    // What is secured later can be read only above: until then the time to connect is limited.
    if (!this.tls) this.watch(socket, host);
    return socket;
  };

  /** Watches a connection from here on that was made here and has been secured since. */
  watchSecured(secured: TLSSocket): void {
    for (const [{ localPort, remoteAddress }, host] of this.connections) {
      if (localPort === secured.localPort && remoteAddress === secured.remoteAddress)
        this.watch(secured, host);
    }
  }

  /**
   * In MySQL's protocol the server speaks only when it was spoken to, and then it must, to the end. Where that is
   * cannot be told from here: the pool calls `rest` when nobody uses the connection any more.
   */
  private watch(socket: Socket, host: Host): void {
    let hasBegun = false;
    const write = socket.write.bind(socket) as (packet: Uint8Array, ...given: unknown[]) => boolean;
    socket.write = (packet: unknown, ...given: unknown[]) => {
      hasBegun = false;
      if (!isFarewell(packet as Buffer)) socket.setTimeout(this.patienceMs);
      return write(packet as Buffer, ...given);
    };
    socket.on('data', (answer) => {
      hasBegun = true;
      if (answer[4] === ERROR_PACKET && NO_USE.has(answer.readUInt16LE(5))) this.leave(host);
    });
    socket.on('timeout', () => {
      socket.destroy(lost('The database does not answer.'));
      if (!hasBegun) this.leave(host);
    });
  }

  private leave(host: Host): void {
    if (this.hosts.length === 1 || this.hosts[this.current] !== host) return;
    this.current = (this.current + 1) % this.hosts.length;
    for (const [socket, to] of this.connections) {
      // In the next turn, since one of them may just be reading what made us leave.
      if (to === host) setImmediate(() => socket.destroy(lost('The database server is being left.')));
    }
  }
}
