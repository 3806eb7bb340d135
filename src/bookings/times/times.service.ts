import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ClinicEnvironment } from '../../config/clinic.environment.js';
import { accountKey, Bulkhead } from '../../database/bulkhead.js';
import type { Actor } from '../../http/context.js';
import { dateIn } from '../../time/clinic-time.js';
import { Clock } from '../../time/clock.js';
import { FreeTimes, type NextTimes, type WantedPage } from './free-times.js';
import type { FreeTime } from './free-time.js';
import type { RequestedTimes } from './requested-times.js';
import { type DoctorsFilter, findSearchedDoctors } from './searched-doctors.reader.js';

/** All visitors together: a crowd of them must not use up the connections. */
const VISITORS = 'searches of visitors';

/** Searches for free times of any doctors. */
@Injectable()
export class TimesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly times: FreeTimes,
    private readonly bulkhead: Bulkhead,
    private readonly clock: Clock,
    private readonly environment: ClinicEnvironment,
  ) {}

  /** The date at the clinic, YYYY-MM-DD. */
  today(): string {
    return dateIn(this.environment.CLINIC_TIMEZONE, this.clock.now());
  }

  /**
   * The times of a page, and one more if there are more.
   *
   * @throws Refusal UNKNOWN_DOCTOR, TOO_MANY_DOCTORS, UNKNOWN_PATIENT, UNKNOWN_TYPE, TYPE_REQUIRED
   */
  search(
    actor: Actor,
    requested: RequestedTimes,
    filter: DoctorsFilter,
    page: WantedPage,
  ): Promise<FreeTime[]> {
    return this.run(actor, async () => {
      const doctors = await findSearchedDoctors(this.dataSource, filter);
      return this.times.page(this.dataSource, actor, requested, doctors, page);
    });
  }

  /**
   * The first free times.
   *
   * @throws Refusal as `search` does
   */
  next(actor: Actor, requested: RequestedTimes, filter: DoctorsFilter, count: number): Promise<NextTimes> {
    return this.run(actor, async () => {
      const doctors = await findSearchedDoctors(this.dataSource, filter);
      return this.times.next(this.dataSource, actor, requested, doctors, count);
    });
  }

  private run<T>({ id }: Actor, work: () => Promise<T>): Promise<T> {
    return this.bulkhead.run(id === null ? VISITORS : accountKey(id), work);
  }
}
