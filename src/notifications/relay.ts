import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { type Choice, Ledger } from '../outbox/ledger.repository.js';
import { NotificationQueue } from './notification-queue.js';

const BATCH = 100;
const IDLE_MS = 250;
const TROUBLED_MS = 1_000;

/** One failed round is nothing to tell: at the start Redis may not be connected yet. */
const WORTH_SAYING = 2;

/** More waiting than the senders get through within a lease would only be leased again. */
const MOST_WAITING = 200;

/** Carries due notifications from the ledger to the queue. Several relays may run: each row is taken by one. */
@Injectable()
export class Relay implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Relay.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private failedRounds = 0;

  constructor(
    private readonly ledger: Ledger,
    private readonly queue: NotificationQueue,
    private readonly environment: WorkerEnvironment,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  /** Stops between two rounds, never within one. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /**
   * One round: takes what is due, queues it. Answers how many it queued. Accounts with more than their share come last, so
   * that a flood of one delays nobody else's mail.
   *
   * What was lost is freed only at the end, for the next round: after the database was away a sender may still
   * have to write down that it has sent what it held.
   */
  async relayDue(): Promise<number> {
    // Asked first, so that nothing is taken while Redis is away.
    const waiting = await this.queue.waiting();
    const crowding = await this.ledger.findCrowding();
    let queued = await this.queueDue(MOST_WAITING - waiting.first, { not: crowding });
    if (crowding.length > 0)
      queued += await this.queueDue(MOST_WAITING - waiting.last, { only: crowding }, true);
    await this.ledger.freeExpired();
    return queued;
  }

  private async queueDue(room: number, choice: Choice, isLast = false): Promise<number> {
    if (room <= 0) return 0;
    const claim = await this.ledger.claimDue(Math.min(BATCH, room), choice);
    if (claim.rows.length === 0) return 0;
    try {
      await this.queue.add(claim.rows, isLast);
    } catch (error) {
      await this.ledger.release(claim);
      throw error;
    }
    return claim.rows.length;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const pauseMs = await this.round();
      if (pauseMs > 0)
        await sleep(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async round(): Promise<number> {
    try {
      const queued = await this.relayDue();
      if (this.failedRounds >= WORTH_SAYING) this.logger.log('Relaying again');
      this.failedRounds = 0;
      if (this.environment.HEARTBEAT_FILE !== undefined) await writeFile(this.environment.HEARTBEAT_FILE, '');
      return queued >= BATCH ? 0 : IDLE_MS;
    } catch (error) {
      // Redis or the database is away; what is due waits in the ledger.
      this.failedRounds += 1;
      if (this.failedRounds === WORTH_SAYING)
        this.logger.warn(`Cannot relay for now: ${(error as Error).message}`);
      return TROUBLED_MS;
    }
  }
}
