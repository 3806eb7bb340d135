import { isDesk } from '../auth/role.js';
import type { Actor } from '../http/context.js';
import { DETAIL_FIELDS, type PatientDetails, type SeenPatient, WIRE_NAMES } from './patient.js';
import { onlyForDesk, patientNotFound } from './patient.refusals.js';

/** In which capacity somebody acts on a patient; `owner` is who manages the patient, or has accepted them. */
export type Party = 'desk' | 'owner';

type Field = keyof PatientDetails;

const OWN_FIELDS: readonly Field[] = DETAIL_FIELDS.filter((field) => field !== 'notes');

/** The fields of a patient that each party may see and change. */
export const ALLOWED: Readonly<Record<Party, readonly Field[]>> = {
  desk: DETAIL_FIELDS,
  owner: OWN_FIELDS,
};

/** The capacity in which an actor acts on a patient; undefined for a patient that it must not know of. Pure. */
export function partyOf(
  { role }: Pick<Actor, 'role'>,
  { ownRelation }: Pick<SeenPatient, 'ownRelation'>,
): Party | undefined {
  if (isDesk(role)) return 'desk';
  return ownRelation ? 'owner' : undefined;
}

/**
 * The capacity in which the actor acts on this patient.
 *
 * @throws NotFound PATIENT_NOT_FOUND for a patient that the actor must not know of, and for one that was merged or erased
 */
export function assertMaySee(
  actor: Pick<Actor, 'role'>,
  patient: SeenPatient | undefined,
): { readonly party: Party; readonly patient: SeenPatient } {
  const party = patient && partyOf(actor, patient);
  if (!party) throw patientNotFound();
  if (patient.mergedInto !== null || patient.isErased)
    throw patientNotFound(party === 'desk' ? patient.mergedInto : null);
  return { party, patient };
}

/**
 * Asserts that a party may send these fields.
 *
 * @throws Refusal VALIDATION_FAILED
 */
export function assertMaySend(
  party: Party,
  sent: { readonly [F in Field]?: unknown } & { readonly notDuplicateOf?: unknown },
): void {
  if (party === 'desk') return;
  const refused = DETAIL_FIELDS.filter(
    (field) => sent[field] !== undefined && !ALLOWED[party].includes(field),
  ).map((field) => WIRE_NAMES[field]);
  const names = [...refused, ...(sent.notDuplicateOf === undefined ? [] : ['not_duplicate_of'])];
  if (names.length > 0) throw onlyForDesk(names);
}
