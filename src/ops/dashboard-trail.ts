import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { addressOf } from '../http/client-address.js';
import type { Context } from '../http/context.js';
import { notesOf } from '../http/request-notes.js';

/** Ids of jobs as this service makes them: what else stands in a path is not recorded. */
const JOB_ID = /^[\w-]{1,64}$/;

/** Records what admins do to the queue by its dashboard. */
@Injectable()
export class DashboardTrail {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Before it is done, so that nothing is done that is not recorded; call it once the admin has been let in.
   *
   * @param path where the dashboard is
   */
  async record(request: FastifyRequest, path: string): Promise<void> {
    const { method, routeOptions, params } = request;
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
    const { jobId } = params as { jobId?: string };
    const action = `${method} ${(routeOptions.url ?? '').slice(path.length)}`;
    await this.audit.record(contextOf(request), this.dataSource, 'queue.changed', 0, {
      action,
      ...(jobId !== undefined && JOB_ID.test(jobId) && { job: jobId }),
    });
  }
}

function contextOf(request: FastifyRequest): Context {
  const actor = { id: notesOf(request).account ?? null, role: 'admin', address: addressOf(request) };
  return { actor, requestId: request.id };
}
