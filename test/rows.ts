/** How the house is built: the order in which its files may know each other, for the test that holds it and for the README. */

/** From the ground up: a file imports from its own row or one before it. A newcomer may read it in this order. */
export const ROWS: readonly (readonly string[])[] = [
  [
    'bytes.ts',
    'at-most.ts',
    'read-stream.ts',
    'log.ts',
    'names.ts',
    'text.ts',
    'value-at.ts',
    'xml.ts',
  ],
  ['schemes/'],
  ['problem.ts', 'issues.ts'],
  ['phone/', 'phone.ts'],
  ['source.ts', 'sources/'],
  ['decode.ts', 'guide.ts', 'consent.ts', 'invite.ts', 'eazybe.ts', 'alert.ts'],
  ['outbox/'],
  ['env.ts', 'hook.ts', 'define-config.ts', 'look-up.ts', 'teammates.ts', 'map.ts', 'readiness.ts'],
  ['receive/'],
  ['sample/'],
  ['operator/'],
  ['api/'],
  ['console/'],
  ['worker.ts', 'usher.ts', 'config.ts', 'index.ts'],
  ['sandbox/'],
]
