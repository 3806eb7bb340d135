import type { EntityManager } from 'typeorm';
import { pagesOfAccount } from '../database/pages.js';
import { Refusal } from '../errors/domain-error.js';
import { Doctor } from './doctor.entity.js';

export const exportDoctorProfile = pagesOfAccount(
  `/* export-doctor-profile */ SELECT id, name, specialty, email, timezone, active, version, created_at
   FROM doctors WHERE user_id = ?`,
);

/**
 * Refuses to erase an account with a doctor profile, because patients' bookings refer to the profile.
 *
 * @param isOwn whether its owner erases it, not an admin
 * @throws Refusal HAS_PROFILE
 */
export async function assertNoProfile(tx: EntityManager, accountId: number, isOwn: boolean): Promise<void> {
  if (!(await tx.existsBy(Doctor, { userId: accountId }))) return;
  throw new Refusal(
    'HAS_PROFILE',
    isOwn
      ? 'Your account has a doctor profile that patients have bookings with. Ask an admin to settle those first.'
      : 'This account has a doctor profile that patients have bookings with. Settle those first.',
  );
}
