import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { ClinicEnvironment } from '../config/clinic.environment.js';
import { accountKey, Bulkhead } from '../database/bulkhead.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import { NotFound } from '../errors/domain-error.js';
import type { AccountActor, AccountContext } from '../http/context.js';
import { type CursorPage, pageWithCursor } from '../http/cursor.js';
import { dateIn } from '../time/clinic-time.js';
import { Clock } from '../time/clock.js';
import { type BookingAction, maySee, partiesOf } from './booking.policy.js';
import { BookingSearchReader, type DetailedBooking, type SearchFilter } from './booking-search.reader.js';
import type { DeskBooking } from './desk-booking.js';

/** Finds bookings for the desk and for doctors. */
@Injectable()
export class BookingSearchService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reader: BookingSearchReader,
    private readonly doctors: DoctorsService,
    private readonly audit: AuditTrail,
    private readonly bulkhead: Bulkhead,
    private readonly clock: Clock,
    private readonly environment: ClinicEnvironment,
  ) {}

  /** The date at the clinic, YYYY-MM-DD. */
  today(): string {
    return dateIn(this.environment.CLINIC_TIMEZONE, this.clock.now());
  }

  /**
   * A page of bookings: all for the desk, their own for doctors. For another doctor's, the page is empty.
   *
   * @throws NotFound PROFILE_NOT_FOUND
   */
  async search({ actor }: AccountContext, filter: SearchFilter): Promise<CursorPage<DeskBooking>> {
    return this.bulkhead.run(accountKey(actor.id), async () => {
      const own = await this.onlyOwn(actor, filter);
      const rows = own ? await this.reader.find(own) : [];
      return pageWithCursor(rows, filter.limit, ({ startsAt, id }) => ({ at: startsAt, id }));
    });
  }

  private async onlyOwn(actor: AccountActor, filter: SearchFilter): Promise<SearchFilter | undefined> {
    if (actor.role !== 'doctor') return filter;
    const { id } = await this.doctors.ofAccount(actor.id);
    return filter.doctorId === undefined || filter.doctorId === id ? { ...filter, doctorId: id } : undefined;
  }

  /**
   * A booking that the actor may see. That the desk or a doctor reads it is an event.
   *
   * @throws NotFound BOOKING_NOT_FOUND
   */
  async get(context: AccountContext, id: number, action: BookingAction = 'see'): Promise<DetailedBooking> {
    const { actor } = context;
    const found = await this.reader.get(id, actor.id);
    if (!found || !maySee(actor, action, found)) {
      throw new NotFound('BOOKING_NOT_FOUND', 'Booking not found.');
    }
    if (readsForClinic(actor, found)) await this.audit.record(context, this.dataSource, 'booking.read', id);
    return found;
  }
}

/** Whether the actor sees the booking as the desk or its doctor. */
export function readsForClinic(actor: Pick<AccountActor, 'role'>, booking: DetailedBooking): boolean {
  return partiesOf(actor, booking).some((party) => party !== 'patient');
}
