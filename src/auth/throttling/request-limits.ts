import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../config/environment.js';
import { canonicalAddress } from '../../config/mail-address.js';
import { addressOf } from '../../http/client-address.js';
import { PageLimits } from '../../http/page-limits.js';
import { countedAs } from '../../http/caller-address.js';
import { InFlight } from './in-flight.js';
import { IN_FLIGHT, type LimitName, LIMITS } from './limits.js';
import { Throttle } from './throttle.js';

/** Counts requests against the general limits and those of their route. */
@Injectable()
export class RequestLimits extends PageLimits {
  private readonly inFlight = new InFlight();

  constructor(
    private readonly throttle: Throttle,
    private readonly environment: Environment,
  ) {
    super();
  }

  /**
   * Counts a request of an account against its limit and that of the address; then takes a place among those under way.
   *
   * @throws TooManyRequests
   */
  async ofAccount(id: number, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await Promise.all([
      this.throttle.count('account', keyOf(id)),
      this.throttle.countFrom('signedInAddress', addressOf(request)),
    ]);
    this.takePlace(keyOf(id), IN_FLIGHT.account, reply);
  }

  /** @throws TooManyRequests */
  async ofVisitor(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const address = addressOf(request);
    await this.throttle.countFrom('visitor', address);
    this.takePlace(countedAs(address), IN_FLIGHT.visitor, reply);
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

  private takePlace(caller: string, most: number, reply: FastifyReply): void {
    // Of a client that has hung up meanwhile nobody says again that its request is over.
    if (!this.environment.RATE_LIMIT_ENABLED || reply.raw.closed) return;
    reply.raw.once('close', this.inFlight.enter(caller, most));
  }
}

function keyOf(id: number): string {
  return `account ${id}`;
}

/** The email that a body names, in its canonical form, though nobody has checked the body yet. */
export function emailIn(body: unknown): string {
  const email = (body as { email?: unknown } | null | undefined)?.email;
  return typeof email === 'string' ? canonicalAddress(email) : '';
}
