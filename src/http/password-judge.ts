/** Knows passwords that are tried first. It takes time, so a password of a right shape is judged, and no other. */
export abstract class PasswordJudge {
  /**
   * @param email of the account, as far as it is known
   * @throws Unavailable when too many passwords are waiting
   */
  abstract isCommon(password: string, email: string): Promise<boolean>;
}
