import type { Answer, Json } from './client.js';
import type { Clinic, Person } from './clinic.js';

/** Requests a booking, and returns the answer whatever it is. */
export function request({ client }: Clinic, { token }: Person, body: object): Promise<Answer<Json>> {
  return client.post('/api/bookings', body, { token });
}

/** The slots of a query string. */
export async function slotsFor({ client }: Clinic, { token }: Person, query: string): Promise<string[]> {
  const { status, body } = await client.get<string[]>(`/api/bookings/available-slots?${query}`, { token });
  if (status !== 200) throw new Error(`no slots: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** The rules of a refusal, in their order; its code if it is none by rules. */
export function codesOf({ status, body }: Answer<Json>, ...codes: string[]): unknown[] {
  if (status !== 400) throw new Error(`not refused: ${status} ${JSON.stringify(body)}`);
  const violations = body.violations as { readonly rule: string }[] | undefined;
  return violations?.map(({ rule }) => rule) ?? (codes.length > 0 ? [body.code] : []);
}
