import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { NotFound, Unavailable } from '../errors/domain-error.js';
import { prefixOf } from '../http/path-prefix.js';
import { problemOf } from '../http/problem.js';
import { PROBLEM_TYPE } from '../http/problem.filter.js';
import { type NotificationJob, NotificationQueue } from '../notifications/notification-queue.js';
import { isRedisUnavailable } from '../redis/redis-errors.js';
import { Clock } from '../time/clock.js';
import { DashboardTrail } from './dashboard-trail.js';
import { DashboardGuard } from './dashboard.guard.js';
import { jobTitle } from './job-title.js';

const PATH = '/admin/queues';

/**
 * Serves the queue dashboard to admins. It has its own scope on the server with the guard as a hook: page, static files
 * and API cannot be reached past the guard, however their path is spelled.
 */
export async function serveDashboard(app: NestFastifyApplication): Promise<void> {
  const [guard, trail] = [app.get(DashboardGuard), app.get(DashboardTrail)];
  const board = boardOf(app.get(NotificationQueue), app.get(Clock));
  const server = app.getHttpAdapter().getInstance();
  await server.register(async (scope) => {
    scope.addHook('onRequest', (request, reply) => guard.challengeUnlessAdmin(request, reply));
    scope.addHook('preHandler', (request) => trail.record(request, PATH));
    scope.addHook('preSerialization', (request, reply, payload: object, done) => {
      if (reply.statusCode < 400) return done(null, payload);
      void reply.header('content-type', PROBLEM_TYPE);
      done(null, { ...payload, request_id: request.id });
    });
    // Removes the page's link to a font service on the internet, which would reveal visits, and adds a proxy's prefix.
    scope.addHook('onSend', async (request, _reply, payload) =>
      typeof payload === 'string'
        ? payload
            .replace(/<link [^>]*fonts\.googleapis[^>]*>/, '')
            .replace(`<base href="${PATH}`, `<base href="${prefixOf(request)}${PATH}`)
        : payload,
    );
    await scope.register(board.registerPlugin(), { prefix: PATH });
  });
}

function boardOf({ queue }: NotificationQueue, clock: Clock): FastifyAdapter {
  const notifications = new BullMQAdapter(queue);
  notifications.setFormatter('name', ({ data }: { data?: NotificationJob }) =>
    jobTitle(data ?? {}, clock.now()),
  );
  const board = new FastifyAdapter();
  board.setBasePath(PATH);
  createBullBoard({
    queues: [notifications],
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'Clinica queues' } },
  });
  const logger = new Logger('Dashboard');
  // The board's own handler would show admins an error's raw text.
  board.setErrorHandler((error) => {
    const problem = problemOf(knownErrorOf(error));
    if (problem.status >= 500) logger.error(error);
    return { status: problem.status as 500, body: { ...problem, retryAfterSeconds: undefined } };
  });
  return board;
}

/** The errors of the board's static files and of its queue, as the API knows them. */
function knownErrorOf(error: unknown): unknown {
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  // A path that leaves the folder, or that no file can have.
  if (statusCode === 403 || code === 'ENAMETOOLONG')
    return new NotFound('NOT_FOUND', 'Nothing found at this URL.');
  return isRedisUnavailable(error) ? new Unavailable() : error;
}
