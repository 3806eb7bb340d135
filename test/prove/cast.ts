import type { ClinicPlan } from './plan.js';

/**
 * The people of every random clinic, who stay while the rest changes: a patient with a dependant, one who has accepted a
 * patient without an account, two of the desk, and three doctors.
 */
export interface Cast extends Pick<ClinicPlan, 'accounts' | 'patients'> {
  readonly doctorIds: readonly number[];
}

/** A cast for tests without a database. */
export const PAPER_CAST: Cast = {
  doctorIds: [1, 2, 3],
  accounts: [
    { id: 11, role: 'user', selfId: 501, doctorId: null },
    { id: 12, role: 'user', selfId: 502, doctorId: null },
    { id: 13, role: 'staff', selfId: 503, doctorId: null },
    { id: 14, role: 'admin', selfId: 504, doctorId: null },
    { id: 21, role: 'doctor', selfId: 505, doctorId: 1 },
    { id: 22, role: 'doctor', selfId: 506, doctorId: 2 },
    { id: 23, role: 'doctor', selfId: 507, doctorId: 3 },
  ],
  patients: [
    { id: 501, accountId: 11, guardianIds: [] },
    { id: 508, accountId: 11, guardianIds: [] },
    { id: 509, accountId: null, guardianIds: [12] },
    { id: 502, accountId: 12, guardianIds: [] },
    { id: 503, accountId: 13, guardianIds: [] },
    { id: 504, accountId: 14, guardianIds: [] },
    { id: 505, accountId: 21, guardianIds: [] },
    { id: 506, accountId: 22, guardianIds: [] },
    { id: 507, accountId: 23, guardianIds: [] },
  ],
};
