import { isDesk } from '../auth/role.js';
import type { Source } from '../database/statement.js';
import type { AccountActor } from '../http/context.js';
import { findManaged } from '../patients/patient-account.repository.js';
import { mayBookFor } from './booking.policy.js';
import { unknownPatient } from './booking.refusals.js';
import type { BookedPatient } from './schedule.reader.js';

/**
 * The patient of a requested booking.
 *
 * @param patientId undefined for the actor's own patient
 * @param found the patient of that id, if there is one
 * @throws Refusal UNKNOWN_PATIENT, also for one that the actor may not book for
 */
export async function patientToBookFor(
  actor: AccountActor,
  source: Source,
  patientId: number | undefined,
  found: BookedPatient | undefined,
): Promise<BookedPatient> {
  if (found && mayBookFor(actor, found)) return found;
  const [merged] = isDesk(actor.role) && patientId ? await findManaged(source, [patientId]) : [];
  throw unknownPatient(patientId, merged?.mergedInto);
}
