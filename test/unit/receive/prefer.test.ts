/** What a caller may ask of the answer by `Prefer`. */

import { describe, expect, it } from 'vitest'
import { readPrefer } from '../../../src/receive/prefer.ts'

describe('readPrefer', () => {
  it.each([
    { header: null, async: false, waitMs: 0 },
    { header: '', async: false, waitMs: 0 },
    { header: 'respond-async', async: true, waitMs: 0 },
    { header: 'Respond-Async, wait=10', async: true, waitMs: 10_000 },
    { header: 'wait = "3"; foo=bar', async: false, waitMs: 3_000 },
    // Workers and most senders have given up after 30 s.
    { header: 'wait=25', async: false, waitMs: 25_000 },
    { header: 'wait=26', async: false, waitMs: 25_000 },
    { header: 'wait=9999', async: false, waitMs: 25_000 },
    // Not a whole number of seconds: as the RFC asks, it is as if it were not there.
    { header: 'wait=-1, wait=1.5, wait=soon', async: false, waitMs: 0 },
    { header: 'return=minimal', async: false, waitMs: 0 },
  ])('reads "$header"', ({ header, async, waitMs }) => {
    expect(readPrefer(header)).toEqual({ async, waitMs })
  })
})
