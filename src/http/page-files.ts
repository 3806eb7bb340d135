import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFound } from '../errors/domain-error.js';
import { answerProblem } from './problem.filter.js';

const PLAIN = /^[\w./-]*$/;
const DOTS = /(^|\/)\.{1,2}(\/|$)/;
/** What Swagger UI's page asks for; its folder holds more, which is nobody's business. */
const OF_DOCS = /^\/api\/docs\/([\w-]+\.(css|js|png|html|map))?$/;

/**
 * An `onRequest` hook that stands before the folders of the pages: a name that leads out of one, that no file can have or
 * that no page asks for is answered 404, before anybody looks for the file.
 */
export function refuseOddFiles(
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  const { url: route = '' } = request.routeOptions;
  // Swagger UI has a route of its own for its licence, which answers as the rest of the API does not.
  const isOfDocs = route.startsWith('/api/docs/');
  const isFile = route.endsWith('*') || isOfDocs;
  const isDashboard = route.startsWith('/admin');
  if (!isFile && !isDashboard) return done();
  const [path = '', query = ''] = request.url.split('?');
  const isOdd = !PLAIN.test(path) || DOTS.test(path) || (isOfDocs && !OF_DOCS.test(path));
  // The dashboard's own questions stumble over it.
  const isSpoiled = isDashboard && query.includes('%00');
  if ((isFile && isOdd) || isSpoiled) {
    answerProblem(new NotFound('NOT_FOUND', 'There is nothing at this address.'), request, reply);
    return;
  }
  done();
}
