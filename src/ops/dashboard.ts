import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { prefixOf } from '../http/path-prefix.js';
import { type NotificationJob, NotificationQueue } from '../notifications/notification-queue.js';
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
  const { queue } = app.get(NotificationQueue);
  const clock = app.get(Clock);
  const notifications = new BullMQAdapter(queue);
  notifications.setFormatter('name', ({ data }: { data: NotificationJob }) => jobTitle(data, clock.now()));
  const board = new FastifyAdapter();
  board.setBasePath(PATH);
  createBullBoard({
    queues: [notifications],
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'Clinica queues' } },
  });
  // The board's own handler would show admins an error's raw text. Rethrown, the error is answered and logged as usual.
  board.setErrorHandler((error) => {
    throw error;
  });
  const server = app.getHttpAdapter().getInstance();
  await server.register(async (scope) => {
    scope.addHook('onRequest', (request, reply) => guard.challengeUnlessAdmin(request, reply));
    scope.addHook('preHandler', (request) => trail.record(request, PATH));
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
