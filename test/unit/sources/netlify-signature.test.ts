/** Netlify's JSON Web Signature, forged in the ways that such tokens are. */

import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { netlify } from '../../../src/sources/netlify.ts'
import { fixture } from '../../fixtures/netlify.ts'

const BODY = '{"id":"650000000000000000000010","data":{}}'
const SHA256 = createHash('sha256').update(BODY).digest('hex')
const HEADER = { alg: 'HS256', typ: 'JWT' }
const CLAIMS = { iss: 'netlify', sha256: SHA256 }

interface Parts {
  readonly header?: unknown
  readonly claims?: unknown
  readonly hash?: string
  readonly secret?: string
}

function tokenOf({ header = HEADER, claims = CLAIMS, hash = 'sha256', secret }: Parts): string {
  const text = [header, claims].map(base64Url).join('.')
  const mac = createHmac(hash, secret ?? fixture.secret).update(text)
  return `${text}.${mac.digest('base64url')}`
}

function base64Url(part: unknown): string {
  const text = typeof part === 'string' ? part : JSON.stringify(part)
  return Buffer.from(text).toString('base64url')
}

function verify(token: string, body = BODY) {
  return netlify.scheme.verify(
    {
      method: 'POST',
      url: 'https://usher.example/hooks/join',
      headers: new Headers({ 'X-Webhook-Signature': token }),
      body: utf8(body),
      urlSecret: null,
      now: Date.parse('2026-11-20T09:15:04Z'),
    },
    [fixture.secret],
  )
}

describe('a token', () => {
  test.each([
    ['as Netlify makes it', {}],
    ['without a type', { header: { alg: 'HS256' } }],
    ['with more claims', { claims: { ...CLAIMS, iat: 1, exp: 2 } }],
    ['with a digest in capitals', { claims: { ...CLAIMS, sha256: SHA256.toUpperCase() } }],
  ])('%s is verified', async (_, parts) => {
    expect(await verify(tokenOf(parts))).toEqual({ ok: true })
  })

  test.each([
    ['no algorithm', { header: { ...HEADER, alg: 'none' } }],
    ['an algorithm in small letters', { header: { ...HEADER, alg: 'hs256' } }],
    ['another algorithm', { header: { ...HEADER, alg: 'HS512' }, hash: 'sha512' }],
    ['an algorithm of key pairs', { header: { ...HEADER, alg: 'RS256' } }],
    ['a header that is no object', { header: 'null' }],
    ['a header that is no JSON', { header: '{' }],
    ['another issuer', { claims: { ...CLAIMS, iss: 'netlify.example' } }],
    ['no issuer', { claims: { sha256: SHA256 } }],
    ['no digest', { claims: { iss: 'netlify' } }],
    ['a digest that is none', { claims: { ...CLAIMS, sha256: 'e3b0' } }],
    ['claims that are a list', { claims: [CLAIMS] }],
  ])('with %s is malformed', async (_, parts) => {
    expect(await verify(tokenOf(parts))).toEqual({ ok: false, reason: 'malformed' })
  })

  test.each([
    ['nothing in it', ''],
    ['no signature', tokenOf({}).replace(/[^.]+$/, '')],
    ['two parts', tokenOf({}).replace(/\.[^.]+$/, '')],
    ['four parts', `${tokenOf({})}.${SHA256}`],
    ['padding', `${tokenOf({})}=`],
    ['the other alphabet', tokenOf({ claims: { ...CLAIMS, x: '>>>???' } }).replaceAll('_', '/')],
    ['a scheme before it', `Bearer ${tokenOf({})}`],
    ['more than any token has', tokenOf({ claims: { ...CLAIMS, x: 'x'.repeat(2048) } })],
  ])('with %s is malformed', async (_, token) => {
    expect(await verify(token)).toEqual({ ok: false, reason: 'malformed' })
  })

  test('that another secret signed, or that was made for another body, is no match', async () => {
    const mismatch = { ok: false, reason: 'mismatch' }
    expect(await verify(tokenOf({ secret: fixture.otherSecret }))).toEqual(mismatch)
    expect(await verify(tokenOf({}), `${BODY} `)).toEqual(mismatch)
    const [header, , signature] = tokenOf({}).split('.')
    const claims = base64Url({ ...CLAIMS, sha256: createHash('sha256').update('').digest('hex') })
    expect(await verify(`${header}.${claims}.${signature}`, '')).toEqual(mismatch)
  })
})
