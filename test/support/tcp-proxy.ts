import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a server that can break its connections, or silently stop forwarding. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private isFrozen = false;
  private bytesLeft = Infinity;
  private isCut = false;

  private constructor(
    private readonly server: Server,
    /** The server's URL, through this proxy. */
    readonly url: string,
  ) {}

  /** @param target the URL of a server on loopback */
  static async to(target: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(target);
    const opened: { wire?: TcpProxy } = {};
    const server = createServer((client) => opened.wire!.join(client, connect(Number(port), hostname)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(target);
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return (opened.wire = new TcpProxy(server, url.href));
  }

  /** Breaks every connection, and every new one at once. */
  cut(): void {
    this.isCut = true;
    this.breakAll();
  }

  mend(): void {
    this.isCut = false;
  }

  /** Stops forwarding, without closing any connection. */
  freeze(): void {
    this.isFrozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Forwards that many more bytes of the server's replies, and drops the rest. */
  swallowAfter(bytes: number): void {
    this.bytesLeft = bytes;
  }

  /** Forwards everything again, including the data that waited. */
  thaw(): void {
    this.isFrozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  /** Serves new connections again; the old ones stay frozen. */
  thawForNewOnes(): void {
    this.isFrozen = false;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.breakAll();
    await closed;
  }

  private join(client: Socket, target: Socket): void {
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (bytes) => {
        if (from === target) this.bytesLeft -= bytes.length;
        if (from === client || this.bytesLeft > 0) to.write(bytes);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.isFrozen) from.pause();
    }
    if (this.isCut) client.destroy();
  }

  private breakAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
