/** Standard Webhooks as a source: which of several ids is the one that was signed. */

import { expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { standardWebhooks } from '../../../src/sources/index.ts'

const complete = (family: string) => ({
  [`${family}-id`]: `of ${family}`,
  [`${family}-timestamp`]: '1795166104',
  [`${family}-signature`]: 'v1,AAAA',
})

test('a secret is taken with its version before it, as Supabase shows it', async () => {
  const secret = standardWebhooks.scheme.newSecret()
  const outgoing = {
    method: 'POST',
    url: 'https://usher.example/hooks/events',
    headers: new Headers(),
    body: utf8('{}'),
    id: 'msg_1',
    now: Date.parse('2026-11-20T09:15:04Z'),
  }
  const shown = `v1,${secret}`
  expect(standardWebhooks.scheme.refuseSecret(shown)).toBeNull()
  expect(standardWebhooks.scheme.refuseSecret('v1,whsec_short')).not.toBeNull()
  for (const [signing, verifying] of [
    [secret, shown],
    [shown, secret],
  ] as const) {
    const { headers } = await standardWebhooks.scheme.sign(outgoing, signing)
    const incoming = { ...outgoing, headers: new Headers(headers), urlSecret: null }
    expect(await standardWebhooks.scheme.verify(incoming, [verifying])).toEqual({ ok: true })
  }
})

test.each([
  ['its own family', complete('webhook'), 'of webhook'],
  ['the older family', complete('svix'), 'of svix'],
  [
    'the older family, though somebody added a fresh id',
    { ...complete('svix'), 'webhook-id': 'fresh' },
    'of svix',
  ],
  [
    'its own family, though somebody added half of another',
    { ...complete('webhook'), 'svix-id': 'fresh' },
    'of webhook',
  ],
  [
    'the first of two, which is also the one that is verified',
    { ...complete('svix'), ...complete('webhook') },
    'of webhook',
  ],
  ['an id alone, in a preview', { 'webhook-id': 'alone' }, 'alone'],
  ['nothing', {}, null],
])('the id is that of %s', (_, headers, id) => {
  const body = { data: {} }
  expect(standardWebhooks.read(body, new Headers({ ...headers }))).toEqual({
    ok: true,
    submissions: [{ id, fields: body }],
  })
})
