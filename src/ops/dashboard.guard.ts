import { createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { RefusalTrail } from '../audit/refusal-trail.js';
import { AccountsService } from '../auth/accounts/accounts.service.js';
import { type Credentials, LoginService } from '../auth/sessions/login.service.js';
import type { Principal } from '../auth/principal.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { TokenReader } from '../auth/sessions/token.js';
import { emailIn } from '../http/rate-limits/request-limits.js';
import { Throttle } from '../http/rate-limits/throttle.js';
import { ApiEnvironment } from '../config/api.environment.js';
import { canonicalAddress } from '../config/mail-address.js';
import { AdminsOnly } from '../http/admins-only.js';
import { Forbidden, Refusal, Unauthenticated } from '../errors/domain-error.js';
import { type ClientContext, anonymousContextOf } from '../http/context.js';
import { note } from '../http/request-notes.js';
import { Clock } from '../time/clock.js';

const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 100;

interface Remembered {
  readonly accountId: number;
  /** The hash that the password was checked against: a changed password is checked anew. */
  readonly passwordHash: string;
  readonly until: number;
}

/**
 * Lets admins to the pages of operators, by HTTP Basic against the accounts. A browser sends the password with
 * each of the page's many requests, so a checked one is remembered for a minute, by a keyed hash; that the
 * account still is an admin's, with that password, is looked up each time. Whoever has a second factor sends a token of
 * the API in the password's place, since a browser cannot send new digits each time.
 */
@Injectable()
export class DashboardGuard extends AdminsOnly {
  private readonly remembered = new Map<string, Remembered>();
  /** By the keyed hash of a token, until when its visit is recorded. */
  private readonly visits = new Map<string, number>();
  private readonly key = randomBytes(32);

  constructor(
    private readonly logins: LoginService,
    private readonly accounts: AccountsService,
    private readonly throttle: Throttle,
    private readonly tokens: TokenReader,
    private readonly sessions: Sessions,
    private readonly environment: ApiEnvironment,
    private readonly clock: Clock,
    private readonly dataSource: DataSource,
    private readonly audit: AuditTrail,
    private readonly refusals: RefusalTrail,
  ) {
    super();
  }

  /**
   * @throws Unauthenticated for anyone but an admin
   * @throws Forbidden when the page of somebody else has an admin's browser change something
   * @throws TooManyRequests after too many attempts from this address, or from it on this account
   */
  override async admit(request: FastifyRequest): Promise<void> {
    if (!isReading(request) && comesFromElsewhere(request)) throw fromElsewhere();
    const credentials = credentialsOf(request.headers.authorization);
    if (!credentials) throw refused();
    if (await this.hasToken(request, credentials)) return;
    const mark = this.markOf(`${credentials.email}\0${credentials.password}`);
    if (await this.isRemembered(request, mark)) return;
    const context = anonymousContextOf(request);
    await this.throttle.countFrom('loginAddress', context.actor.address);
    await this.throttle.countFrom('login', context.actor.address, emailIn(credentials));
    const account = await this.logIn(context, credentials);
    note(request, { account: account.id });
    const { id, role } = account;
    const loggedIn = { ...context, actor: { ...context.actor, id, role } };
    if (role !== 'admin' || this.environment.ADMIN_SECOND_FACTOR_REQUIRED) {
      await this.refusals.record(loggedIn, {
        action: 'account.access_denied',
        subjectId: id,
        particulars: { code: 'ADMIN_REQUIRED', route: request.routeOptions.url ?? '' },
      });
      throw refused();
    }
    await this.audit.record(loggedIn, this.dataSource, 'account.logged_in', id, { dashboard: true });
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    this.remembered.set(mark, {
      accountId: account.id,
      passwordHash: account.passwordHash,
      until: this.clock.now() + REMEMBERED_MS,
    });
  }

  private async hasToken(request: FastifyRequest, { email, password }: Credentials): Promise<boolean> {
    const found = this.tokens.read(password);
    if (
      found?.role !== 'admin' ||
      !found.secondFactor ||
      canonicalAddress(found.email) !== canonicalAddress(email)
    )
      return false;
    note(request, { account: found.id });
    if (await this.sessions.isRevoked(found)) return false;
    await this.recordVisit(request, found, password);
    return true;
  }

  /** One event for each token and minute: the page asks every few seconds. */
  private async recordVisit(request: FastifyRequest, { id, role }: Principal, token: string): Promise<void> {
    const mark = this.markOf(token);
    const now = this.clock.now();
    if ((this.visits.get(mark) ?? 0) > now) return;
    if (this.visits.size >= MOST_REMEMBERED) this.visits.clear();
    this.visits.set(mark, now + REMEMBERED_MS);
    const context = anonymousContextOf(request);
    const actor = { ...context.actor, id, role };
    await this.audit.record({ ...context, actor }, this.dataSource, 'account.logged_in', id, {
      dashboard: true,
    });
  }

  private markOf(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('hex');
  }

  private async isRemembered(request: FastifyRequest, mark: string): Promise<boolean> {
    const found = this.remembered.get(mark);
    if (!found || found.until <= this.clock.now()) return false;
    note(request, { account: found.accountId });
    const account = await this.accounts.find(found.accountId);
    if (account?.role !== 'admin' || account.isDisabled || account.hasSecondFactor) return false;
    return account.passwordHash === found.passwordHash;
  }

  private async logIn(context: ClientContext, credentials: Credentials): ReturnType<LoginService['logIn']> {
    try {
      return await this.logins.logIn(context, credentials);
    } catch (error) {
      throw error instanceof Refusal ? refused() : error;
    }
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Node takes no more than 16 KiB of headers, which bounds what is decoded here. */
function credentialsOf(header = ''): Credentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  const colon = bytes.indexOf(':');
  if (colon <= 0) return undefined;
  return { email: textOf(bytes.subarray(0, colon)), password: textOf(bytes.subarray(colon + 1)) };
}

/**
 * Bytes as text. What is not UTF-8 becomes a text that nobody can have chosen, not the same for all wrong bytes, and is
 * judged like any other: in the same time.
 */
function textOf(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return randomBytes(32).toString('base64');
  }
}

function refused(): Unauthenticated {
  return new Unauthenticated(
    'ADMIN_REQUIRED',
    'Log in with the email and password of an admin; with a second factor, with a token in place of the password.',
  );
}

const isReading = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

/**
 * Whether a browser says that the request was sent by the page of another origin: it adds the password to those too.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html#fetch-metadata-headers
 */
function comesFromElsewhere({ headers, host }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin';
  const { origin } = headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}

function fromElsewhere(): Forbidden {
  return new Forbidden('CROSS_ORIGIN', 'Only the dashboard itself may change something here.');
}
