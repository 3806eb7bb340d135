import { randomUUID } from 'node:crypto';
import { type EntityManager, IsNull } from 'typeorm';
import { execute, query, type Source } from '../../database/statement.js';
import { cancelNotificationOfLink } from '../../outbox/cancellation.repository.js';
import { PATIENT_INVITATION } from '../../outbox/notification-kind.js';
import { AccountLink } from './account-link.entity.js';

/** The statements of the `account_links` table about links that are mailed to patients. */

/** A link that was mailed to a patient. */
export interface PatientLink {
  readonly patientId: number;
  /** Where it was mailed. */
  readonly address: string;
}

type NewPatientLink = PatientLink & Pick<AccountLink, 'addressHash' | 'createdAt' | 'expiresAt'>;

export async function insertPatientLink(tx: EntityManager, link: NewPatientLink): Promise<number> {
  const { identifiers } = await tx.insert(AccountLink, {
    ...link,
    uid: randomUUID(),
    accountId: null,
    kind: PATIENT_INVITATION,
    sessionVersion: 0,
  });
  return (identifiers[0] as Pick<AccountLink, 'id'>).id;
}

/** The patient of a valid link. */
export async function findPatientOfLink(
  source: Source,
  uid: string,
  now: Date,
): Promise<PatientLink | undefined> {
  const [link] = await query<PatientLink>(
    source,
    `/* find-patient-of-link */ SELECT patient_id AS patientId, address FROM account_links
     WHERE uid = ? AND patient_id IS NOT NULL AND address IS NOT NULL AND used_at IS NULL AND expires_at > ?`,
    [uid, now],
  );
  return link;
}

/** Marks a link as used; false if it is not valid. */
export async function usePatientLink(tx: EntityManager, uid: string, now: Date): Promise<boolean> {
  const { affectedRows } = await execute(
    tx,
    `/* use-patient-link */ UPDATE account_links SET used_at = ?
     WHERE uid = ? AND patient_id IS NOT NULL AND used_at IS NULL AND expires_at > ?`,
    [now, uid, now],
  );
  return affectedRows > 0;
}

/**
 * Ends the unused links of patients, and cancels their emails.
 *
 * @param reason why the emails are cancelled; for operators
 * @param isForgotten whether used links lose their addresses too
 */
export async function endPatientLinks(
  tx: EntityManager,
  patientIds: readonly number[],
  { reason, isForgotten }: { readonly reason: string; readonly isForgotten: boolean },
  now: Date,
): Promise<void> {
  for (const patientId of patientIds) {
    const where = isForgotten ? { patientId } : { patientId, usedAt: IsNull() };
    for (const { id } of await tx.find(AccountLink, { select: { id: true }, where })) {
      // Before the link, in the lock order of the sweep of links.
      await cancelNotificationOfLink(tx, id, reason, now);
      await execute(
        tx,
        `/* end-patient-link */
         UPDATE account_links SET address = NULL, expires_at = LEAST(expires_at, ?) WHERE id = ?`,
        [now, id],
      );
    }
  }
}
