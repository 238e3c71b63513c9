/** Standard Webhooks as a source: which of several ids is the one that was signed. */

import { expect, test } from 'vitest'
import { standardWebhooks } from '../../src/sources/index.ts'

const complete = (family: string) => ({
  [`${family}-id`]: `of ${family}`,
  [`${family}-timestamp`]: '1795166104',
  [`${family}-signature`]: 'v1,AAAA',
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
