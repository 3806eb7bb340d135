import type { LinkKind } from '../../src/outbox/notification-kind.js';
import type { FuzzedRequest } from './fuzz-requests.js';
import { OWN_ID } from './fuzz-urls.js';
import {
  accountWithoutProfile,
  createSession,
  deadNotification,
  digitsOf,
  emailedCode,
} from './fuzz-fixtures.js';
import type { FuzzedAnswer } from './fuzz-verdict.js';
import type { Person, Role, Target } from './target.js';

const BEGIN = '/api/auth/second-factor';
const CONFIRM = `${BEGIN}/confirm`;
const RETRY = '/api/notifications/{id}/retry';
const SESSIONS = '/api/auth/sessions';
const PROFILE = 'POST /api/doctors';
/** A small number in a generated body stands for an account without a profile. */
const SMALL_ACCOUNT = /"user_id":\d{1,3}(?!\d)/;
/** The routes that require an emailed code, with the kind of code. */
const EMAILED_CODES: ReadonlyMap<string, LinkKind> = new Map([
  ['/api/auth/password/reset', 'password_reset'],
  ['/api/auth/verify-email', 'verify_address'],
  ['/api/auth/invitation', 'invitation'],
  ['/api/auth/change-email', 'change_address'],
]);

const keyOf = (person: Person | undefined, collection: string): string => `${person?.id} ${collection}`;

/** The accounts that send requests. Some requests revoke tokens; an account without a valid token is replaced. */
export class Actors {
  private readonly people = new Map<Role, Promise<Person>>();

  /** The ids of created resources, by account and collection. */
  private readonly created = new Map<string, number>();

  /** The API document's examples of a refresh token and of an authenticator's digits. */
  private readonly examples: { readonly token: string; readonly digits: string };
  /** The last real refresh token. */
  private refreshToken: string;
  /** The second-factor secret of each account. */
  private readonly secrets = new Map<number | undefined, string>();

  constructor(private readonly target: Target) {
    const { RefreshDto, ConfirmDto } = target.document.schemas;
    this.examples = {
      token: String(RefreshDto!.properties!.refresh_token!.example),
      digits: String(ConfirmDto!.properties!.code!.example),
    };
    this.refreshToken = this.examples.token;
  }

  async tokenOf(as: FuzzedRequest['as']): Promise<string | undefined> {
    return (await this.personOf(as))?.token;
  }

  private async personOf(as: FuzzedRequest['as']): Promise<Person | undefined> {
    if (as === 'visitor') return undefined;
    const person = this.people.get(as) ?? this.target.newcomer(as);
    this.people.set(as, person);
    return person;
  }

  /** Replaces the placeholders in a request by real ids, tokens and digits of its actor. */
  async fillIn(planned: FuzzedRequest): Promise<FuzzedRequest> {
    const { path, body, operation } = planned;
    const id = path.includes(OWN_ID) ? await this.idFor(planned) : undefined;
    // Latin-1 keeps every byte, because a body need not be text.
    let text = body?.toString('latin1');
    const { token, digits } = this.examples;
    if (text?.includes(token)) text = text.replaceAll(token, await this.codeOrTokenFor(planned));
    if (text?.includes(digits)) text = text.replaceAll(digits, await this.digitsFor(planned));
    if (operation.name === PROFILE) text = text?.replace(SMALL_ACCOUNT, await this.accountField());
    return {
      ...planned,
      path: path.replace(OWN_ID, String(id ?? 1)),
      body: body && Buffer.from(text!, 'latin1'),
    };
  }

  private async idFor({ as, operation: { path } }: FuzzedRequest): Promise<number | undefined> {
    if (path === RETRY) return deadNotification(this.target);
    const collection = path.split('/{')[0]!;
    const person = await this.personOf(as);
    if (person && collection === SESSIONS) return createSession(this.target, person.id);
    if (person && !this.created.has(keyOf(person, collection))) await this.create(person, collection);
    return this.created.get(keyOf(person, collection));
  }

  /** Creates a resource from the document's example, because generated requests seldom create one for this actor. */
  private async create(person: Person, collection: string): Promise<void> {
    const { operations } = this.target.document;
    const { requestBody } = operations.find(({ name }) => name === `POST ${collection}`) ?? {};
    const schema = requestBody?.content['application/json']?.schema;
    if (!schema) return;
    const body = this.target.document.example(schema);
    const answer = await this.target.client.post(collection, body, { token: person.token });
    if (answer.status === 201) this.created.set(keyOf(person, collection), answer.body.id!);
  }

  private async accountField(): Promise<string> {
    return `"user_id":${(await accountWithoutProfile(this.target)) ?? 1}`;
  }

  private codeOrTokenFor({ operation: { path } }: FuzzedRequest): string | Promise<string> {
    const kind = EMAILED_CODES.get(path);
    return kind ? emailedCode(this.target, kind) : this.refreshToken;
  }

  /** Digits are valid once. The previous ones confirm a second factor, so that the current ones can remove it. */
  private async digitsFor({ as, operation: { path } }: FuzzedRequest): Promise<string> {
    const person = await this.personOf(as);
    if (person && path === CONFIRM) await this.beginSecondFactor(person);
    const secret = this.secrets.get(person?.id);
    return secret ? digitsOf(secret, path === CONFIRM ? 'previous' : 'current') : this.examples.digits;
  }

  /** Begins anew to get a fresh secret: an earlier one may belong to an actor that has been replaced. */
  private async beginSecondFactor({ id, password, token }: Person): Promise<void> {
    const { body } = await this.target.client.post(BEGIN, { password }, { token });
    if (typeof body.secret === 'string') this.secrets.set(id, body.secret);
  }

  /** Remembers created ids and new tokens. */
  async remember({ as, operation, method }: FuzzedRequest, { status, text }: FuzzedAnswer): Promise<void> {
    if (status > 201 || method !== operation.method) return;
    const answer = JSON.parse(text) as { id?: number; refresh_token?: string; token?: string };
    const person = await this.personOf(as);
    if (status === 201 && answer.id !== undefined) this.created.set(keyOf(person, operation.path), answer.id);
    if (method === 'DELETE') this.created.delete(keyOf(person, operation.path.split('/{')[0]!));
    if (answer.refresh_token !== undefined) this.refreshToken = answer.refresh_token;
    // Confirming ends all sessions except the new one, which is needed to remove the second factor again.
    if (operation.path === CONFIRM && person)
      this.people.set(as as Role, Promise.resolve({ ...person, token: answer.token! }));
  }

  /** Replaces an actor whose token has become invalid. */
  forget(as: FuzzedRequest['as'], token: string | undefined): void {
    if (as === 'visitor' || token === undefined) return;
    void this.people.get(as)?.then((person) => person.token === token && this.people.delete(as));
  }
}
