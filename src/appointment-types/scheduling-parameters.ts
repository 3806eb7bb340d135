import type { ClinicLimits } from '../clinic/clinic-limits.js';

/** How appointments of a type are booked. Null, but for the duration and the buffers: as at the clinic. */
export interface TypeValues {
  readonly durationMinutes: number;
  /** Null: the duration. */
  readonly slotStepMinutes: number | null;
  readonly bufferBefore: number;
  readonly bufferAfter: number;
  readonly minNoticeMinutes: number | null;
  readonly horizonDays: number | null;
  readonly cancelCutoffMinutes: number | null;
  /** Of one doctor on one date; null: no limit. */
  readonly maxPerDay: number | null;
  /** Of this type, of one patient; null: no limit besides the clinic's. */
  readonly maxLiveBookings: number | null;
}

/** A doctor's own values of a type. Null: that of the type. */
export type OwnValues = { readonly [Key in keyof TypeValues]: number | null };

/** A type that is requested of a doctor. */
export interface RequestedType {
  readonly type: TypeValues;
  /** Null unless the doctor offers the type. */
  readonly own: OwnValues | null;
  readonly isActive: boolean;
}

/** What a request is booked with: it follows from the clinic, and from the type and the doctor. Null: no limit. */
export interface SchedulingParameters {
  /** Undefined without a type: then the request has a duration of its own. */
  readonly durationMinutes: number | undefined;
  /** Undefined without a type: then every minute can be booked. */
  readonly slotStepMinutes: number | undefined;
  readonly bufferBefore: number;
  readonly bufferAfter: number;
  readonly minNoticeMinutes: number | null;
  readonly horizonDays: number | null;
  readonly cancelCutoffMinutes: number | null;
  readonly maxPerDay: number | null;
  /** Of the patient, of all types together: the clinic's. */
  readonly maxLiveBookings: number | null;
  /** Of the patient, of this type. */
  readonly maxLiveBookingsOfType: number | null;
  /** Whether the type is active and the doctor offers it; true without a type. */
  readonly isOffered: boolean;
}

/** Where a resolved value comes from. */
export type Origin = 'doctor' | 'type' | 'clinic';

export interface Resolved<T = number | null> {
  readonly value: T;
  readonly from: Origin;
}

type Limit = 'minNoticeMinutes' | 'horizonDays' | 'cancelCutoffMinutes' | 'maxPerDay' | 'maxLiveBookings';

/** A type's values at a doctor, each with its origin. */
export type ResolvedValues = Readonly<
  Record<'durationMinutes' | 'slotStepMinutes' | 'bufferBefore' | 'bufferAfter', Resolved<number>> &
    Record<Limit, Resolved>
>;

/** Resolves each value of a type: the doctor's own, else the type's, else the clinic's. */
export function resolveValues(
  clinic: ClinicLimits,
  { type, own }: Omit<RequestedType, 'isActive'>,
): ResolvedValues {
  const ofDoctor = <Key extends keyof TypeValues>(key: Key): Resolved<TypeValues[Key] | number> => {
    const value = own?.[key] ?? null;
    return value === null ? { value: type[key], from: 'type' } : { value, from: 'doctor' };
  };
  const orClinic = (key: keyof ClinicLimits): Resolved => {
    const found = ofDoctor(key);
    return found.value === null ? { value: clinic[key], from: 'clinic' } : found;
  };
  const [duration, step] = [ofDoctor('durationMinutes'), ofDoctor('slotStepMinutes')];
  return {
    durationMinutes: duration,
    slotStepMinutes: step.value === null ? duration : { value: step.value, from: step.from },
    bufferBefore: ofDoctor('bufferBefore'),
    bufferAfter: ofDoctor('bufferAfter'),
    minNoticeMinutes: orClinic('minNoticeMinutes'),
    horizonDays: orClinic('horizonDays'),
    cancelCutoffMinutes: orClinic('cancelCutoffMinutes'),
    maxPerDay: ofDoctor('maxPerDay'),
    maxLiveBookings: orClinic('maxLiveBookings'),
  };
}

/** The parameters of a request, with the type that it names, if it names one. */
export function schedulingParameters(clinic: ClinicLimits, requested?: RequestedType): SchedulingParameters {
  if (!requested) return { ...WITHOUT_TYPE, ...clinic };
  const resolved = resolveValues(clinic, requested);
  return {
    durationMinutes: resolved.durationMinutes.value,
    slotStepMinutes: resolved.slotStepMinutes.value,
    bufferBefore: resolved.bufferBefore.value,
    bufferAfter: resolved.bufferAfter.value,
    minNoticeMinutes: resolved.minNoticeMinutes.value,
    horizonDays: resolved.horizonDays.value,
    cancelCutoffMinutes: resolved.cancelCutoffMinutes.value,
    maxPerDay: resolved.maxPerDay.value,
    maxLiveBookings: clinic.maxLiveBookings,
    maxLiveBookingsOfType: requested.own?.maxLiveBookings ?? requested.type.maxLiveBookings,
    isOffered: requested.isActive && requested.own !== null,
  };
}

const WITHOUT_TYPE = {
  durationMinutes: undefined,
  slotStepMinutes: undefined,
  bufferBefore: 0,
  bufferAfter: 0,
  maxPerDay: null,
  maxLiveBookingsOfType: null,
  isOffered: true,
};
