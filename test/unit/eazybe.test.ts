/** The EazyBe client: what an answer means, and what is kept of it. */

import { expect, it, vi } from 'vitest'
import { addToGroup } from '../../src/eazybe.ts'

const NOW = Date.UTC(2026, 10, 20, 12)

function ask(answer: Response) {
  const call = { groupName: 'A', contacts: ['919800000001'], create: false }
  return addToGroup(call, { token: 'token', fetch: async () => answer, now: () => NOW })
}

it('takes a yes for a yes, however much is said beside it', async () => {
  const data = Array.from({ length: 1_000 }, (_, n) => ({ id: `${n}@c.us`, added: true }))
  expect(await ask(Response.json({ data, status: true }))).toEqual({ kind: 'accepted' })
})

it.each([['“eyJhbGciOi”'], ['\u200beyJhbGciOi'], ['Bearer eyJhbGciOi']])(
  'takes the token %s for one that is refused, not for a connection that is missing',
  async (token) => {
    const call = { groupName: 'A', contacts: ['919800000001'], create: false }
    const send = vi.fn(async () => Response.json({ status: true }))
    const outcome = await addToGroup(call, { token, fetch: send })
    expect(outcome).toMatchObject({ kind: 'unauthorized' })
    expect(JSON.stringify(outcome)).not.toContain('eyJ')
    expect(send).not.toHaveBeenCalled()
  },
)

it('reads a page that never ends no further than it needs', async () => {
  let sent = 0
  const page = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 16_384
      controller.enqueue(new Uint8Array(16_384).fill(32))
    },
  })
  expect(await ask(new Response(page, { status: 502 }))).toMatchObject({ kind: 'ambiguous' })
  expect(sent).toBeLessThan(1_000_000)
})

it('keeps no piece of a number that its message is cut at', async () => {
  const message = `${'x'.repeat(293)} 919800000001 is not valid`
  const outcome = await ask(Response.json({ status: false, message }, { status: 400 }))
  expect(outcome).toMatchObject({ kind: 'invalid' })
  expect(JSON.stringify(outcome)).not.toMatch(/\d{4}/)
})

it.each([
  ['90', 90_000],
  ['1.5', 1_500],
  [new Date(NOW + 60_000).toUTCString(), 60_000],
  ['9999999', 31 * 24 * 3_600_000],
  ['0', null],
  ['-1', null],
  ['soon', null],
  [new Date(NOW - 60_000).toUTCString(), null],
  [null, null],
])('reads a Retry-After of %s as %s ms', async (header, retryAfterMs) => {
  const headers = header === null ? {} : { 'retry-after': header }
  const outcome = await ask(new Response('{}', { status: 429, headers }))
  expect(outcome).toEqual({ kind: 'throttled', retryAfterMs })
})
