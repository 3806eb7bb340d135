import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../../audit/audit-trail.js';
import { isDesk } from '../../auth/role.js';
import { evaluate, type Evaluation } from '../../availability/evaluate.js';
import { accountKey, Bulkhead } from '../../database/bulkhead.js';
import type { AccountContext } from '../../http/context.js';
import { ClinicDay } from '../../time/clinic-day.js';
import { BookableTimes, type ReadBooking, type RequestedBooking } from '../bookable-times.js';
import { durationOf } from '../requested-type.js';
import { type ExplainedRule, explainedRules } from './explanation.js';
import type { FreeTime } from './free-time.js';
import { FreeTimes } from './free-times.js';
import type { InTheWay } from './in-the-way.js';
import { InTheWayReader } from './in-the-way.reader.js';

const MOST_LATER = 3;
const WHOLE_DAY = { start: 0, end: 24 * 60 };
const NOTHING: InTheWay = { bookings: [], windows: [], exceptions: [] };

/** Whether a time can be booked, and why not. */
export interface Explanation {
  readonly isBookable: boolean;
  readonly rules: readonly ExplainedRule[];
  /** The nearest later starts of the same doctor. */
  readonly next: readonly FreeTime[];
  /** Only for the desk. */
  readonly inTheWay: InTheWay | undefined;
}

/** Explains why a time can or cannot be booked. */
@Injectable()
export class ExplanationService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly times: BookableTimes,
    private readonly freeTimes: FreeTimes,
    private readonly reader: InTheWayReader,
    private readonly audit: AuditTrail,
    private readonly bulkhead: Bulkhead,
  ) {}

  /**
   * Evaluates a time as booking it would, without an override. That the desk reads bookings of others is an event.
   *
   * @throws Refusal UNKNOWN_PATIENT, UNKNOWN_DOCTOR, UNKNOWN_TYPE, TYPE_REQUIRED
   */
  explain(context: AccountContext, requested: RequestedBooking): Promise<Explanation> {
    const { actor } = context;
    return this.bulkhead.run(accountKey(actor.id), async () => {
      const read = await this.times.read(context, this.dataSource, requested);
      const time = { ...requested, durationMinutes: durationOf(requested, read.who) };
      const evaluation = evaluate(time, read.schedule, read.who);
      return {
        isBookable: evaluation.violations.length === 0,
        rules: explainedRules(evaluation.violations, time),
        next: await this.later(context, requested, read),
        inTheWay: isDesk(actor.role) ? await this.inTheWay(context, requested, read, evaluation) : undefined,
      };
    });
  }

  private later(
    { actor }: AccountContext,
    { date, time, doctorId, ...requested }: RequestedBooking,
    { schedule }: ReadBooking,
  ): Promise<FreeTime[]> {
    const doctor = { id: doctorId, timezone: schedule.timezone };
    const range = { ...requested, from: date, within: WHOLE_DAY };
    return this.freeTimes.later(this.dataSource, actor, range, time, doctor, MOST_LATER);
  }

  private async inTheWay(
    context: AccountContext,
    { doctorId, date }: RequestedBooking,
    { schedule, who, patient }: ReadBooking,
    { appointment, violations }: Evaluation,
  ): Promise<InTheWay> {
    if (!appointment) return NOTHING;
    const day = ClinicDay.of(date, schedule.timezone);
    const found = await this.reader.read(
      { doctorId, patientId: patient.id, appointment, day, who },
      violations.map(({ code }) => code),
    );
    const rows = found.bookings.length;
    if (rows > 0) await this.audit.record(context, this.dataSource, 'booking.listed', 0, { rows });
    return found;
  }
}
