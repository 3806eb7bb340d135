/** What the audit trail records, by subject. `mended`: corrected in the database by hand (docs/operations.md). */
export const AUDIT_ACTIONS = {
  booking: ['booked', 'moved', 'cancelled', 'status_set', 'annotated', 'renewed', 'listed', 'read', 'mended'],
  patient: [
    'created',
    'changed',
    'merged',
    'address_refused',
    'invited',
    'accepted',
    'erased',
    'exported',
    'found',
    'read',
    'imported',
  ],
  clinic: ['changed'],
  day: ['read'],
  account: [
    'logged_in',
    'login_refused',
    'access_denied',
    'logged_out',
    'session_ended',
    'listed',
    'registered',
    'opened',
    'changed',
    'password_changed',
    'password_reset',
    'reset_asked',
    'address_verified',
    'address_refused',
    'address_change_asked',
    'address_changed',
    'invitation_accepted',
    'sessions_ended',
    'token_reused',
    'second_factor_added',
    'second_factor_removed',
    'exported',
    'erased',
    'mended',
  ],
  doctor: ['created', 'changed', 'types_set', 'listed', 'mended'],
  type: ['created', 'changed'],
  window: ['added', 'removed'],
  exception: ['added', 'removed'],
  message: ['retried', 'listed'],
  event: ['listed'],
  queue: ['changed'],
} as const;

type Actions = typeof AUDIT_ACTIONS;

export type AuditSubject = keyof Actions;

export const AUDIT_SUBJECTS = Object.keys(AUDIT_ACTIONS) as AuditSubject[];

/** What happened, such as `booking.moved`. */
export type AuditAction = { [S in AuditSubject]: `${S}.${Actions[S][number]}` }[AuditSubject];

/** What can happen to a subject of this kind. */
export function actionsOf(subject: AuditSubject): AuditAction[] {
  return AUDIT_ACTIONS[subject].map((action) => `${subject}.${action}` as AuditAction);
}
