import { Refusal } from '../../errors/domain-error.js';

export function wrongPassword(): Refusal {
  const message = 'This is not the password of the account. Type it again, or have a new one mailed.';
  return new Refusal('WRONG_PASSWORD', message);
}
