/** What is said of a password to be set that is too short, too long, or too common. */
export const NEW_PASSWORD_RULE = 'must have 8 to 256 characters and not be one of the most common passwords';

/** Knows passwords that are tried first. It takes time, so a password of a right shape is judged, and no other. */
export abstract class PasswordJudge {
  /**
   * @param email of the account, as far as it is known
   * @throws Unavailable when too many passwords are waiting
   */
  abstract isCommon(password: string, email: string): Promise<boolean>;
}
