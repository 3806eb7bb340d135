import type { EntityManager } from 'typeorm';
import { assertNoticeWithinHorizon, type ClinicLimits } from '../clinic/clinic-limits.js';
import { findImpossibleLimits } from './appointment-type.repository.js';

/**
 * Refuses limits with which nobody could book. The transaction has written those of types and doctors already.
 *
 * @param only as for `findImpossibleLimits`
 * @throws Refusal NOTICE_BEYOND_HORIZON, which names the type
 */
export async function assertLimitsPossible(
  tx: EntityManager,
  clinic: ClinicLimits,
  only?: { readonly typeId?: number; readonly doctorId?: number },
): Promise<void> {
  const found = await findImpossibleLimits(tx, clinic, only);
  if (!found) return;
  const { code, doctorId } = found;
  const what = doctorId === null ? code : `${code} with doctor ${doctorId}`;
  assertNoticeWithinHorizon(found, what, only?.doctorId === undefined ? undefined : 'types');
}
