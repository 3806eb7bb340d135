/**
 * Loaded into an attacked process before all else: whoever connects is told, for each `?` sent, for how many milliseconds
 * the event loop was held at most since the one before; a number has it held for so many milliseconds.
 */
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 1;

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const server = createServer((socket) => {
    socket.setEncoding('utf8').on('error', () => undefined);
    socket.on('data', (/** @type {string} */ sent) => {
      if (sent !== '?') return hold(Number(sent));
      socket.write(`${Math.max(0, delay.max / 1e6 - RESOLUTION_MS)}\n`);
      delay.reset();
    });
    socket.unref();
  });
  server.listen(Number(process.env.LOOP_WATCH_PORT), '127.0.0.1').unref();
}

/** @param {number} milliseconds */
function hold(milliseconds) {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}
