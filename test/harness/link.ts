import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

// The last word of its packet: MySQL puts attributes between the command and the text.
const COMMIT = Buffer.from('COMMIT');

/** The network between the API and its database, which may be slow or break at the worst moment. */
export class Link {
  /** How long each packet takes in each direction, in milliseconds. */
  delayMs = 0;
  /** Of how many COMMITs one loses its acknowledgement, and the connection; 0 for none. */
  cutOneCommitOf = 0;
  /** How many were lost so. */
  cuts = 0;
  private commits = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (near) => this.join(near, connect(this.target, '127.0.0.1')));
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

  private join(near: Socket, far: Socket): void {
    let cutNext = false;
    this.carry(near, far, (packet) => {
      if (packet.subarray(-COMMIT.length).equals(COMMIT)) cutNext = this.isDue();
      return true;
    });
    this.carry(far, near, () => {
      // The database has answered: it has committed. The answer is lost.
      if (cutNext) near.resetAndDestroy();
      return !cutNext;
    });
  }

  private isDue(): boolean {
    if (this.cutOneCommitOf === 0) return false;
    this.commits += 1;
    if (this.commits % this.cutOneCommitOf !== 0) return false;
    this.cuts += 1;
    return true;
  }

  /** @param passes whether a packet goes on to the other side */
  private carry(from: Socket, to: Socket, passes: (packet: Buffer) => boolean): void {
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
