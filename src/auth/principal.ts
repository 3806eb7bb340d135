import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor, KnownActor } from '../audit/actor.js';
import { type Client, clientOf } from '../http/client.js';
import type { Role } from './role.js';

/** Who is asking, as the token says. */
export interface Principal {
  readonly id: number;
  readonly email: string;
  readonly role: Role;
  /** That of the account's sessions when the token was issued. */
  readonly version: number;
  /** The session that the token belongs to; null for a token from before there were sessions. */
  readonly session: number | null;
  /** Whether the log-in asked for a second factor. */
  readonly secondFactor: boolean;
}

/** The caller, and where the request comes from. */
export interface Asker extends Principal, KnownActor, Client {
  readonly id: number;
  readonly role: Role;
  readonly address: string;
  readonly session: number | null;
}

/** Hands a controller the caller. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Asker => {
  const request = context.switchToHttp().getRequest<FastifyRequest & { user: Principal }>();
  return { ...request.user, ...clientOf(request), requestId: request.id };
});

/** Somebody who is known by nothing but the address. */
export interface Visiting extends Actor, Client {
  readonly address: string;
}

/** Hands a controller of an open route whoever it is. */
export const Visitor = createParamDecorator((_: unknown, context: ExecutionContext): Visiting => {
  return visitorOf(context.switchToHttp().getRequest<FastifyRequest>());
});

export function visitorOf(request: FastifyRequest): Visiting {
  return { id: null, role: null, ...clientOf(request), requestId: request.id };
}
