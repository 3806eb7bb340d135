/** The roles of accounts. On the wire a patient is a `user`. */
export const ROLES = ['admin', 'doctor', 'user'] as const;

export type Role = (typeof ROLES)[number];
