import type { EntityManager } from 'typeorm';
import { pagesOfAccount } from '../database/pages.js';
import { Refusal } from '../errors/domain-error.js';
import { Doctor } from './doctor.entity.js';

export const exportDoctorProfile = pagesOfAccount(
  '/* export-doctor-profile */ SELECT id, name, specialty, email, timezone, created_at FROM doctors WHERE user_id = ?',
);

/**
 * A profile is part of other people's bookings, and is not erased with its account.
 *
 * @throws Refusal HAS_PROFILE
 */
export async function assertNoProfile(tx: EntityManager, accountId: number): Promise<void> {
  if (!(await tx.existsBy(Doctor, { userId: accountId }))) return;
  throw new Refusal(
    'HAS_PROFILE',
    'You have a doctor profile, which appointments of patients are with. Ask an admin before you leave.',
  );
}
