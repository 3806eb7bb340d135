import { Injectable } from '@nestjs/common';
import { RedisClient } from '../redis/redis.module.js';
import type { EpochMs } from '../time/interval.js';

/** Longer than a client takes from one page to the next. */
const REMEMBERED_SECONDS = 3_600;

/**
 * Remembers where pages of a list ended. A client that sends only the id of the last booking it saw would otherwise
 * skip or repeat bookings if that booking is rescheduled. The link to the next page carries the position itself, so
 * only such clients depend on Redis: without it, their next page continues from where the booking stands now.
 */
@Injectable()
export class PageEnds {
  constructor(private readonly redis: RedisClient) {}

  /** @param list names the list and the account that it is shown to */
  async remember(list: string, bookingId: number, startsAt: EpochMs): Promise<void> {
    await this.redis.set(keyOf(list, bookingId), startsAt, 'EX', REMEMBERED_SECONDS).catch(() => undefined);
  }

  /** When a booking began, on the latest page of the list that it ended; undefined if that is unknown. */
  async find(list: string, bookingId: number): Promise<EpochMs | undefined> {
    const found = await this.redis.get(keyOf(list, bookingId)).catch(() => null);
    return found === null ? undefined : Number(found);
  }
}

function keyOf(list: string, bookingId: number): string {
  return `page-end:${list}:${bookingId}`;
}
