import { defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';

/** Names each test that was skipped, such as those that need a browser where there is none. */
const nameSkipped: Reporter = {
  onTestCaseResult(test) {
    if (test.result().state === 'skipped') console.log(`skipped: ${test.fullName}`);
  },
};

export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    setupFiles: ['test/support/setup.ts'],
    reporters: ['default', nameSkipped],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Each file boots a Nest application of its own on a database of its own; two at a time keep two cores busy.
    maxWorkers: 2,
    // Most of a file's time would go into loading Nest anew. Files share modules and nothing else.
    isolate: false,
  },
});
