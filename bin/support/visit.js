import { Patient } from './patient.js';
import { Failure, line } from './say.js';

/** The steps in order, each with the name that an error message uses. @type {[string, (patient: Patient) => Promise<void>][]} */
const STEPS = [
  ['The patient logs in', (patient) => patient.logIn()],
  ["A doctor's open times", (patient) => patient.seeOpenTimes()],
  ['Book one of them', (patient) => patient.book()],
  ['The time is gone', (patient) => patient.findTimeGone()],
  ['The confirmation lies in the mailbox', (patient) => patient.readMail()],
  ['My bookings', (patient) => patient.listBookings()],
  ['Cancel', (patient) => patient.cancel()],
  ['The cancellation lies in the mailbox', (patient) => patient.readMail()],
];

/**
 * Plays a patient's visit over real HTTP: every step says what it asks and what comes back, and must hold.
 *
 * @param {import('./patient.js').Place} place
 * @throws {Failure} naming the first step that did not hold
 */
export async function playVisit(place) {
  const patient = new Patient(place);
  for (const [index, [name, play]] of STEPS.entries()) {
    place.signal?.throwIfAborted();
    line(`  ${index + 1}. ${name}`);
    try {
      await play(patient);
    } catch (error) {
      if (place.signal?.aborted || !(error instanceof Failure)) throw error;
      throw new Failure(`Step ${index + 1} of the visit, "${name}", did not hold: ${error.message}`, error);
    }
  }
}
