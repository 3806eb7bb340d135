import { MOST_DOCTORS } from '../../availability/day-facts.repository.js';
import { wrong } from '../../http/bad-input.js';
import { CursorField, LimitField, LISTED_BY_DEFAULT } from '../../http/cursor.js';
import { ChoiceField, FromText, IdField, IntegerField, LARGEST_ID } from '../../http/fields.js';
import { NumberListField } from '../../http/number-list-field.js';
import { LineField } from '../../http/text-fields.js';
import { DateField, DurationField, EndTimeField, TimeField } from '../../http/time-fields.js';
import { addDays } from '../../time/clinic-time.js';
import { parseWallTime } from '../../time/wall-time.js';
import { durationBesideType } from '../requested-type.js';
import type { WantedPage } from './free-times.js';
import type { RequestedTimes } from './requested-times.js';
import type { DoctorsFilter } from './searched-doctors.reader.js';
import { readTimeCursor } from './time-cursor.js';

/** The most days between the first and the last date of a search, and those of one without a last date. */
const [MOST_DAYS, DAYS_BY_DEFAULT] = [62, 6];
const MOST_COUNTED = 20;

const SORTS = ['earliest', 'compact'];

/** What both searches take. No examples: Swagger UI would fill them in. */
class TimesQuery {
  @NumberListField(
    { least: 1, greatest: LARGEST_ID, most: MOST_DOCTORS },
    {
      optional: true,
      description: `One or several, at most ${MOST_DOCTORS}: 3,5,7. By default all doctors who can be booked`,
    },
  )
  doctor_id?: readonly number[];

  @LineField(120, { optional: true, description: 'Only doctors of this specialty' })
  specialty?: string;

  @FromText()
  @IdField({ optional: true, description: 'Only doctors who offer this type', example: undefined })
  type_id?: number;

  @FromText()
  @DurationField({
    optional: true,
    description: 'Minutes, by default 30. Not with type_id',
    example: undefined,
  })
  duration?: number;

  @FromText()
  @IdField({ optional: true, description: "By default the account's own patient", example: undefined })
  patient_id?: number;

  @DateField({
    optional: true,
    description: 'Only this date and later ones; by default from today',
    example: undefined,
  })
  from?: string;

  @TimeField({ optional: true, description: 'Only starts at this time or later', example: undefined })
  after?: string;

  @EndTimeField({ optional: true, description: 'Only starts before this time', example: undefined })
  before?: string;

  @NumberListField(
    { least: 0, greatest: 6, most: 7 },
    { optional: true, description: 'Only these, such as 1,2,5: 0 is Sunday' },
  )
  weekdays?: readonly number[];

  get doctors(): DoctorsFilter {
    return { doctorIds: this.doctor_id, specialty: this.specialty, typeId: this.type_id };
  }

  /** @throws Refusal VALIDATION_FAILED for fields that do not fit together */
  toRequest(): RequestedTimes {
    const { type_id: typeId, duration: durationMinutes, patient_id: patientId, from } = this;
    const { after = '00:00', before = '24:00', weekdays } = this;
    if (typeId !== undefined && durationMinutes !== undefined) throw durationBesideType();
    if (before <= after) throw wrong('before', 'must be later than after');
    const within = { start: parseWallTime(after), end: parseWallTime(before) };
    return { typeId, durationMinutes, patientId, from, within, weekdays: weekdays && new Set(weekdays) };
  }
}

export class SearchTimesQuery extends TimesQuery {
  @DateField({
    optional: true,
    description: `Only this date and earlier ones, at most ${MOST_DAYS} days after from. By default a week`,
    example: undefined,
  })
  to?: string;

  @ChoiceField(SORTS, {
    optional: true,
    default: 'earliest',
    description: 'compact: first what leaves no gap too short for the shortest type of the doctor',
  })
  sort: string = 'earliest';

  @FromText()
  @LimitField()
  limit: number = LISTED_BY_DEFAULT;

  @CursorField({}, readTimeCursor)
  cursor?: string;

  get page(): WantedPage {
    return { limit: this.limit, after: readTimeCursor(this.cursor), isCompact: this.sort === 'compact' };
  }

  /**
   * @param today from which `to` is counted where there is no `from`
   * @throws Refusal VALIDATION_FAILED
   */
  toSearch(today: string): RequestedTimes {
    const { from, to } = this;
    if (from !== undefined && to !== undefined && to < from) throw wrong('to', 'must not be before from');
    if (to !== undefined && to > addDays(from ?? today, MOST_DAYS))
      throw wrong('to', `must be at most ${MOST_DAYS} days after from`);
    return { ...this.toRequest(), to: to ?? { daysAfter: DAYS_BY_DEFAULT } };
  }
}

export class NextTimesQuery extends TimesQuery {
  @FromText()
  @IntegerField(1, MOST_COUNTED, { optional: true, default: 1, description: 'How many' })
  count: number = 1;
}
