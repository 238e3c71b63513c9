/** A secret in the body: shown once, as a text, in whatever the sender writes bodies in. */

import { describe, expect, test } from 'vitest'
import { type Bytes, utf8 } from '../../../src/lib/bytes.ts'
import { bodySecret } from '../../../src/schemes/body-secret.ts'

const SECRET = 'a-secret-of-the-sender'
const JSON_TYPE = 'application/json; charset=utf-8'
const FORM_TYPE = 'application/x-www-form-urlencoded'

const scheme = bodySecret({ member: 'key' })

function request(body: string | Bytes, contentType: string) {
  return {
    method: 'POST',
    url: 'https://usher.example/hooks/ads',
    headers: new Headers({ 'content-type': contentType }),
    body: typeof body === 'string' ? utf8(body) : body,
    urlSecret: null,
    id: 'lead-1',
    now: Date.parse('2026-11-20T09:15:04Z'),
  }
}

describe('bodySecret', () => {
  test.each([
    ['in JSON', JSON_TYPE, `{"key":"${SECRET}","id":1}`],
    ['in JSON whose letters are escaped', JSON_TYPE, `{"key":"\\u0061${SECRET.slice(1)}"}`],
    ['in a form', FORM_TYPE, `id=1&key=${SECRET}`],
  ])('verifies the secret %s', async (_, type, body) => {
    expect(await scheme.verify(request(body, type), [SECRET])).toEqual({ ok: true })
    expect(await scheme.verify(request(body, type), ['another-of-the-senders', SECRET])).toEqual({
      ok: true,
    })
    expect(await scheme.verify(request(body, type), ['another-of-the-senders'])).toEqual({
      ok: false,
      reason: 'mismatch',
    })
  })

  test.each([
    ['is not there', JSON_TYPE, '{"id":1}', 'missing'],
    ['is not there, in a form', FORM_TYPE, 'id=1', 'missing'],
    ['is further down', JSON_TYPE, `{"in":{"key":"${SECRET}"}}`, 'missing'],
    ['is in a list', JSON_TYPE, `[{"key":"${SECRET}"}]`, 'missing'],
    ['is said of something other than an object', JSON_TYPE, `"${SECRET}"`, 'missing'],
    ['is inherited', JSON_TYPE, `{"__proto__":{"key":"${SECRET}"}}`, 'missing'],
    ['stands in no JSON', JSON_TYPE, `{"key":"${SECRET}"`, 'missing'],
    ['stands in nothing', JSON_TYPE, 'null', 'missing'],
    ['stands in an empty body', JSON_TYPE, '', 'missing'],
    ['stands in bytes that are no text', JSON_TYPE, Uint8Array.of(0x7b, 0xff, 0x7d), 'missing'],
    ['is a list', JSON_TYPE, `{"key":["${SECRET}"]}`, 'malformed'],
    ['is null', JSON_TYPE, '{"key":null}', 'malformed'],
    ['is endless', JSON_TYPE, `{"key":"${SECRET.repeat(200)}"}`, 'malformed'],
    ['is said twice in a form', FORM_TYPE, `key=${SECRET}&key=${SECRET}`, 'malformed'],
    ['is empty', JSON_TYPE, '{"key":""}', 'mismatch'],
    ['has a space after it', JSON_TYPE, `{"key":"${SECRET} "}`, 'mismatch'],
  ])('refuses it when it %s', async (_, type, body, reason) => {
    expect(await scheme.verify(request(body, type), ['', SECRET])).toEqual({ ok: false, reason })
  })

  test.each([
    ['JSON with members', JSON_TYPE, '{"id":9007199254740993}'],
    ['JSON without', JSON_TYPE, '{ }'],
    ['a form', FORM_TYPE, 'id=1&name=Asha+Rao'],
    ['an empty form', FORM_TYPE, ''],
  ])('puts the secret into %s and changes nothing else', async (_, type, body) => {
    const proof = await scheme.sign(request(body, type), SECRET)
    const signed = proof.body ?? new Uint8Array()
    expect(await scheme.verify(request(signed, type), [SECRET])).toEqual({ ok: true })
    expect(new TextDecoder().decode(signed)).toContain(body.replace(/\s*\}$/, ''))
    expect(proof.headers).toEqual({})
  })

  test.each(['[]', '"text"', 'null', ''])('cannot be put into %j', async (body) => {
    await expect(scheme.sign(request(body, JSON_TYPE), SECRET)).rejects.toThrow()
  })
})
