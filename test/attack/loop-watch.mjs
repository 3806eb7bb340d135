/**
 * Preloaded into the process under attack. It listens on `LOOP_WATCH_PORT`. To `?` it replies with the longest time, in
 * milliseconds, that the event loop was held since the previous `?`. On a number it holds the loop for so many
 * milliseconds.
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
    socket.on('data', (/** @type {string} */ command) => {
      if (command !== '?') return hold(Number(command));
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
