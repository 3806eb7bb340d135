import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { NotificationQueue } from '../notifications/notification-queue.js';
import { DashboardTrail } from './dashboard-trail.js';
import { DashboardGuard } from './dashboard.guard.js';

const PATH = '/admin/queues';

/**
 * Serves the queue dashboard, for admins. It lives in a scope of its own on the server, and the guard is that
 * scope's: page, static files and API cannot be reached past it, however their path is spelled.
 */
export async function serveDashboard(app: NestFastifyApplication): Promise<void> {
  const [guard, trail] = [app.get(DashboardGuard), app.get(DashboardTrail)];
  const { queue } = app.get(NotificationQueue);
  const board = new FastifyAdapter();
  board.setBasePath(PATH);
  createBullBoard({
    queues: [new BullMQAdapter(queue)],
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'Clinica queues' } },
  });
  const server = app.getHttpAdapter().getInstance();
  await server.register(async (scope) => {
    scope.addHook('onRequest', (request, reply) => guard.orAnswer(request, reply));
    scope.addHook('preHandler', (request) => trail.record(request, PATH));
    // The page would tell a font service on the internet that somebody looks at it.
    scope.addHook('onSend', async (_request, _reply, payload) =>
      typeof payload === 'string' ? payload.replace(/<link [^>]*fonts\.googleapis[^>]*>/, '') : payload,
    );
    await scope.register(board.registerPlugin(), { prefix: PATH });
  });
}
