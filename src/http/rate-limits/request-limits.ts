import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiEnvironment } from '../../config/api.environment.js';
import { canonicalAddress } from '../../config/mail-address.js';
import { TooManyRequests } from '../../errors/domain-error.js';
import { rateLimitKey } from './rate-limit-key.js';
import { addressOf } from '../client-address.js';
import { InFlight, type Place } from './in-flight.js';
import { PageLimits } from './page-limits.js';
import { IN_FLIGHT, type LimitName, LIMITS } from './limits.js';
import { Throttle } from './throttle.js';

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
   * Counts a request of an account against its limit and that of the address; then takes a place among those under way.
   *
   * @throws TooManyRequests
   */
  async ofAccount(id: number, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!this.environment.RATE_LIMIT_ENABLED) return;
    await Promise.all([
      this.throttle.count('account', keyOf(id)),
      this.throttle.countFrom('signedInAddress', addressOf(request)),
    ]);
    this.takePlace(keyOf(id), IN_FLIGHT.account, request, reply);
  }

  /** @throws TooManyRequests */
  async ofVisitor(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!this.environment.RATE_LIMIT_ENABLED) return;
    const address = addressOf(request);
    await this.throttle.countFrom('visitor', address);
    this.takePlace(rateLimitKey(address), IN_FLIGHT.visitor, request, reply);
  }

  /** @throws TooManyRequests */
  protected override async countPage(request: FastifyRequest): Promise<void> {
    await this.throttle.countFrom('visitor', addressOf(request));
  }

  /**
   * Counts a request against the limits of its route.
   *
   * @param id the account; undefined for a visitor
   * @throws TooManyRequests
   */
  async ofRoute(names: readonly LimitName[], request: FastifyRequest, id: number | undefined): Promise<void> {
    const address = addressOf(request);
    for (const name of names) {
      const { by } = LIMITS[name];
      if (by === 'account') await this.throttle.count(name, keyOf(id!));
      else if (by === 'address') await this.throttle.countFrom(name, address);
      else await this.throttle.countFrom(name, address, emailIn(request.body));
    }
  }

  /** @throws TooManyRequests, also where the client has hung up already: nothing was done, and nobody reads the answer */
  private takePlace(caller: string, most: number, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.raw.closed) throw new TooManyRequests(1);
    const place = this.inFlight.enter(caller, most);
    places.set(request, place);
    reply.raw.once('close', () => place.close());
  }
}

const places = new WeakMap<FastifyRequest, Place>();

/** The place of a request among those under way; undefined where it needs none. */
export function placeOf(request: FastifyRequest): Place | undefined {
  return places.get(request);
}

function keyOf(id: number): string {
  return `account ${id}`;
}

/** The email that a body names, in its canonical form, though nobody has checked the body yet. */
export function emailIn(body: unknown): string {
  const email = (body as { email?: unknown } | null | undefined)?.email;
  return typeof email === 'string' ? canonicalAddress(email) : '';
}
