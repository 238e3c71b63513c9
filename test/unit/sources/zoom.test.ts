/** Zoom's check of the address: answered to Zoom alone, and never with the signature of an event. */

import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import type { Incoming } from '../../../src/schemes/scheme.ts'
import { zoom } from '../../../src/sources/zoom.ts'

const SECRET = 'q7TmYb3ZQ0iW8uRk2LxN5A'
const OTHER = 'q7TmYb3ZQ0iW8uRk2LxN5B'
const NOW = Date.parse('2026-11-20T09:15:04Z')
const SECONDS = NOW / 1000
const TOKEN = 'qgg8vlvZRS6UYooatFL8Aw'

function hex(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

function check(plainToken: unknown, more: object = {}): string {
  return JSON.stringify({
    payload: { plainToken },
    event_ts: NOW,
    event: 'endpoint.url_validation',
    ...more,
  })
}

function incoming(body: string, headers: Record<string, string>, method = 'POST'): Incoming {
  const url = 'https://usher.example/hooks/webinar'
  return { method, url, headers: new Headers(headers), body: utf8(body), urlSecret: null, now: NOW }
}

function signed(body: string, secret = SECRET, seconds = SECONDS): Incoming {
  return incoming(body, {
    'content-type': 'application/json',
    'x-zm-request-timestamp': String(seconds),
    'x-zm-signature': `v0=${hex(secret, `v0:${seconds}:${body}`)}`,
  })
}

const answer = (to: Incoming, secrets = [SECRET]) => zoom.handshake?.(to, secrets)

describe('the check of the address', () => {
  it('is answered with the token and its HMAC', async () => {
    const response = await answer(signed(check(TOKEN)))
    expect(response?.status).toBe(200)
    expect(await response?.json()).toEqual({
      plainToken: TOKEN,
      encryptedToken: hex(SECRET, TOKEN),
    })
  })

  it('is answered with the secret that signed it, while there are two', async () => {
    for (const secrets of [
      [SECRET, OTHER],
      [OTHER, SECRET],
    ]) {
      const response = await answer(signed(check(TOKEN)), secrets)
      expect(await response?.json()).toMatchObject({ encryptedToken: hex(SECRET, TOKEN) })
    }
  })

  it.each<[sentence: string, request: Incoming, secrets?: string[]]>([
    ['unsigned', incoming(check(TOKEN), { 'content-type': 'application/json' })],
    ['signed with another token', signed(check(TOKEN), OTHER)],
    ['signed long ago', signed(check(TOKEN), SECRET, SECONDS - 4 * 3600)],
    ['to a hook that is not ready', signed(check(TOKEN)), []],
    ['by GET', { ...signed(check(TOKEN)), method: 'GET' }],
    ['about an event that it would have us sign', signed(check(`v0:${SECONDS}:{"event":"x"}`))],
    ['with a token of seven characters', signed(check('abcdefg'))],
    ['with a token of 65 characters', signed(check('a'.repeat(65)))],
    ['with a token and a line after it', signed(check(`${TOKEN}\n`))],
    ['with a number for a token', signed(check(12345678))],
    ['without a token', signed(check(undefined))],
    ['under another name', signed(check(TOKEN, { event: 'webinar.started' }))],
    ['in a list', signed(`[${check(TOKEN)}]`)],
    ['that is no JSON', signed('plainToken')],
    ['that is nothing', signed('')],
  ])('is not answered when it comes %s', async (_, request, secrets) => {
    expect(await answer(request, secrets)).toBeNull()
  })

  it('is skipped where it was not answered, and never read as an event', () => {
    const reading = zoom.read(JSON.parse(check('short')), new Headers())
    expect(reading).toMatchObject({
      ok: true,
      submissions: [{ id: null, skip: expect.any(String) }],
    })
  })
})

it('a registration that is created and then approved is one event', () => {
  const ids = ['created', 'approved'].map((what) => {
    const registrant = { id: 'Lobbb1', status: what === 'created' ? 'approved' : null }
    const body = {
      event: `webinar.registration_${what}`,
      payload: { object: { id: 97000000001, registrant } },
    }
    const reading = zoom.read(body, new Headers())
    return reading.ok ? reading.submissions[0]?.id : null
  })
  expect(ids).toEqual(['97000000001 Lobbb1', '97000000001 Lobbb1'])
})
