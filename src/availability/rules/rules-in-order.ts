import type { RuleCode } from '../../errors/rules.js';
import { buffer } from './buffer.js';
import { dayFull } from './day-full.js';
import { doctorInactive } from './doctor-inactive.js';
import { exception } from './exception.js';
import { noSuchTime } from './no-such-time.js';
import { notInFuture } from './not-in-future.js';
import { notOffered } from './not-offered.js';
import { offGrid } from './off-grid.js';
import { outsideAvailability } from './outside-availability.js';
import { patientBusy } from './patient-busy.js';
import type { Rule } from './rule.js';
import { taken } from './taken.js';
import { tooFar } from './too-far.js';
import { tooManyBookings } from './too-many-bookings.js';
import { tooSoon } from './too-soon.js';

/** All rules, in the order of the contract: a refusal reports the first violation. */
export const RULES_IN_ORDER: readonly Rule[] = [
  doctorInactive,
  notOffered,
  noSuchTime,
  notInFuture,
  tooSoon,
  tooFar,
  outsideAvailability,
  exception,
  offGrid,
  taken,
  buffer,
  dayFull,
  patientBusy,
  tooManyBookings,
];

/** The codes with which a requested time can be refused. */
export const RULE_CODES: readonly RuleCode[] = RULES_IN_ORDER.map(({ code }) => code);
