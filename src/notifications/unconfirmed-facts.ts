import { addressTokenOf, type MailOwner } from '../auth/accounts/address-token.js';
import { Keys } from '../config/keys.js';
import type { WorkerEnvironment } from '../config/worker.environment.js';
import type { UnconfirmedFacts } from './emails/unconfirmed.js';
import type { Addressed, LinkNotificationRow, NoticeRow } from './notification-row.js';

/** What an email to an unconfirmed address offers: to say that the account or the patient is not the recipient. Pure. */
export function unconfirmedFacts(notification: Addressed, environment: WorkerEnvironment): UnconfirmedFacts {
  const { FRONT_END_URL: frontEndUrl } = environment;
  const codeFor = (owner: MailOwner) =>
    addressTokenOf(notification.email, owner, new Keys(environment).current);
  if (!('booking_id' in notification)) {
    const owner = ownerOf(notification);
    return { notMeCode: codeFor(owner), isPatients: owner.type === 'patient', frontEndUrl };
  }
  const { owner, isConfirmedByAccount } = notification;
  const notMeCode = isConfirmedByAccount ? null : codeFor(owner);
  return { notMeCode, isPatients: owner.type === 'patient', frontEndUrl };
}

function ownerOf(notification: LinkNotificationRow | NoticeRow): MailOwner {
  if (notification.account_id !== null) return { type: 'account', id: notification.account_id };
  return { type: 'patient', id: (notification as LinkNotificationRow).patient_id! };
}
