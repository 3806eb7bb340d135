import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

// Compared with the end of a packet, because MySQL puts attributes between the command and the text.
const COMMIT = Buffer.from('COMMIT');

/** A proxy in front of the database that can be slow, or break at the worst moment. */
export class Link {
  /** Delay of each packet in each direction, in milliseconds. */
  delayMs = 0;
  /** Every n-th COMMIT loses its acknowledgement and the connection; 0 for none. */
  cutEveryNthCommit = 0;
  /** The number of COMMITs cut so far. */
  cuts = 0;
  private commits = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (near) => this.connectBoth(near, connect(this.target, '127.0.0.1')));
  }

  static async to(port: number): Promise<Link> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Link(server, port);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private connectBoth(near: Socket, far: Socket): void {
    let cutNext = false;
    this.forward(near, far, (packet) => {
      if (packet.subarray(-COMMIT.length).equals(COMMIT)) cutNext = this.isCutDue();
      return true;
    });
    this.forward(far, near, () => {
      // The database has answered, so it has committed. The client never learns this.
      if (cutNext) near.resetAndDestroy();
      return !cutNext;
    });
  }

  private isCutDue(): boolean {
    if (this.cutEveryNthCommit === 0) return false;
    this.commits += 1;
    if (this.commits % this.cutEveryNthCommit !== 0) return false;
    this.cuts += 1;
    return true;
  }

  /** @param passes whether to forward a packet */
  private forward(from: Socket, to: Socket, passes: (packet: Buffer) => boolean): void {
    this.sockets.add(from);
    let last: Promise<unknown> = Promise.resolve();
    from.on('data', (packet) => {
      if (!passes(packet)) return;
      if (this.delayMs === 0) to.write(packet);
      else last = Promise.all([last, sleep(this.delayMs)]).then(() => to.write(packet));
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
