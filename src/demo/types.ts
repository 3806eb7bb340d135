import type { NewType } from '../appointment-types/appointment-types.service.js';
import type { OwnValues } from '../appointment-types/scheduling-parameters.js';

/** What the demo clinic's doctors offer. */

const OF_CLINIC = {
  slotStepMinutes: null,
  bufferBefore: 0,
  bufferAfter: 0,
  minNoticeMinutes: null,
  horizonDays: null,
  cancelCutoffMinutes: null,
  maxPerDay: null,
  maxLiveBookings: null,
  audience: 'patients',
  active: 1,
} as const;

/** The demo clinic's types. Bookings without a type are possible too. */
export const TYPES: readonly NewType[] = [
  {
    ...OF_CLINIC,
    ...{ code: 'first-visit', name: 'First visit', description: 'For patients who are new to the doctor' },
    ...{ durationMinutes: 45, bufferAfter: 10, minNoticeMinutes: 1_440, maxPerDay: 8, maxLiveBookings: 2 },
  },
  {
    ...OF_CLINIC,
    ...{ code: 'check-up', name: 'Check-up', description: 'A short check of something known' },
    ...{ durationMinutes: 20, slotStepMinutes: 10, bufferAfter: 10, cancelCutoffMinutes: 120 },
  },
  {
    ...OF_CLINIC,
    ...{ code: 'video-call', name: 'Video call', description: 'By video, from anywhere' },
    ...{ durationMinutes: 15, minNoticeMinutes: 60, horizonDays: 30 },
  },
  {
    ...OF_CLINIC,
    ...{ code: 'procedure', name: 'Procedure', description: 'Arranged by the front desk', audience: 'staff' },
    ...{ durationMinutes: 60, bufferBefore: 10, bufferAfter: 20, maxPerDay: 3 },
  },
];

interface DemoOffer {
  readonly code: string;
  /** By default those of the type. */
  readonly own?: Partial<OwnValues>;
}

/** What each doctor offers, by the address of the account. */
export const OFFERS: Readonly<Record<string, readonly DemoOffer[]>> = {
  'doctor@clinica.example': [{ code: 'first-visit' }, { code: 'check-up' }, { code: 'video-call' }],
  'tomas.herrera.account@clinica.example': [
    { code: 'first-visit', own: { durationMinutes: 60, maxPerDay: 4 } },
    { code: 'check-up', own: { durationMinutes: 30 } },
    { code: 'procedure' },
  ],
  'ingrid.solberg.account@clinica.example': [
    { code: 'first-visit', own: { bufferAfter: 15 } },
    { code: 'check-up', own: { slotStepMinutes: 20 } },
  ],
  'amara.okafor.account@clinica.example': [
    { code: 'check-up' },
    { code: 'procedure', own: { durationMinutes: 90, bufferAfter: 30, maxPerDay: 2 } },
  ],
  'camila.rojas.account@clinica.example': [{ code: 'video-call', own: { durationMinutes: 50 } }],
  'daniel.weiss.account@clinica.example': [
    { code: 'first-visit', own: { minNoticeMinutes: 2_880 } },
    { code: 'procedure', own: { durationMinutes: 120 } },
  ],
  'grace.lee.account@clinica.example': [
    { code: 'video-call', own: { durationMinutes: 30, horizonDays: 90 } },
  ],
};
