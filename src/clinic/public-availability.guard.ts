import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Unauthenticated } from '../errors/domain-error.js';
import { isAvailabilityPublic } from './clinic.repository.js';

/** Admits visitors to a route with `@MayVisit()` where the clinic shows availability to everybody. */
@Injectable()
export class PublicAvailabilityGuard implements CanActivate {
  constructor(private readonly dataSource: DataSource) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user } = context.switchToHttp().getRequest<FastifyRequest & { user?: unknown }>();
    if (user !== undefined || (await isAvailabilityPublic(this.dataSource))) return true;
    throw new Unauthenticated('TOKEN_REQUIRED', 'Token required');
  }
}
