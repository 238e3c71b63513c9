/** A vendor's answers to a look-up, and the sentences that its refusals become. */

import * as v from 'valibot'
import { expect, it } from 'vitest'
import { askVendor } from '../../../src/sources/shared/ask-vendor.ts'

const URL_OF_VENDOR = 'https://api.zinnia.example/people/1'

async function ask(response: Response) {
  const asked: { url: string; init: RequestInit | undefined }[] = []
  const fetch = async (url: string, init?: RequestInit) => {
    asked.push({ url, init })
    return response
  }
  const tools = { token: 'a-token', fetch }
  const answer = await askVendor(tools, {
    title: 'Zinnia',
    url: URL_OF_VENDOR,
    headers: { 'x-token': 'a-token' },
    what: 'a person',
    shape: v.object({ id: v.number() }),
  })
  return { answer, asked }
}

it('an answer is its JSON, asked for with the token', async () => {
  const { answer, asked } = await ask(Response.json({ id: 1 }))
  expect(answer).toEqual({ ok: true, value: { id: 1 } })
  expect(asked).toEqual([
    {
      url: URL_OF_VENDOR,
      init: { headers: { accept: 'application/json', 'x-token': 'a-token' } },
    },
  ])
})

it.each([
  [400, /^Zinnia refused the API token or the id \(400\): store .*\.$/],
  [401, /^Zinnia refused the API token \(401\): store one .*\.$/],
  [403, /refused the API token/],
  [404, /^Zinnia does not know this record .*\.$/],
  [410, /does not know this record/],
  [302, /^Zinnia answered 302: map this delivery again in a while\.$/],
  [429, /answered 429/],
  [500, /answered 500/],
])('%s becomes a sentence', async (status, message) => {
  const { answer } = await ask(new Response('no', { status }))
  expect(answer).toEqual({ ok: false, message: expect.stringMatching(message) })
})

it('HTML becomes a sentence too', async () => {
  const { answer } = await ask(new Response('<html>'))
  expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('than JSON') })
})

it.each([null, 7, [], {}, { id: 'text' }])(
  '%j is no person, which a sentence says',
  async (body) => {
    const { answer } = await ask(Response.json(body))
    expect(answer).toEqual({ ok: false, message: 'Zinnia answered something else than a person.' })
  },
)
