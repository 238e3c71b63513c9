/** Signed JSON: what its options mean, and which mistakes in them are told. */

import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { type SignedJsonOptions, signedJson } from '../../../src/sources/signed-json.ts'

const NOW = Date.parse('2026-11-20T09:15:04.567Z')
const SECONDS = Math.floor(NOW / 1000)
const URL_OF_HOOK = 'https://usher.example/hooks/shop?a=b'
const SECRET = 'a-secret-of-the-sender'
const BODY = '{"event":{"id":"e1"}}'

async function signatureOf(options: SignedJsonOptions): Promise<string> {
  const { scheme } = signedJson(options)
  const request = { method: 'PUT', url: URL_OF_HOOK, body: utf8(BODY), now: NOW }
  const proof = await scheme.sign({ ...request, headers: new Headers(), id: 'x' }, SECRET)
  const headers = new Headers({ ...proof.headers })
  const incoming = { ...request, headers, urlSecret: null }
  expect(await scheme.verify(incoming, [SECRET])).toEqual({ ok: true })
  const forged = { ...incoming, body: utf8('{"event":{"id":"e2"}}') }
  expect(await scheme.verify(forged, [SECRET])).toEqual({ ok: false, reason: 'mismatch' })
  return headers.get(options.header) ?? ''
}

describe('what is signed', () => {
  const header = 'x-signature'
  const encoding = 'hex'
  const timestamp = { header: 'x-timestamp' }

  const rows: readonly [SignedJsonOptions['signed'], SignedJsonOptions['timestamp'], string][] = [
    [undefined, undefined, BODY],
    ['body', undefined, BODY],
    ['timestamp.body', timestamp, `${SECONDS}.${BODY}`],
    ['timestamp:body', { ...timestamp, unit: 'ms' }, `${NOW}:${BODY}`],
    ['timestampbody', timestamp, `${SECONDS}${BODY}`],
    ['body.timestamp', timestamp, `${BODY}.${SECONDS}`],
    ['v0:timestamp:body', timestamp, `v0:${SECONDS}:${BODY}`],
    ['methodurlbodytimestamp', timestamp, `PUT${URL_OF_HOOK}${BODY}${SECONDS}`],
    ['({[$&\\d]})body$', undefined, `({[$&\\d]})${BODY}$`],
  ]

  test.each(rows)('reads %s with the time at %o', async (signed, time, message) => {
    const options = {
      header,
      encoding,
      ...(signed && { signed }),
      ...(time && { timestamp: time }),
    } as const
    const expected = createHmac('sha256', SECRET).update(message).digest('hex')
    expect(await signatureOf(options)).toBe(expected)
  })

  test('spells it as told: prefix, encoding and hash', async () => {
    const options = { header, encoding: 'base64', prefix: 'v1,', hash: 'SHA-512' } as const
    const digest = createHmac('sha512', SECRET).update(BODY).digest('base64')
    expect(await signatureOf(options)).toBe(`v1,${digest}`)
  })

  test('puts the time beside the signature where it is told so', async () => {
    const value = await signatureOf({
      header,
      encoding,
      signed: 'timestamp.body',
      timestamp: { pair: 'ts', signature: 'sig', toleranceSeconds: 60 },
    })
    expect(value).toMatch(new RegExp(`^ts=${SECONDS},sig=[0-9a-f]{64}$`))
  })
})

describe('the id', () => {
  const source = signedJson({ header: 'x', encoding: 'hex', id: 'event.id' })

  const rows: readonly [title: string, body: unknown, id: string | null][] = [
    ['a text', { event: { id: 'e1' } }, 'e1'],
    ['a number', { event: { id: 7 } }, '7'],
    ['zero', { event: { id: 0 } }, '0'],
    ['a number beyond the exact ones', { event: { id: 2 ** 53 } }, null],
    ['an empty text', { event: { id: '' } }, null],
    ['an object', { event: { id: {} } }, null],
    ['a list above it', { event: ['id'] }, null],
    ['nothing', {}, null],
    ['null above it', { event: null }, null],
  ]

  test.each(rows)('may be %s', (_, body, id) => {
    expect(source.read(body, new Headers())).toEqual({
      ok: true,
      submissions: [{ id, fields: body }],
    })
  })

  test('is never a member that every object has', () => {
    const odd = signedJson({ header: 'x', encoding: 'hex', id: 'constructor.name' })
    expect(odd.read({}, new Headers())).toMatchObject({ submissions: [{ id: null }] })
  })

  test('is null where no path is given', () => {
    const plain = signedJson({ header: 'x', encoding: 'hex' })
    expect(plain.read({ id: 'e1' }, new Headers())).toMatchObject({ submissions: [{ id: null }] })
  })

  test.each([[[]], ['text'], [null], [7]])('is not looked for in %o', (body) => {
    expect(source.read(body, new Headers()).ok).toBe(false)
  })
})

describe('mistakes are told by the name of the option', () => {
  const good = { header: 'x-signature', encoding: 'hex' }
  const timed = { ...good, signed: 'timestamp.body', timestamp: { header: 'x-timestamp' } }

  const rows: readonly [message: RegExp, options: unknown][] = [
    [/the options must be an object/, undefined],
    [/header is missing/, { encoding: 'hex' }],
    [/header must/, { ...good, header: 'x signature' }],
    [/header must/, { ...good, header: '' }],
    [/encoding is missing/, { header: 'x' }],
    [/encoding must be hex or base64/, { ...good, encoding: 'base32' }],
    [/hash must be SHA-1/, { ...good, hash: 'MD5' }],
    [/key must be text/, { ...good, key: 'utf8' }],
    [/prefix must be a text/, { ...good, prefix: 1 }],
    [/signed must contain body/, { ...good, signed: 'everything' }],
    [/signed must contain body, once/, { ...good, signed: 'body.body' }],
    [/timestamp must say where/, { ...good, signed: 'timestamp.body' }],
    [/signed must contain timestamp/, { ...timed, signed: 'body' }],
    [/timestamp must be/, { ...timed, timestamp: 'x-timestamp' }],
    [/timestamp must be/, { ...timed, timestamp: { pair: 't' } }],
    [/timestamp/, { ...timed, timestamp: { header: 'x', unit: 'minutes' } }],
    [/timestamp/, { ...timed, timestamp: { header: 'x', toleranceSeconds: 0 } }],
    [/timestamp/, { ...timed, timestamp: { header: 'x', toleranceSeconds: Number.NaN } }],
    [/prefix does not go/, { ...timed, timestamp: { pair: 't', signature: 'v1' }, prefix: 'a=' }],
    [/id must be/, { ...good, id: 'event..id' }],
    [/id must be/, { ...good, id: '' }],
    [/algorithm is not an option/, { ...good, algorithm: 'sha256' }],
    [/encodign is not an option/, { header: 'x-signature', encodign: 'hex' }],
  ]

  test.each(rows)('%o', (message, options) => {
    const make: (options: never) => unknown = signedJson
    const call = () => make(options as never)
    expect(call).toThrow(TypeError)
    expect(call).toThrow(message)
    expect(call).toThrow(/^signedJson: /)
  })
})

test('a sample has its id where the options look for it', () => {
  const source = signedJson({ header: 'x', encoding: 'hex', id: 'event.id' })
  const sample = source.sample({
    fields: { contacts: '919800000001,919811112222' },
    id: 's1',
    now: NOW,
  })
  expect(JSON.parse(sample.body)).toMatchObject({
    event: { id: 's1' },
    contacts: ['919800000001', '919811112222'],
  })
})
