import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A stretch of network in front of a server: it can be cut, or stop to carry anything without anybody noticing. */
export class Wire {
  private readonly sockets = new Set<Socket>();
  private frozen = false;
  private swallowing = Infinity;
  private isCut = false;

  private constructor(
    private readonly server: Server,
    /** The server's address, but through this wire. */
    readonly url: string,
  ) {}

  /** @param target the address of a server on loopback */
  static async to(target: string): Promise<Wire> {
    const { hostname, port } = new URL(target);
    const laid: { wire?: Wire } = {};
    const server = createServer((near) => laid.wire!.join(near, connect(Number(port), hostname)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(target);
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return (laid.wire = new Wire(server, url.href));
  }

  /** Breaks every connection, and every new one. */
  cut(): void {
    this.isCut = true;
    this.breakAll();
  }

  mend(): void {
    this.isCut = false;
  }

  /** Carries nothing any more, and says nothing about it. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Carries so many more bytes of the server's answers, and nothing after that. */
  swallowAfter(bytes: number): void {
    this.swallowing = bytes;
  }

  /** Carries everything again, also what was waiting. */
  thaw(): void {
    this.frozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  /** Carries new connections again; the old ones stay silent for ever. */
  thawForNewOnes(): void {
    this.frozen = false;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.breakAll();
    await closed;
  }

  private join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (bytes) => {
        if (from === far) this.swallowing -= bytes.length;
        if (from === near || this.swallowing > 0) to.write(bytes);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.frozen) from.pause();
    }
    if (this.isCut) near.destroy();
  }

  private breakAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
