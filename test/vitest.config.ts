/** Four kinds of tests: plain ones in Node, those that need a Worker's runtime in workerd, journeys against `npm start`, and the console in a browser. */

import { cloudflareTest } from '@cloudflare/vitest-plugin'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { BINDINGS } from './workerd/bindings.ts'

const JOURNEY_TIMEOUT_MS = 120_000
/** Far more than any needs: a machine that is busy with something else is no failure. */
const TIMEOUT_MS = 60_000
/** Vitest leaves one core idle by default, which is half of two. */
const ALL_CORES = '100%'

/** esbuild takes `with { type: 'text' }`; Vite has `?raw` for the same. */
const textImports: Plugin = {
  name: 'text-imports',
  enforce: 'pre',
  resolveId(source, importer) {
    return /\/assets\/console\.(?:css|js)$/.test(source)
      ? this.resolve(`${source}?raw`, importer)
      : null
  },
}

export default defineConfig({
  test: {
    reporters: ['default', './test/plain-line.ts'],
    projects: [
      {
        plugins: [textImports],
        test: {
          name: 'unit',
          // Each file in a fresh module graph costs 30 s, and no test here relies on it.
          isolate: false,
          include: ['test/unit/**/*.test.ts'],
          testTimeout: TIMEOUT_MS,
          maxWorkers: ALL_CORES,
        },
      },
      {
        plugins: [
          textImports,
          cloudflareTest({
            main: './test/workerd/worker.ts',
            miniflare: {
              compatibilityDate: '2026-10-01',
              kvNamespaces: ['SEEN'],
              durableObjects: { OUTBOX: { className: 'Outbox', useSQLite: true } },
              // Each test has a stand-in for EazyBe.
              bindings: { ...BINDINGS, USHER_CALL_EAZYBE: '1' },
            },
          }),
        ],
        test: {
          name: 'workerd',
          include: ['test/workerd/**/*.test.ts'],
          // As above, for each file's own start of workerd: a second a file.
          isolate: false,
          setupFiles: './test/workerd/source-maps.ts',
          testTimeout: TIMEOUT_MS,
          maxWorkers: ALL_CORES,
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          testTimeout: JOURNEY_TIMEOUT_MS,
          hookTimeout: JOURNEY_TIMEOUT_MS,
          // Each journey has servers and processes of its own; two cores carry one at a time.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: './test/browser/server.ts',
          testTimeout: JOURNEY_TIMEOUT_MS,
          hookTimeout: JOURNEY_TIMEOUT_MS,
          // One server for all of them: the first visit comes first.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
