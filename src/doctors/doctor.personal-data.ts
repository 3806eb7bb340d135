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
 * @throws Refusal HAS_PROFILE
 */
export async function assertNoProfile(tx: EntityManager, accountId: number): Promise<void> {
  if (!(await tx.existsBy(Doctor, { userId: accountId }))) return;
  throw new Refusal(
    'HAS_PROFILE',
    'Your account has a doctor profile that patients have bookings with. Ask an admin to settle those first.',
  );
}
