/** The ways in which a program shows the secret of a `json` hook, and the names under which the platforms find it. */

import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import type { Verdict } from '../../../src/schemes/scheme.ts'
import type { Source } from '../../../src/sources/source.ts'
import { json, jsonWith, make, n8n, pabbly, zapier } from '../../../src/usher.ts'

const SECRET = '0f4c2b7a91d84e3fb6a5c8d7e9f01234'
const OTHER = '0f4c2b7a91d84e3fb6a5c8d7e9f01235'

function verify(
  { scheme }: Source,
  headers: Record<string, string>,
  urlSecret: string | null = null,
): Promise<Verdict> {
  const incoming = {
    method: 'POST',
    url: 'https://usher.example/hooks/leads',
    headers: new Headers(headers),
    body: utf8('{}'),
    urlSecret,
    now: Date.parse('2026-11-20T09:15:04Z'),
  }
  return scheme.verify(incoming, [SECRET])
}

const OK = { ok: true }
const refused = (reason: string) => ({ ok: false, reason })

describe('the secret of a json hook', () => {
  it.each<[title: string, headers: Record<string, string>, url: string | null, verdict: object]>([
    ['at the end of the URL', {}, SECRET, OK],
    [
      "at the end of the URL, beside a program's own token",
      { authorization: 'Bearer abc' },
      SECRET,
      OK,
    ],
    ['at the end of the URL and in a header', { 'x-usher-secret': SECRET }, SECRET, OK],
    [
      'right in a header and wrong in the URL',
      { 'x-usher-secret': SECRET },
      OTHER,
      refused('malformed'),
    ],
    ['wrong in the URL', {}, OTHER, refused('mismatch')],
    ['empty in the URL', {}, '', refused('malformed')],
    ['nowhere', {}, null, refused('missing')],
    ['in a header that the hook does not name', { 'x-api-key': SECRET }, null, refused('missing')],
  ])('%s', async (_, headers, url, verdict) => {
    expect(await verify(json, headers, url)).toEqual(verdict)
  })

  it.each<[title: string, headers: Record<string, string>, verdict: object]>([
    ['in that header', { 'X-API-Key': SECRET }, OK],
    ['in Authorization all the same', { authorization: `Bearer ${SECRET}` }, OK],
    ['in two headers', { 'x-api-key': SECRET, 'x-usher-secret': SECRET }, OK],
    ['wrong in that header', { 'x-api-key': OTHER }, refused('mismatch')],
    ['sent twice', { 'x-api-key': `${SECRET}, ${SECRET}` }, refused('malformed')],
    ['with a word before it', { 'x-api-key': `Bearer ${SECRET}` }, refused('malformed')],
    ['nowhere', {}, refused('missing')],
  ])('where the hook names a header: %s', async (_, headers, verdict) => {
    expect(await verify(jsonWith({ tokenHeader: 'x-api-key' }), headers)).toEqual(verdict)
  })

  it('is shown in the set-up as the hook has it', () => {
    const source = jsonWith({ tokenHeader: 'x-api-key' })
    expect(source.setup.join(' ')).toContain('a header named x-api-key with the value of {secret}')
    expect(source.example).toContain("jsonWith({ tokenHeader: 'x-api-key' })")
    expect(source).toMatchObject({ name: 'json', speaksInvite: true, readsAnswer: true })
  })

  it.each(['', 'x api key', 'x-api-key:', 'Authorization', 'content-type', 7, undefined])(
    'is looked for in no header %j',
    (tokenHeader) => {
      expect(() => jsonWith({ tokenHeader: tokenHeader as string })).toThrow(
        /^jsonWith: tokenHeader/,
      )
    },
  )
})

describe('the platforms', () => {
  it.each(Object.entries({ zapier, make, n8n, pabbly }))(
    '%s is json with steps of its own',
    (name, source) => {
      const { setup, title, docs, example, fails, unconfirmed, name: own, ...rest } = source
      expect(json).toMatchObject(rest)
      expect(own).toBe(name)
      expect(example).toContain(`source: ${name},`)
      expect(setup).not.toEqual(json.setup)
      expect(new Set([title, docs])).not.toContain(json.title)
    },
  )
})
