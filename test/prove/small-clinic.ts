import { instantOf, minutesOf } from './calendar.js';
import { PAPER_CAST } from './cast.js';
import type { ClinicPlan, PlannedBooking, PlannedDoctor, PlannedType, PlannedWindow, Wish } from './plan.js';
import { ReferenceClinic } from './reference-clinic.js';

/** A Monday; the clocks of Madrid go forward on the day before. */
export const MONDAY = '2027-03-29';
export const SUNDAY = '2027-03-28';
const MADRID = 'Europe/Madrid';
export const NOTHING = {
  durationMinutes: null,
  slotStepMinutes: null,
  bufferBefore: null,
  bufferAfter: null,
  minNoticeMinutes: null,
  horizonDays: null,
  cancelCutoffMinutes: null,
  maxPerDay: null,
  maxLiveBookings: null,
};
export const CHECK: PlannedType = {
  ...NOTHING,
  id: 1,
  durationMinutes: 20,
  bufferBefore: 0,
  bufferAfter: 10,
  audience: 'patients',
  isActive: true,
};

export const window = (weekday: number, start: string, end: string, more: Partial<PlannedWindow> = {}) => ({
  weekday,
  start: minutesOf(start),
  end: minutesOf(end),
  validFrom: null,
  validUntil: null,
  typeIds: null,
  ...more,
});

export function doctor(more: Partial<PlannedDoctor> = {}): PlannedDoctor {
  const offers = [{ typeId: 1, own: NOTHING }];
  const windows = [window(1, '09:00', '12:00'), window(0, '00:00', '24:00')];
  return {
    id: 1,
    timezone: MADRID,
    specialty: 'Cardiology',
    isActive: true,
    offers,
    windows,
    exceptions: [],
    ...more,
  };
}

export function booking(time: string, more: Partial<PlannedBooking> = {}): PlannedBooking {
  const { date = MONDAY } = more;
  return {
    id: 1,
    doctorId: 1,
    patientId: 502,
    date,
    time: minutesOf(time),
    durationMinutes: 30,
    startsAt: instantOf(MADRID, date, minutesOf(time))!,
    status: 'booked',
    isOverbooked: false,
    typeId: null,
    bufferBefore: 0,
    bufferAfter: 0,
    onePlace: false,
    ...more,
  };
}

export function clinic(
  more: Partial<Omit<ClinicPlan, 'settings'>> & { settings?: Partial<ClinicPlan['settings']> } = {},
) {
  const { accounts, patients } = PAPER_CAST;
  const settings = {
    minNoticeMinutes: null,
    horizonDays: null,
    cancelCutoffMinutes: null,
    maxLiveBookings: null,
    typeRequired: false,
    onePlaceAtATime: false,
    publicAvailability: false,
    ...more.settings,
  };
  const now = Date.parse('2027-03-27T08:00:00Z');
  const plan = { accounts, patients, types: [CHECK], doctors: [doctor()], bookings: [], now };
  return new ReferenceClinic({ ...plan, ...more, settings });
}

/** By the first patient, for that patient. */
export const WISH: Wish = {
  accountId: 11,
  doctorId: 1,
  date: MONDAY,
  typeId: undefined,
  durationMinutes: 30,
  patientId: undefined,
};
export const TYPED: Wish = { ...WISH, typeId: 1, durationMinutes: undefined };
