import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { type Choice, Ledger } from '../outbox/ledger.repository.js';
import { NotificationQueue } from './notification-queue.js';

const BATCH = 100;
const IDLE_MS = 250;
const RETRY_MS = 1_000;

/** Failed rounds before a warning is logged. One is normal at start, while Redis is still connecting. */
const FAILURES_BEFORE_WARNING = 2;

/** The most jobs that wait in the queue, per priority. More could not be sent within a lease. */
const MAX_WAITING = 200;

/** Moves due notifications from the ledger to the queue. Several relays may run: each row is claimed by one. */
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

  /** Stops after the current round. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /**
   * One round: claims and queues due notifications. Parties over their fair share get low priority, so that a flood from
   * one account, or to patients without one, does not delay the mail of others.
   *
   * Expired leases are freed last, for the next round: after a database outage, senders may still have to settle what
   * they have sent.
   *
   * @returns how many were queued
   */
  async relayDue(): Promise<number> {
    // Redis first: while it is away, nothing is claimed.
    const waiting = await this.queue.countWaiting();
    const crowding = await this.ledger.findCrowding();
    let queued = await this.queueDue(MAX_WAITING - waiting.normal, { not: crowding });
    if (crowding.length > 0)
      queued += await this.queueDue(MAX_WAITING - waiting.low, { only: crowding }, true);
    await this.ledger.releaseExpired();
    return queued;
  }

  private async queueDue(capacity: number, choice: Choice, isLowPriority = false): Promise<number> {
    if (capacity <= 0) return 0;
    const claim = await this.ledger.claimDue(Math.min(BATCH, capacity), choice);
    if (claim.rows.length === 0) return 0;
    try {
      await this.queue.add(claim.rows, isLowPriority);
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
      if (this.failedRounds >= FAILURES_BEFORE_WARNING) this.logger.log('Relaying again');
      this.failedRounds = 0;
      if (this.environment.HEARTBEAT_FILE !== undefined) await writeFile(this.environment.HEARTBEAT_FILE, '');
      return queued >= BATCH ? 0 : IDLE_MS;
    } catch (error) {
      // Redis or the database is unavailable: due notifications stay in the ledger.
      this.failedRounds += 1;
      if (this.failedRounds === FAILURES_BEFORE_WARNING)
        this.logger.warn(`Cannot relay for now: ${(error as Error).message}`);
      return RETRY_MS;
    }
  }
}
