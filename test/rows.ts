/** The order in which the files of src may import each other, for the test that checks it and for docs/architecture.md. */

/** From the ground up: a file imports from its own row or one before it. A newcomer may read it in this order. */
export const ROWS: readonly (readonly string[])[] = [
  ['lib/'],
  ['schemes/'],
  ['mapping/phone/'],
  ['sources/source.ts', 'sources/shared/'],
  ['sources/'],
  ['mapping/'],
  ['eazybe/'],
  ['outbox/dispatch/pace.ts', 'outbox/dispatch/budget.ts', 'outbox/model.ts', 'outbox/ports.ts'],
  ['outbox/store/'],
  ['outbox/ends.ts', 'outbox/ask.ts'],
  ['outbox/dispatch/'],
  ['outbox/jobs/'],
  ['outbox/context.ts', 'outbox/accept.ts'],
  ['outbox/admin/'],
  ['outbox/'],
  ['setup/'],
  ['receive/'],
  ['operator/sample/'],
  ['operator/'],
  ['api/'],
  ['console/'],
  ['worker.ts', 'usher.ts', 'config.ts', 'index.ts'],
  ['sandbox/'],
]
