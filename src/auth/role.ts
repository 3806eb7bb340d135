/** The roles of accounts. On the wire a patient is a `user`, and `staff` is the front desk. */
export const ROLES = ['admin', 'staff', 'doctor', 'user'] as const;

export type Role = (typeof ROLES)[number];

/** The roles that may do the work of the front desk. */
export const DESK = ['staff', 'admin'] as const satisfies readonly Role[];

/** Whether an account of this role works for the clinic; patients and visitors do not. */
export function worksAtClinic(role: string | null): boolean {
  return role !== null && role !== 'user';
}

export function isDesk(role: string | null): boolean {
  return (DESK as readonly (string | null)[]).includes(role);
}
