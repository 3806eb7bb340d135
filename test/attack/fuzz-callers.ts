import type { AccountKind } from '../../src/outbox/notification-kind.js';
import type { FuzzedRequest } from './fuzz-requests.js';
import { OWN } from './fuzz-urls.js';
import { deadMail, digitsOf, doctorToBe, mailedCode, sessionOf } from './fuzz-hints.js';
import type { FuzzedAnswer } from './fuzz-verdict.js';
import type { Person, Role, Target } from './target.js';

const BEGIN = '/api/auth/second-factor';
const CONFIRM = `${BEGIN}/confirm`;
const RETRY = '/api/notifications/{id}/retry';
const SESSIONS = '/api/auth/sessions';
const PROFILE = 'POST /api/doctors';
/** A number that is small enough to be meant: it stands for an account that has no profile yet. */
const SMALL_ACCOUNT = /"user_id":\d{1,3}(?!\d)/;
/** Those that ask for a mailed code. */
const MAILED: ReadonlyMap<string, AccountKind> = new Map([
  ['/api/auth/password/reset', 'password_reset'],
  ['/api/auth/verify-email', 'verify_address'],
  ['/api/auth/invitation', 'invitation'],
  ['/api/auth/change-email', 'change_address'],
]);

const own = (person: Person | undefined, collection: string): string => `${person?.id} ${collection}`;

/** Those who ask, each replaced as soon as their token is good no more: some requests do that. */
export class Callers {
  private readonly people = new Map<Role, Promise<Person>>();

  private readonly made = new Map<string, number>();

  /** The document's examples of a token and of digits; the last real token, and whose authenticator knows what. */
  private readonly examples: { readonly token: string; readonly digits: string };
  private refresh: string;
  private readonly authenticators = new Map<number | undefined, string>();

  constructor(private readonly target: Target) {
    const { RefreshDto, ConfirmDto } = target.document.schemas;
    this.examples = {
      token: String(RefreshDto!.properties!.refresh_token!.example),
      digits: String(ConfirmDto!.properties!.code!.example),
    };
    this.refresh = this.examples.token;
  }

  async tokenOf(as: FuzzedRequest['as']): Promise<string | undefined> {
    return (await this.personOf(as))?.token;
  }

  private async personOf(as: FuzzedRequest['as']): Promise<Person | undefined> {
    if (as === 'nobody') return undefined;
    const person = this.people.get(as) ?? this.target.newcomer(as);
    this.people.set(as, person);
    return person;
  }

  /** The request with what the service has made for such a caller, or told them, in place of what stands for it. */
  async filledIn(planned: FuzzedRequest): Promise<FuzzedRequest> {
    const { path, body, operation } = planned;
    const id = path.includes(OWN) ? await this.idFor(planned) : undefined;
    // Byte by byte: a body need not be text.
    let text = body?.toString('latin1');
    const { token, digits } = this.examples;
    if (text?.includes(token)) text = text.replaceAll(token, await this.tokenFor(planned));
    if (text?.includes(digits)) text = text.replaceAll(digits, await this.digitsFor(planned));
    if (operation.name === PROFILE) text = text?.replace(SMALL_ACCOUNT, await this.accountFor());
    return {
      ...planned,
      path: path.replace(OWN, String(id ?? 1)),
      body: body && Buffer.from(text!, 'latin1'),
    };
  }

  private async idFor({ as, operation: { path } }: FuzzedRequest): Promise<number | undefined> {
    if (path === RETRY) return deadMail(this.target);
    const collection = path.split('/{')[0]!;
    const person = await this.personOf(as);
    if (person && collection === SESSIONS) return sessionOf(this.target, person.id);
    if (person && !this.made.has(own(person, collection))) await this.make(person, collection);
    return this.made.get(own(person, collection));
  }

  /** One as the document shows it: what is made up is seldom good enough to be kept, and those who made it come and go. */
  private async make(person: Person, collection: string): Promise<void> {
    const { operations } = this.target.document;
    const { requestBody } = operations.find(({ name }) => name === `POST ${collection}`) ?? {};
    const schema = requestBody?.content['application/json']?.schema;
    if (!schema) return;
    const body = this.target.document.example(schema);
    const answer = await this.target.client.post(collection, body, { token: person.token });
    if (answer.status === 201) this.made.set(own(person, collection), answer.body.id!);
  }

  private async accountFor(): Promise<string> {
    return `"user_id":${(await doctorToBe(this.target)) ?? 1}`;
  }

  private tokenFor({ operation: { path } }: FuzzedRequest): string | Promise<string> {
    const kind = MAILED.get(path);
    return kind ? mailedCode(this.target, kind) : this.refresh;
  }

  /** Digits are good once: with those of before a second factor is confirmed, with those of now it is given up. */
  private async digitsFor({ as, operation: { path } }: FuzzedRequest): Promise<string> {
    const person = await this.personOf(as);
    if (person && path === CONFIRM) await this.begin(person);
    const secret = this.authenticators.get(person?.id);
    return secret ? digitsOf(secret, path === CONFIRM ? 'before' : 'now') : this.examples.digits;
  }

  /** A secret of now: the one that was begun with may have been another's, who has lost their token since. */
  private async begin({ id, password, token }: Person): Promise<void> {
    const { body } = await this.target.client.post(BEGIN, { password }, { token });
    if (typeof body.secret === 'string') this.authenticators.set(id, body.secret);
  }

  async remember({ as, operation, method }: FuzzedRequest, { status, text }: FuzzedAnswer): Promise<void> {
    if (status > 201 || method !== operation.method) return;
    const told = JSON.parse(text) as { id?: number; refresh_token?: string; token?: string };
    const person = await this.personOf(as);
    if (status === 201 && told.id !== undefined) this.made.set(own(person, operation.path), told.id);
    if (method === 'DELETE') this.made.delete(own(person, operation.path.split('/{')[0]!));
    if (told.refresh_token !== undefined) this.refresh = told.refresh_token;
    // All sessions end with it but the one that begins: only there can the second factor be given up again.
    if (operation.path === CONFIRM && person)
      this.people.set(as as Role, Promise.resolve({ ...person, token: told.token! }));
  }

  forget(as: FuzzedRequest['as'], token: string | undefined): void {
    if (as === 'nobody' || token === undefined) return;
    void this.people.get(as)?.then((person) => person.token === token && this.people.delete(as));
  }
}
