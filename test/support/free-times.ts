import type { Answer, Json } from './client.js';
import type { Clinic, DoctorPerson, Person } from './clinic.js';

/** A free time as the API shows it. */
export interface FreeTimeJson {
  readonly doctor_id: number;
  readonly date: string;
  readonly time: string;
  readonly starts_at: string;
  readonly ends_at: string;
}

/** Searches, and returns the answer whatever it is. */
export function search<Body = Json>(
  { client }: Clinic,
  query: string,
  person?: Person,
): Promise<Answer<Body>> {
  return client.get<Body>(`/api/availability/search?${query}`, person ?? {});
}

/** The times that a search finds on its first page. */
export async function found(clinic: Clinic, query: string, person: Person): Promise<FreeTimeJson[]> {
  const { status, body } = await search<FreeTimeJson[]>(clinic, query, person);
  if (status !== 200) throw new Error(`not found: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** All times that a search finds, page by page. */
export async function foundOnPages(clinic: Clinic, query: string, person: Person): Promise<FreeTimeJson[][]> {
  const pages: FreeTimeJson[][] = [];
  for (let next: string | undefined = query; next !== undefined;) {
    const answer: Answer<FreeTimeJson[]> = await search<FreeTimeJson[]>(clinic, next, person);
    if (answer.status !== 200) throw new Error(`no page: ${answer.status} ${JSON.stringify(answer.body)}`);
    pages.push(answer.body);
    next = nextOf(answer);
  }
  return pages;
}

/** The query of the link to the next page. */
export function nextOf({ headers }: Answer<unknown>): string | undefined {
  return /^<\/api\/availability\/search\?([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
}

/** Times as `1 2026-03-02 09:00`, with the numbers of these doctors from 1. */
export function shown(times: readonly FreeTimeJson[], ...doctors: readonly DoctorPerson[]): string[] {
  const ids = doctors.map(({ doctorId }) => doctorId);
  return times.map(({ doctor_id, date, time }) => `${ids.indexOf(doctor_id) + 1} ${date} ${time}`);
}
