import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What happens to the next COMMIT: it is lost, its acknowledgement is lost, or it is delayed and delivered long after
 * its sender's connection broke.
 */
export type Cut = 'before COMMIT' | 'after COMMIT' | 'COMMIT on its way';

// The last word of its packet: MySQL puts attributes between the command and the text.
const COMMIT = Buffer.from('COMMIT');

/** A proxy between an app and its database that breaks connections at the worst moment. */
export class CuttingProxy {
  /** What to do to the next COMMIT; with `undefined`, everything passes. */
  next: Cut | undefined;
  /** Refuses new connections; the next cut also breaks the old ones, as when a server goes down. */
  isDown = false;
  /** The sender of a COMMIT whose acknowledgement is lost waits until this resolves. */
  held: Promise<unknown> = Promise.resolve();
  /** Delivers a delayed COMMIT to the database. */
  deliver: () => void = () => undefined;
  /** A connection that the app has lost, but the database still has. */
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

  /** The URL of a database through this proxy. */
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
