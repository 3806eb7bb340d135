import { Failure } from '../../bin/support/output.js';

export function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Failure(`--${option} must be a whole number, not ${text}.`);
  return Number(text);
}
