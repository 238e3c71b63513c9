/** WPForms in the format FORM: signed is the JSON that is not sent, so that every other spelling of the form is refused. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, utf8 } from '../../../src/lib/bytes.ts'
import type { Incoming } from '../../../src/schemes/scheme.ts'
import { wpforms } from '../../../src/sources/wpforms.ts'
import { fixture } from '../../fixtures/wpforms.ts'
import { changesOfBody } from '../../tampering.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')
const FORM = 'application/x-www-form-urlencoded; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'
const QUERY = 'phone=%2B91+98000+00103&group=Batch%2F7'
const SIGNED = '{"phone":"+91 98000 00103","group":"Batch\\/7"}'

const incoming = (type: string, body: Bytes, signature: Readonly<Record<string, string>>) => ({
  method: 'POST',
  url: 'https://usher.example/hooks/webinar',
  headers: new Headers({ ...signature, 'content-type': type }),
  body,
  urlSecret: null,
  now: NOW,
})

const verify = (request: Incoming) => wpforms.scheme.verify(request, [fixture.secret])

async function signatureOf(type: string, body: string) {
  const headers = new Headers({ 'content-type': type })
  const request = { method: 'POST', url: '', headers, body: utf8(body), id: '', now: NOW }
  return (await wpforms.scheme.sign(request, fixture.secret)).headers
}

describe('a form of WPForms', async () => {
  const signature = await signatureOf(FORM, QUERY)

  test('is signed by its JSON, and as such it is verified', async () => {
    expect(await signatureOf(JSON_TYPE, SIGNED)).toEqual(signature)
    expect(await verify(incoming(FORM, utf8(QUERY), signature))).toEqual({ ok: true })
  })

  test('is refused when its body is changed, or spelt in any other way', async () => {
    const respelt = [
      QUERY.replace('%2B', '%2b'),
      QUERY.replace('+98000', '%2098000'),
      QUERY.replace('phone', '%70hone'),
      `${QUERY}&`,
      `${QUERY}&phone=%2B91+98000+00104`,
      `phone=%2B91+98000+00104&${QUERY}`,
      QUERY.split('&').toReversed().join('&'),
    ].map((text): [string, Bytes] => [text, utf8(text)])
    for (const [title, body] of [...changesOfBody(utf8(QUERY)), ...respelt]) {
      const verdict = await verify(incoming(FORM, body, signature))
      expect(verdict, title).toEqual({ ok: false, reason: 'mismatch' })
    }
  })

  test('is refused as what it is not: JSON that is called a form, and a form that is called JSON', async () => {
    const mismatch = { ok: false, reason: 'mismatch' }
    expect(await verify(incoming(FORM, utf8(SIGNED), signature))).toEqual(mismatch)
    expect(await verify(incoming(JSON_TYPE, utf8(QUERY), signature))).toEqual(mismatch)
  })

  test('is told as unsigned or malformed like any other', async () => {
    const odd = concat(utf8(QUERY), utf8('&'))
    expect(await verify(incoming(FORM, odd, {}))).toEqual({ ok: false, reason: 'missing' })
    const garbled = { 'X-WPForms-Webhook-Signature': 'v=1' }
    const malformed = { ok: false, reason: 'malformed' }
    expect(await verify(incoming(FORM, odd, garbled))).toEqual(malformed)
  })

  test('that PHP cannot have written is not signed either', async () => {
    await expect(signatureOf(FORM, 'a=~')).rejects.toThrow('as PHP spells it')
  })
})
