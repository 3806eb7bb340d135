import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    setupFiles: ['test/support/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Each file boots a Nest application of its own on a database of its own; two at a time keeps two cores busy.
    maxWorkers: 2,
    // Most of a file's time would go into loading Nest anew. Files share nothing but modules: each has its own app.
    isolate: false,
  },
});
