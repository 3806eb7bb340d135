import { wrong } from '../http/bad-input.js';
import { CursorField, LimitField, LISTED_BY_DEFAULT, readCursor } from '../http/cursor.js';
import { ChoiceField, FromText, IdField } from '../http/fields.js';
import { DateField } from '../http/time-fields.js';
import { addDays } from '../time/clinic-time.js';
import { BOOKING_STATUSES, type BookingStatus } from './booking.js';
import type { SearchFilter } from './booking-search.reader.js';

/** The most days between the first and the last date of a search. */
const MOST_DAYS = 62;

export class BookingSearchQuery {
  // No examples: Swagger UI would fill them in, and they exclude each other.
  @DateField({ optional: true, description: "Only this date, the doctor's local one", example: undefined })
  date?: string;

  @DateField({ optional: true, description: 'Only this date and later ones; with to', example: undefined })
  from?: string;

  @DateField({
    optional: true,
    description: `Only this date and earlier ones, at most ${MOST_DAYS} days after from`,
    example: undefined,
  })
  to?: string;

  @FromText()
  @IdField({ optional: true, example: undefined })
  doctor_id?: number;

  @FromText()
  @IdField({ optional: true, example: undefined })
  patient_id?: number;

  @ChoiceField(BOOKING_STATUSES, { optional: true, description: 'By default all', example: undefined })
  status?: BookingStatus;

  @FromText()
  @LimitField()
  limit: number = LISTED_BY_DEFAULT;

  @CursorField()
  cursor?: string;

  /**
   * @param today where no date is given, and no patient
   * @throws Refusal VALIDATION_FAILED for dates that do not fit together
   */
  toFilter(today: string): SearchFilter {
    const { doctor_id: doctorId, patient_id: patientId, status, limit, cursor } = this;
    return { ...this.dates(today), doctorId, patientId, status, limit, after: readCursor(cursor) };
  }

  private dates(today: string): Pick<SearchFilter, 'from' | 'to'> {
    const { date, from, to } = this;
    if (date !== undefined && (from ?? to) !== undefined) {
      throw wrong('date', 'cannot be sent with from and to');
    }
    if (date !== undefined) return { from: date, to: date };
    if (from === undefined && to === undefined) {
      return this.patient_id === undefined ? { from: today, to: today } : { from, to };
    }
    if (from === undefined) throw wrong('from', 'is required with to');
    if (to === undefined) throw wrong('to', 'is required with from');
    if (to < from) throw wrong('to', 'must not be before from');
    if (to > addDays(from, MOST_DAYS)) throw wrong('to', `must be at most ${MOST_DAYS} days after from`);
    return { from, to };
  }
}
