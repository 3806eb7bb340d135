import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { addressOf } from '../http/client-address.js';
import type { Context } from '../http/context.js';
import { notesOf } from '../http/request-notes.js';

/** The shape of this service's job ids: any other text in a path is not recorded. */
const JOB_ID = /^[\w-]{1,64}$/;

/** Records the changes that admins make to the queue in the dashboard. */
@Injectable()
export class DashboardTrail {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Records a change before it happens: none may go unrecorded. Call it after the guard has admitted the admin.
   *
   * @param path the dashboard's own path
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
