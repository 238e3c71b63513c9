/** Meta's challenge, which tells a stranger nothing, and the two kinds of secret that must not stand in for each other. */

import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { decodeBody } from '../../../src/lib/decode.ts'
import { readBody } from '../../../src/receive/request.ts'
import type { Incoming } from '../../../src/schemes/scheme.ts'
import { metaLeadAds } from '../../../src/sources/meta-lead-ads.ts'

const APP_SECRET = '0d5f4e2b8a6c3d9f1e7b5a08c7e1a94b'
const VERIFY_TOKEN = 'verify_k3vT9qLm2xWcRb7Z'
const SECRETS = [APP_SECRET, VERIFY_TOKEN]

function get(query: string, method = 'GET'): Incoming {
  return {
    method,
    url: `https://usher.example/hooks/ads${query}`,
    headers: new Headers(),
    body: utf8(''),
    urlSecret: null,
    now: Date.parse('2026-11-20T09:15:04Z'),
  }
}

function challenge(changed: Record<string, string> = {}): string {
  const asked = { mode: 'subscribe', challenge: '1158201444', verify_token: VERIFY_TOKEN }
  const named = Object.entries({ ...asked, ...changed })
  return `?${new URLSearchParams(named.map(([name, value]) => [`hub.${name}`, value]))}`
}

describe('the challenge', () => {
  test('is echoed as plain text to a caller that knows the verify token', async () => {
    const answer = await metaLeadAds.handshake?.(get(challenge()), SECRETS)
    expect(answer?.status).toBe(200)
    expect(await answer?.text()).toBe('1158201444')
    expect(answer?.headers.get('content-type')).toMatch(/^text\/plain/)
  })

  test.each([
    ['another token', challenge({ verify_token: 'verify_somebody_elses' })],
    ['no token', challenge({ verify_token: '' })],
    ['another mode', challenge({ mode: 'unsubscribe' })],
    ['no challenge', challenge({ challenge: '' })],
    ['a page for a challenge', challenge({ challenge: '<script>1</script>' })],
    ['an endless challenge', challenge({ challenge: '1'.repeat(200) })],
    ['no query', ''],
  ])('with %s is not answered', async (_, query) => {
    expect(await metaLeadAds.handshake?.(get(query), SECRETS)).toBeNull()
  })

  test('is not answered by another method, nor while the hook has no secret', async () => {
    expect(await metaLeadAds.handshake?.(get(challenge(), 'POST'), SECRETS)).toBeNull()
    expect(await metaLeadAds.handshake?.(get(challenge()), [])).toBeNull()
    const empty = challenge({ verify_token: '' })
    expect(await metaLeadAds.handshake?.(get(empty), [''])).toBeNull()
  })
})

test('a verify token, which travels in addresses, is no key', async () => {
  const outgoing = { ...get('', 'POST'), body: utf8('{}'), id: 'x' }
  const { headers } = await metaLeadAds.scheme.sign(outgoing, VERIFY_TOKEN)
  const incoming = { ...outgoing, headers: new Headers(headers) }
  expect(await metaLeadAds.scheme.verify(incoming, SECRETS)).toEqual({
    ok: false,
    reason: 'mismatch',
  })
})

test('an id that a number cannot hold is refused: it would be another lead', () => {
  const body = (leadgen_id: unknown) => ({
    object: 'page',
    entry: [{ changes: [{ field: 'leadgen', value: { leadgen_id } }] }],
  })
  expect(metaLeadAds.read(body(2 ** 53), new Headers()).ok).toBe(false)
  expect(metaLeadAds.read(body('../me'), new Headers()).ok).toBe(false)
  expect(metaLeadAds.read(body('9007199254740993'), new Headers()).ok).toBe(true)
})

describe('the look-up', () => {
  const fields = { leadgen_id: '1203456789012345', page_id: '103', form_id: '901' }
  const found = {
    id: '1203456789012345',
    created_time: '2026-11-20T09:15:03+0000',
    campaign_name: 'May',
    form_id: '901',
    field_data: [
      { name: 'phone_number', values: ['+919800000151'] },
      { name: 'styles', values: ['Salsa', 'Tango'] },
      { name: 'leadgen_id', values: ['9'] },
      { name: 'empty' },
    ],
    custom_disclaimer_responses: [
      { checkbox_key: 'whatsapp_ok', is_checked: '1' },
      { checkbox_key: 'newsletter', is_checked: '' },
    ],
  }

  async function lookUp(answer: Response, asking: object = fields) {
    const asked: string[] = []
    const looked = await metaLeadAds.lookUp?.(
      { ...asking },
      {
        token: 'a-token-of-the-page',
        fetch: async (url) => {
          asked.push(url)
          return answer
        },
      },
    )
    return { asked, looked }
  }

  test('asks the Graph API for the lead, and flattens its answers', async () => {
    const { asked, looked } = await lookUp(Response.json(found))
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatch(
      /^https:\/\/graph\.facebook\.com\/v\d+\.0\/1203456789012345\?fields=[a-z_,]+$/,
    )
    expect(looked).toEqual({
      ok: true,
      skip: null,
      fields: {
        leadgen_id: '1203456789012345',
        phone_number: '+919800000151',
        styles: ['Salsa', 'Tango'],
        empty: [],
        whatsapp_ok: true,
        newsletter: false,
        created_time: '2026-11-20T09:15:03+0000',
        campaign_name: 'May',
        form_id: '901',
        page_id: '103',
      },
    })
  })

  test('asks about the same lead when what it found is looked up again', async () => {
    const { looked } = await lookUp(Response.json(found))
    const again = await lookUp(Response.json(found), looked?.ok === true ? looked.fields : {})
    expect(again.asked[0]).toContain('/1203456789012345?')
    expect(again.looked).toEqual(looked)
  })

  test('tells of an expired token, and of a lead without answers', async () => {
    const expired = await lookUp(Response.json({ error: { code: 190 } }, { status: 400 }))
    expect(expired.looked).toMatchObject({ ok: false, message: expect.stringMatching(/token/) })
    const empty = await lookUp(Response.json({ id: '1' }))
    expect(empty.looked).toMatchObject({ ok: false, message: expect.stringMatching(/field_data/) })
  })

  test('skips what the testing tool made up', async () => {
    const dummy = (name: string) => ({ name, values: [`<test lead: dummy data for ${name}>`] })
    const field_data = ['full_name', 'phone_number'].map(dummy)
    const { looked } = await lookUp(Response.json({ ...found, field_data }))
    expect(looked).toMatchObject({ ok: true, skip: expect.stringContaining('testing tool') })
  })

  test('asks nothing about what is no lead', async () => {
    const { asked, looked } = await lookUp(Response.json(found), { leadgen_id: '../me' })
    expect(asked).toEqual([])
    expect(looked).toMatchObject({ ok: false })
  })
})

test('the largest batch is taken whole: refused, Meta would send the same one until it gives up', async () => {
  const leads = Array.from({ length: 1_000 }, (_, at) => ({
    id: '123456789012345',
    time: 1795165204,
    changes: [
      {
        value: {
          adgroup_id: '120000000000000000',
          ad_id: '120000000000000000',
          created_time: 1795165204,
          leadgen_id: String(1_000_000_000_000_000_000n + BigInt(at)),
          page_id: '123456789012345',
          form_id: '1234567890123456',
        },
        field: 'leadgen',
      },
    ],
  }))
  const body = utf8(JSON.stringify({ object: 'page', entry: leads }))
  const request = new Request(get('').url, { method: 'POST', body })
  const { maxBodyBytes } = metaLeadAds
  expect(await readBody(request, { maxBytes: maxBodyBytes })).toEqual({ ok: true, bytes: body })
  const decoded = await decodeBody(body, 'json', 'application/json')
  const reading = metaLeadAds.read(decoded.ok ? decoded.value : null, new Headers())
  expect(reading.ok && reading.submissions).toHaveLength(1_000)
})
