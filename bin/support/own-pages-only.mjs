/**
 * Loaded before the mail catcher (`node --import`), so that it answers only its own pages. On its own, the mail catcher
 * lets pages of every origin read all email over HTTP and WebSockets, under any host name (DNS rebinding).
 */
import { Server } from 'node:http';

const THIS_MACHINE = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
const REFUSAL = 'Only pages of this mailbox may read it, at http://127.0.0.1 or http://localhost.\n';

/** @param {import('node:http').IncomingHttpHeaders} headers */
function isOwn({ host = '', origin, 'sec-fetch-site': site = 'none' }) {
  if (!THIS_MACHINE.test(host)) return false;
  if (origin !== undefined && origin !== `http://${host}`) return false;
  return site === 'none' || site === 'same-origin';
}

/**
 * @typedef {import('node:http').ServerResponse & import('node:stream').Duplex} Answer a response, or for upgrades a socket
 */

const emit = /** @type {(this: Server, event: string, ...args: unknown[]) => boolean} */ (
  Reflect.get(Server.prototype, 'emit')
);

/**
 * @this {Server}
 * @param {string} event
 * @param {...unknown} args
 */
Server.prototype.emit = function guarded(event, ...args) {
  const [request, answer] = /** @type {[import('node:http').IncomingMessage, Answer]} */ (args);
  const isRequest = ['request', 'upgrade', 'checkContinue', 'connect'].includes(event);
  if (!isRequest || isOwn(request.headers)) return emit.call(this, event, ...args);
  if (event === 'upgrade' || event === 'connect') answer.destroy();
  else answer.writeHead(403, { 'content-type': 'text/plain', connection: 'close' }).end(REFUSAL);
  return true;
};
