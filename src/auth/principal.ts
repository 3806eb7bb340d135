import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor, KnownActor } from '../audit/actor.js';
import { addressOf } from '../http/client-address.js';
import type { Role } from './role.js';

/** Who is asking, as the token says. */
export interface Principal {
  readonly id: number;
  readonly email: string;
  readonly role: Role;
  /** That of the account's sessions when the token was issued. */
  readonly version: number;
  /** Whether the log-in asked for a second factor. */
  readonly secondFactor: boolean;
}

/** The caller, and where the request comes from. */
export interface Asker extends Principal, KnownActor {
  readonly id: number;
  readonly role: Role;
}

/** Hands a controller the caller. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Asker => {
  const request = context.switchToHttp().getRequest<FastifyRequest & { user: Principal }>();
  return { ...request.user, address: addressOf(request), requestId: request.id };
});

/** Somebody who is known by nothing but the address. */
export interface Visiting extends Actor {
  readonly address: string;
}

/** Hands a controller of an open route whoever it is. */
export const Visitor = createParamDecorator((_: unknown, context: ExecutionContext): Visiting => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { id: null, role: null, address: addressOf(request), requestId: request.id };
});
