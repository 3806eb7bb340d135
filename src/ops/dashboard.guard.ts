import { createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
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
import { AdminAuthentication } from '../http/admin-authentication.js';
import { Refusal, Unauthenticated } from '../errors/domain-error.js';
import { type ClientContext, anonymousContextOf } from '../http/context.js';
import { note } from '../http/request-notes.js';
import { Clock } from '../time/clock.js';
import type { EpochMs } from '../time/interval.js';
import { credentialsOf } from './basic-credentials.js';
import { assertSameOrigin } from './cross-origin.js';

const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 100;

interface Remembered {
  readonly accountId: number;
  /**
   * The hash that the password was verified against: after a change of password, the next request is verified again.
   */
  readonly passwordHash: string;
  readonly until: number;
}

/**
 * Admits admins to the operators' pages by HTTP Basic with an account's email and password. A browser sends the
 * password with each of the page's many requests, so a verified password is remembered for a minute, by a keyed hash.
 * Each request still checks that the account has the role and the password. An admin with a second factor sends an API
 * token instead of the password, because a browser cannot send new digits with each request.
 */
@Injectable()
export class DashboardGuard extends AdminAuthentication {
  /** Verified passwords, by their keyed hash. */
  private readonly remembered = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED });
  /** Until when the visit of a token counts as recorded, by the token's keyed hash. */
  private readonly visits = new LRUCache<string, EpochMs>({ max: MAX_REMEMBERED });
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
   * @throws Forbidden for a change that another site's page sends through an admin's browser
   * @throws TooManyRequests after too many attempts from this address, in total or on one account
   */
  override async authenticateAdmin(request: FastifyRequest): Promise<void> {
    assertSameOrigin(request);
    const credentials = credentialsOf(request.headers.authorization);
    if (!credentials) throw adminRequired();
    if (await this.admitsToken(request, credentials)) return;
    const hash = this.keyedHash(`${credentials.email}\0${credentials.password}`);
    if (await this.isRemembered(request, hash)) return;
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
      throw adminRequired();
    }
    await this.audit.record(loggedIn, this.dataSource, 'account.logged_in', id, { dashboard: true });
    this.remembered.set(hash, {
      accountId: account.id,
      passwordHash: account.passwordHash,
      until: this.clock.now() + REMEMBERED_MS,
    });
  }

  /** Whether the password is a valid token of an admin with a second factor; records the visit if so. */
  private async admitsToken(request: FastifyRequest, { email, password }: Credentials): Promise<boolean> {
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
    const hash = this.keyedHash(token);
    const now = this.clock.now();
    if ((this.visits.get(hash) ?? 0) > now) return;
    this.visits.set(hash, now + REMEMBERED_MS);
    const context = anonymousContextOf(request);
    const actor = { ...context.actor, id, role };
    const visit = { dashboard: true };
    try {
      await this.audit.record({ ...context, actor }, this.dataSource, 'account.logged_in', id, visit);
    } catch (error) {
      this.visits.delete(hash);
      throw error;
    }
  }

  private keyedHash(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('hex');
  }

  private async isRemembered(request: FastifyRequest, hash: string): Promise<boolean> {
    const found = this.remembered.get(hash);
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
      throw error instanceof Refusal ? adminRequired() : error;
    }
  }
}

function adminRequired(): Unauthenticated {
  return new Unauthenticated(
    'ADMIN_REQUIRED',
    'Log in with the email and password of an admin; with a second factor, with a token in place of the password.',
  );
}
