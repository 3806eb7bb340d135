/** The message for a new password that is too short, too long or too common. */
export const NEW_PASSWORD_RULE = 'must have 8 to 256 characters and not be one of the most common passwords';

/** Recognises common passwords. It is slow, so only a password of a valid length is checked. */
export abstract class PasswordChecker {
  /**
   * @param email of the account; empty if unknown
   * @throws Unavailable if too many passwords are waiting
   */
  abstract isCommon(password: string, email: string): Promise<boolean>;
}
