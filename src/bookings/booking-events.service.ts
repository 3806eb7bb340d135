import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEvent } from '../audit/audit-event.entity.js';
import { findEventsOfSubject } from '../audit/audit-event.repository.js';
import type { AccountContext } from '../http/context.js';
import { type CursorPage, pageWithCursor, readCursor } from '../http/cursor.js';
import { BookingSearchService } from './booking-search.service.js';

/** What was done to a booking, for the desk and its doctor. */
@Injectable()
export class BookingEventsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly bookings: BookingSearchService,
  ) {}

  /**
   * A page of the events, oldest first. Who read the booking is only in the audit trail.
   *
   * @throws NotFound BOOKING_NOT_FOUND, also for a booking whose events the actor may not see
   */
  async list(
    context: AccountContext,
    bookingId: number,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<CursorPage<AuditEvent>> {
    await this.bookings.get(context, bookingId, 'see events');
    const after = readCursor(cursor)?.id ?? 0;
    const which = { subject: 'booking', subjectId: bookingId, after, limit: limit + 1 };
    const rows = await findEventsOfSubject(this.dataSource, which);
    return pageWithCursor(rows, limit, ({ at, id }) => ({ at: at.getTime(), id }));
  }
}
