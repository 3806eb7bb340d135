/**
 * A password in the form that is judged and hashed: typed on two keyboards, one and the same may differ in its code points
 * (NIST SP 800-63B, 5.1.1.2). Pure.
 */
export const asKept = (password: string): string => password.normalize('NFKC');
