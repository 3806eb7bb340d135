/**
 * Loaded into an attacked process before all else: whoever connects is told, for each line sent, for how many milliseconds
 * the event loop was held at most since the line before.
 */
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 1;

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', () => {
        socket.write(`${Math.max(0, delay.max / 1e6 - RESOLUTION_MS)}\n`);
        delay.reset();
      });
    socket.unref();
  });
  server.listen(Number(process.env.LOOP_WATCH_PORT), '127.0.0.1').unref();
}
