import type { FuzzedRequest } from './fuzz-requests.js';
import { OWN } from './fuzz-urls.js';
import type { FuzzedAnswer } from './fuzz-verdict.js';
import type { Person, Role, Target } from './target.js';

/** Those who ask, each replaced as soon as their token is good no more: some requests do that. */
export class Callers {
  private readonly people = new Map<Role, Promise<Person>>();

  private readonly made = new Map<string, number>();

  /** The document's example of a token, and the last real one. */
  private readonly example: string;
  private refresh: string;

  constructor(private readonly target: Target) {
    this.example = String(target.document.schemas.RefreshDto!.properties!.refresh_token!.example);
    this.refresh = this.example;
  }

  async tokenOf(as: FuzzedRequest['as']): Promise<string | undefined> {
    if (as === 'nobody') return undefined;
    const person = this.people.get(as) ?? this.target.newcomer(as);
    this.people.set(as, person);
    return (await person).token;
  }

  /** The request with what the service has made for such a caller in place of what stands for it. */
  filledIn(planned: FuzzedRequest): FuzzedRequest {
    const { as, path, operation, body } = planned;
    const collection = operation.path.split('/{')[0]!;
    const id = String(this.made.get(`${as} ${collection}`) ?? 1);
    // Byte by byte: a body need not be text.
    const bytes =
      body && Buffer.from(body.toString('latin1').replaceAll(this.example, this.refresh), 'latin1');
    return { ...planned, path: path.replace(OWN, id), body: bytes };
  }

  remember({ as, operation, method }: FuzzedRequest, { status, text }: FuzzedAnswer): void {
    if (status > 201 || method !== operation.method) return;
    const { id, refresh_token: token } = JSON.parse(text) as { id?: number; refresh_token?: string };
    if (status === 201 && id !== undefined) this.made.set(`${as} ${operation.path}`, id);
    if (token !== undefined) this.refresh = token;
  }

  forget(as: FuzzedRequest['as'], token: string | undefined): void {
    if (as === 'nobody' || token === undefined) return;
    void this.people.get(as)?.then((person) => person.token === token && this.people.delete(as));
  }
}
