import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What happens to the next COMMIT: it is lost on its way, its acknowledgement is, or it lies somewhere on the way until
 * it is delivered, long after its sender's connection broke.
 */
export type Cut = 'before COMMIT' | 'after COMMIT' | 'COMMIT on its way';

// The last word of its packet: MySQL puts attributes between the command and the text.
const COMMIT = Buffer.from('COMMIT');

/** Stands between an app and its database, and breaks connections at the worst moment. */
export class CuttingProxy {
  /** What to do to the next COMMIT; `undefined` lets everything pass. */
  next: Cut | undefined;
  /** Whether new connections are refused; with the next cut the old ones break as well, as when a server goes down. */
  isDown = false;
  /** How long an acknowledgement that will be lost keeps its sender waiting: until this resolves. */
  held: Promise<unknown> = Promise.resolve();
  /** Brings a COMMIT that is on its way to the database. */
  deliver: () => void = () => undefined;
  /** A connection that the database still has, though its app has lost it. */
  private detached: Socket | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.serve(client));
  }

  static async before(databaseUrl: string): Promise<CuttingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new CuttingProxy(server, new URL(databaseUrl));
  }

  /** The database as seen through here. */
  urlOf(database: string): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    url.pathname = `/${database}`;
    return url.href;
  }

  /** Breaks every connection, and refuses new ones. */
  goDown(): void {
    this.isDown = true;
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private serve(client: Socket): void {
    if (this.isDown) {
      client.destroy();
      return;
    }
    const database = connect(Number(this.target.port) || 3306, this.target.hostname);
    for (const socket of [client, database]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    }
    database.on('data', (chunk) => client.write(chunk));
    database.on('close', () => client.destroy());
    client.on('data', (chunk) => {
      if (this.next !== undefined && chunk.subarray(-COMMIT.length).equals(COMMIT))
        this.cut(client, database, chunk);
      else database.write(chunk);
    });
    client.on('close', () => {
      if (database !== this.detached) database.destroy();
    });
  }

  private cut(client: Socket, database: Socket, commit: Buffer): void {
    const cut = this.next;
    this.next = undefined;
    if (cut === 'after COMMIT') {
      database.removeAllListeners('data').once('data', () => {
        void this.held.then(() => {
          for (const socket of this.isDown ? this.sockets : [client]) socket.destroy();
        });
      });
      database.write(commit);
      return;
    }
    if (cut === 'COMMIT on its way') {
      this.detached = database;
      this.deliver = () => database.end(commit);
    }
    client.destroy();
  }
}
