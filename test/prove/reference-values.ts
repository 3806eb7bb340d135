import type { ClinicPlan, PlannedBooking, PlannedType, PlannedValues } from './plan.js';

/** What a request is booked with. Null: no limit. */
export interface Values {
  readonly durationMinutes: number;
  /** Null without a type: every minute may be booked. */
  readonly step: number | null;
  readonly bufferBefore: number;
  readonly bufferAfter: number;
  readonly notice: number | null;
  readonly horizon: number | null;
  readonly cutoff: number | null;
  readonly maxPerDay: number | null;
  readonly maxOfType: number | null;
  readonly isOffered: boolean;
}

/** What is asked for: a type, or none and a duration. */
export interface Asked {
  readonly doctorId: number;
  readonly typeId: number | null;
  readonly durationMinutes: number;
}

/** The doctor's own value, else the type's, else the clinic's. */
export function valuesOf(plan: ClinicPlan, { doctorId, typeId, durationMinutes }: Asked): Values {
  const { settings } = plan;
  if (typeId === null) {
    return {
      durationMinutes,
      step: null,
      bufferBefore: 0,
      bufferAfter: 0,
      notice: settings.minNoticeMinutes,
      horizon: settings.horizonDays,
      cutoff: settings.cancelCutoffMinutes,
      maxPerDay: null,
      maxOfType: null,
      isOffered: true,
    };
  }
  const type = plan.types.find(({ id }) => id === typeId)!;
  const own = plan.doctors
    .find(({ id }) => id === doctorId)!
    .offers.find((offer) => offer.typeId === typeId)?.own;
  const pick = <Key extends keyof PlannedValues>(key: Key): PlannedType[Key] => own?.[key] ?? type[key];
  return {
    durationMinutes: pick('durationMinutes'),
    step: pick('slotStepMinutes') ?? pick('durationMinutes'),
    bufferBefore: pick('bufferBefore'),
    bufferAfter: pick('bufferAfter'),
    notice: pick('minNoticeMinutes') ?? settings.minNoticeMinutes,
    horizon: pick('horizonDays') ?? settings.horizonDays,
    cutoff: pick('cancelCutoffMinutes') ?? settings.cancelCutoffMinutes,
    maxPerDay: pick('maxPerDay'),
    maxOfType: pick('maxLiveBookings'),
    isOffered: type.isActive && own !== undefined,
  };
}

/** The values for a booking that is changed: without a new type or doctor it keeps its length and buffers. */
export function valuesOfMove(plan: ClinicPlan, kept: PlannedBooking, asked: Asked): Values {
  const values = valuesOf(plan, asked);
  const isOfSameKind = asked.typeId === kept.typeId && asked.doctorId === kept.doctorId;
  if (kept.typeId === null || !isOfSameKind) return values;
  const { durationMinutes, bufferBefore, bufferAfter } = kept;
  return { ...values, durationMinutes, bufferBefore, bufferAfter };
}
