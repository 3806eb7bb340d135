import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Role } from './role.js';

/** Who is asking, as the token says. */
export interface Principal {
  readonly id: number;
  readonly email: string;
  readonly role: Role;
  /** That of the account's sessions when the token was issued. */
  readonly version: number;
}

/** Hands a controller the caller. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal =>
    context.switchToHttp().getRequest<FastifyRequest & { user: Principal }>().user,
);
