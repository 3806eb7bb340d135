import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../bin/support/ports.js';
import { startRedis } from '../../bin/support/redis-server.js';

/** A private Redis that a test can kill and start again. It keeps no data. */
export class PrivateRedis {
  private server: Awaited<ReturnType<typeof startRedis>> | undefined;

  private constructor(
    private readonly dir: string,
    private readonly port: number,
  ) {}

  static async open(): Promise<PrivateRedis> {
    const redis = new PrivateRedis(mkdtempSync(join(tmpdir(), 'clinica-redis-')), await freePort());
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it empty. */
  async start(): Promise<void> {
    this.server = await startRedis({ dir: this.dir, port: this.port });
  }

  async kill(): Promise<void> {
    await this.server?.kill();
  }

  async close(): Promise<void> {
    await this.server?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
