/** What an account may do. On the wire a patient is a `user`. */
export const ROLES = ['admin', 'doctor', 'user'] as const;

export type Role = (typeof ROLES)[number];
