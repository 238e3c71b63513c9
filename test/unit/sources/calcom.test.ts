/** Cal.com without a secret: its signature header is there all the same. */

import { expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { calcom } from '../../../src/sources/calcom.ts'
import { fixture } from '../../fixtures/calcom.ts'

test('a delivery whose webhook has no secret is refused', async () => {
  const placeholder = 'no-secret-provided'
  const incoming = {
    method: 'POST',
    url: 'https://usher.example/hooks/demo',
    headers: new Headers({ 'X-Cal-Signature-256': placeholder }),
    body: utf8(fixture.rows[0]?.body ?? ''),
    urlSecret: null,
    now: Date.parse('2026-11-20T09:15:04Z'),
  }
  for (const secrets of [[fixture.secret], [placeholder], []]) {
    expect(await calcom.scheme.verify(incoming, secrets)).toEqual({
      ok: false,
      reason: 'malformed',
    })
  }
})
