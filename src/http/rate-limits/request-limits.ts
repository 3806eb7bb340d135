import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiEnvironment } from '../../config/api.environment.js';
import { canonicalAddress } from '../../config/mail-address.js';
import { TooManyRequests } from '../../errors/domain-error.js';
import { rateLimitKey } from './rate-limit-key.js';
import { addressOf } from '../client-address.js';
import { InFlight, type Permit, type Share } from './in-flight.js';
import { PageLimits } from './page-limits.js';
import { IN_FLIGHT, type LimitName, LIMITS } from './limits.js';
import { Throttle } from './throttle.js';

/** The account and session of a request. */
export interface SignedIn {
  readonly id: number;
  readonly session: number | null;
}

/** Counts requests against the general limits and those of their route. */
@Injectable()
export class RequestLimits extends PageLimits {
  private readonly inFlight = new InFlight();

  constructor(
    private readonly throttle: Throttle,
    private readonly environment: ApiEnvironment,
  ) {
    super();
  }

  /**
   * Counts a request of an account against the general limits and those of its route, and acquires a permit to handle
   * it. A route that is counted by session spends nothing of the account's.
   *
   * Limits by address come last: a request beyond a limit of its own account or session uses up nothing of the address,
   * which others share.
   *
   * @param names the route's own limits
   * @throws TooManyRequests
   */
  async countSignedIn(
    signedIn: SignedIn,
    names: readonly LimitName[],
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (!this.environment.RATE_LIMIT_ENABLED) return;
    const isOfSession = names.some((name) => LIMITS[name].by === 'session');
    const own = names.filter((name) => !isByAddress(name));
    for (const name of isOfSession ? own : (['account', ...own] as const))
      await this.throttle.count(name, keyOf(name, signedIn));
    this.acquirePermit(
      isOfSession ? sharesOfSession(signedIn, names) : [[accountKey(signedIn.id), IN_FLIGHT.account]],
      request,
      reply,
    );
    const address = addressOf(request);
    for (const name of ['signedInAddress', ...names.filter(isByAddress)] as const)
      await this.throttle.countFrom(name, address);
  }

  /**
   * Counts a request without an account against the general limit of its address, unless its route has limits of its own
   * by address, acquires a permit to handle it, and counts it against the limits of its route.
   *
   * @param names the route's own limits
   * @throws TooManyRequests
   */
  async countVisitor(
    names: readonly LimitName[],
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (!this.environment.RATE_LIMIT_ENABLED) return;
    const address = addressOf(request);
    if (!names.some((name) => LIMITS[name].by === 'address'))
      await this.throttle.countFrom('visitor', address);
    this.acquirePermit([[rateLimitKey(address), IN_FLIGHT.visitor]], request, reply);
    for (const name of names)
      await this.throttle.countFrom(
        name,
        address,
        LIMITS[name].by === 'address and email' ? emailIn(request.body) : undefined,
      );
  }

  /** @throws TooManyRequests */
  protected override async countPage(request: FastifyRequest): Promise<void> {
    await this.throttle.countFrom('visitor', addressOf(request));
  }

  /** @throws TooManyRequests, also if the client has hung up: nothing was done, and nobody reads the response */
  private acquirePermit(shares: readonly Share[], request: FastifyRequest, reply: FastifyReply): void {
    if (reply.raw.closed) throw new TooManyRequests(1);
    const permit = this.inFlight.acquire(...shares);
    permits.set(request, permit);
    reply.raw.once('close', () => permit.close());
  }
}

const permits = new WeakMap<FastifyRequest, Permit>();

/** The permit of a request; undefined if it does not need one. */
export function permitOf(request: FastifyRequest): Permit | undefined {
  return permits.get(request);
}

function isByAddress(name: LimitName): boolean {
  return LIMITS[name].by === 'address';
}

/** The shares of a request on a route that is counted by session. */
function sharesOfSession(signedIn: SignedIn, names: readonly LimitName[]): Share[] {
  const [one, all] = [sessionKey(signedIn), `${accountKey(signedIn.id)} sessions`];
  const shares: Share[] = [
    [one, IN_FLIGHT.session],
    [all, IN_FLIGHT.sessions],
  ];
  if (!names.includes('newPassword')) return shares;
  const { session, sessions } = IN_FLIGHT.newPassword;
  return [...shares, [`new password ${one}`, session], [`new password ${all}`, sessions]];
}

/** The key of a limit by account or session. */
function keyOf(name: LimitName, signedIn: SignedIn): string {
  return LIMITS[name].by === 'session' ? sessionKey(signedIn) : accountKey(signedIn.id);
}

/** The key of an account in the counters. */
export function accountKey(id: number): string {
  return `account ${id}`;
}

/** The key of a session in the counters. */
export function sessionKey({ id, session }: SignedIn): string {
  return `account ${id} session ${session ?? 'none'}`;
}

/** The email in a body that is not validated yet, in canonical form; empty if there is none. */
export function emailIn(body: unknown): string {
  const email = (body as { email?: unknown } | null | undefined)?.email;
  return typeof email === 'string' ? canonicalAddress(email) : '';
}
