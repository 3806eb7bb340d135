import { Injectable } from '@nestjs/common';
import { clinicCountry } from '../clinic/clinic.repository.js';
import { ClinicEnvironment } from '../config/clinic.environment.js';
import type { Source } from '../database/statement.js';
import { Clock } from '../time/clock.js';
import { dateIn } from '../time/clinic-time.js';
import type { TypedDetails } from './patient.js';
import { readDetails } from './patient.rules.js';
import { type FieldError, invalidFields } from './patient.refusals.js';

/** Reads what people typed about a patient, by the clinic's country and date. */
@Injectable()
export class DetailsService {
  constructor(
    private readonly clock: Clock,
    private readonly environment: ClinicEnvironment,
  ) {}

  /**
   * The details in the form in which they are stored.
   *
   * @param missing further errors, reported together with those found here
   * @throws Refusal VALIDATION_FAILED with all that is wrong
   */
  async read(
    source: Source,
    typed: TypedDetails,
    missing: readonly FieldError[] = [],
  ): Promise<TypedDetails> {
    const country = typed.phone ? await clinicCountry(source) : null;
    const today = dateIn(this.environment.CLINIC_TIMEZONE, this.clock.now());
    const { details, errors } = readDetails(typed, { country, today });
    const all = [...missing, ...errors];
    if (all.length > 0) throw invalidFields(all);
    return details;
  }
}
