import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFound } from '../errors/domain-error.js';
import { sendProblem } from './problem.filter.js';

const PLAIN = /^[\w./-]*$/;
const DOTS = /(^|\/)\.{1,2}(\/|$)/;
/** The files that Swagger UI's page loads. Its folder holds others, which stay private. */
const DOCS_FILE = /^\/api\/docs\/([\w-]+\.(css|js|png|html|map))?$/;

/**
 * An `onRequest` hook in front of static files: responds with 404 to a path that leaves the folder, that no file can
 * have, or that no page loads, before the file is looked up.
 */
export function rejectUnknownFiles(
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  const { url: route = '' } = request.routeOptions;
  // Includes Swagger UI's separate route for its licence, whose errors are not problem documents.
  const isOfDocs = route.startsWith('/api/docs/');
  const isFile = route.endsWith('*') || isOfDocs;
  const isDashboard = route.startsWith('/admin');
  if (!isFile && !isDashboard) return done();
  const [path = '', query = ''] = request.url.split('?');
  const isOdd = !PLAIN.test(path) || DOTS.test(path) || (isOfDocs && !DOCS_FILE.test(path));
  // The dashboard's own requests fail on a NUL with a 500.
  const hasNul = isDashboard && query.includes('%00');
  if ((isFile && isOdd) || hasNul) {
    sendProblem(new NotFound('NOT_FOUND', 'Nothing found at this URL.'), request, reply);
    return;
  }
  done();
}
