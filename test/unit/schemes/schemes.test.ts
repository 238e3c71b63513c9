/** Signature schemes against published vectors, other people's signers, and requests that are nearly right. */

import { createHmac, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { Webhook as ReferenceWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, encode, utf8 } from '../../../src/lib/bytes.ts'
import { type HmacOptions, hmac, timestampThenBody } from '../../../src/schemes/hmac.ts'
import type { Incoming, Outgoing, Scheme, Verdict } from '../../../src/schemes/scheme.ts'
import { standardWebhooks } from '../../../src/schemes/standard-webhooks.ts'
import { token, urlToken } from '../../../src/schemes/token.ts'

const NOW = Date.parse('2026-11-20T09:15:04.567Z')
const SECONDS = String(Math.floor(NOW / 1000))
const BODY = '{"phone":"+919800000001","name":"Āshā"}'
const SECRET = 'a-secret-of-the-sender'
const OTHER = 'a-secret-of-somebody-else'
const VERIFIED: Verdict = { ok: true }
/** Enough for every shape that matters here; each run costs several HMACs. */
const RUNS = { numRuns: 60 }

interface Arrival {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Bytes
  readonly urlSecret?: string | null
  readonly now?: number
  readonly method?: string
  readonly url?: string
}

function incoming({ headers = {}, body = BODY, urlSecret = null, ...rest }: Arrival): Incoming {
  return {
    method: 'POST',
    url: 'https://usher.example/hooks/webinar',
    now: NOW,
    ...rest,
    headers: new Headers(headers),
    body: typeof body === 'string' ? utf8(body) : body,
    urlSecret,
  }
}

function outgoing(body: Bytes, id = 'msg_1', headers: Record<string, string> = {}): Outgoing {
  return {
    method: 'POST',
    url: 'https://usher.example/hooks/webinar',
    headers: new Headers(headers),
    body,
    id,
    now: NOW,
  }
}

function refused(reason: string): Verdict | object {
  return { ok: false, reason }
}

function mac(message: string | Bytes, secret: string | Bytes = SECRET, hash = 'sha256'): Buffer {
  return createHmac(hash, secret).update(message).digest()
}

describe('hmac', () => {
  const inHex = hmac({ header: 'X-Signature', prefix: 'sha256=', encoding: 'hex' })
  const inBase64 = hmac({ header: 'x-signature', encoding: 'base64' })
  const withHeader = hmac({
    header: 'x-signature',
    encoding: 'hex',
    signed: timestampThenBody(':'),
    timestamp: { header: 'x-timestamp', unit: 'ms', toleranceSeconds: 300 },
  })
  const withPairs = hmac({
    header: 'x-signature',
    encoding: 'hex',
    signed: timestampThenBody('.'),
    timestamp: { pair: 't', signature: 'v1', unit: 's', toleranceSeconds: 300 },
  })
  const right = mac(BODY).toString('hex')
  const rightBase64 = mac(BODY).toString('base64')
  const wrong = mac(BODY, OTHER).toString('hex')
  const stamped = mac(`${NOW}:${BODY}`).toString('hex')
  const paired = mac(`${SECONDS}.${BODY}`).toString('hex')

  const published: readonly [
    title: string,
    options: HmacOptions,
    secret: string,
    body: string | Bytes,
    value: string,
  ][] = [
    [
      'GitHub’s documentation of X-Hub-Signature-256',
      { header: 'x-hub-signature-256', prefix: 'sha256=', encoding: 'hex' },
      "It's a Secret to Everybody",
      'Hello, World!',
      'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    ],
    [
      'RFC 2202, case 2, SHA-1',
      { header: 'x', encoding: 'hex', hash: 'SHA-1', minSecretLength: 4 },
      'Jefe',
      'what do ya want for nothing?',
      'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    ],
    [
      'RFC 4231, case 2, SHA-256',
      { header: 'x', encoding: 'hex', minSecretLength: 4 },
      'Jefe',
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'RFC 4231, case 2, SHA-512',
      { header: 'x', encoding: 'hex', hash: 'SHA-512', minSecretLength: 4 },
      'Jefe',
      'what do ya want for nothing?',
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    ],
    [
      'RFC 4231, case 4, SHA-256, a key in hex and a message that is no UTF-8',
      { header: 'x', encoding: 'hex', key: 'hex' },
      '0102030405060708090a0b0c0d0e0f10111213141516171819',
      new Uint8Array(50).fill(0xcd),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
  ]

  test.each(published)('agrees with %s', async (_, options, secret, body, value) => {
    const scheme = hmac(options)
    const headers = { [options.header]: value }
    expect(await scheme.verify(incoming({ headers, body }), [secret])).toEqual(VERIFIED)
    expect((await scheme.sign(outgoing(incoming({ body }).body), secret)).headers).toEqual(headers)
  })

  /** Descriptions of senders and, beside each, the same formula by `node:crypto`. */
  const descriptions: readonly {
    readonly title: string
    readonly options: HmacOptions
    readonly secret?: string
    readonly sent?: Record<string, string>
    readonly headers: Record<string, string>
  }[] = [
    {
      title: 'sha256= and base64 (Typeform)',
      options: { header: 'Typeform-Signature', prefix: 'sha256=', encoding: 'base64' },
      headers: { 'Typeform-Signature': `sha256=${rightBase64}` },
    },
    {
      title: 'SHA-1 in base64 with a compound key (SurveyMonkey)',
      options: { header: 'Sm-Signature', encoding: 'base64', hash: 'SHA-1' },
      secret: 'client-id&client-secret',
      headers: {
        'Sm-Signature': mac(BODY, 'client-id&client-secret', 'sha1').toString('base64'),
      },
    },
    {
      title: 'SHA-512 in hex with a key in base64',
      options: { header: 'x-signature', encoding: 'hex', hash: 'SHA-512', key: 'base64' },
      secret: Buffer.from(SECRET).toString('base64'),
      headers: { 'x-signature': mac(BODY, SECRET, 'sha512').toString('hex') },
    },
    {
      title: 'milliseconds in a header, a colon, the body (Webflow)',
      options: {
        header: 'x-webflow-signature',
        encoding: 'hex',
        signed: timestampThenBody(':'),
        timestamp: { header: 'x-webflow-timestamp', unit: 'ms', toleranceSeconds: 300 },
      },
      headers: { 'x-webflow-timestamp': String(NOW), 'x-webflow-signature': stamped },
    },
    {
      title: 'seconds and body without anything between, a key in hex (Close)',
      options: {
        header: 'close-sig-hash',
        encoding: 'hex',
        key: 'hex',
        signed: timestampThenBody(''),
        timestamp: { header: 'close-sig-timestamp', unit: 's', toleranceSeconds: 300 },
      },
      secret: Buffer.from(SECRET).toString('hex'),
      headers: {
        'close-sig-timestamp': SECONDS,
        'close-sig-hash': mac(SECONDS + BODY).toString('hex'),
      },
    },
    {
      title: 'a version before time and body (Zoom)',
      options: {
        header: 'x-zm-signature',
        prefix: 'v0=',
        encoding: 'hex',
        signed: ({ timestamp, body }) => concat(utf8(`v0:${timestamp}:`), body),
        timestamp: { header: 'x-zm-request-timestamp', unit: 's', toleranceSeconds: 300 },
      },
      headers: {
        'x-zm-request-timestamp': SECONDS,
        'x-zm-signature': `v0=${mac(`v0:${SECONDS}:${BODY}`).toString('hex')}`,
      },
    },
    {
      title: 't= and v1= in one header (Stripe, Calendly, Formspree)',
      options: {
        header: 'Stripe-Signature',
        encoding: 'hex',
        signed: timestampThenBody('.'),
        timestamp: { pair: 't', signature: 'v1', unit: 's', toleranceSeconds: 300 },
      },
      headers: { 'Stripe-Signature': `t=${SECONDS},v1=${paired}` },
    },
    {
      title: 't= and v= in one header (WPForms)',
      options: {
        header: 'x-wpforms-webhook-signature',
        encoding: 'hex',
        signed: timestampThenBody('.'),
        timestamp: { pair: 't', signature: 'v', unit: 's', toleranceSeconds: 300 },
      },
      headers: { 'x-wpforms-webhook-signature': `t=${SECONDS},v=${paired}` },
    },
    {
      title: 'the body and then a header (Framer)',
      options: {
        header: 'framer-signature',
        prefix: 'sha256=',
        encoding: 'hex',
        signed: ({ body, headers }) => {
          const id = headers.get('framer-webhook-submission-id')
          return id === null ? null : concat(body, utf8(id))
        },
      },
      sent: { 'framer-webhook-submission-id': '0b1c' },
      headers: { 'framer-signature': `sha256=${mac(`${BODY}0b1c`).toString('hex')}` },
    },
  ]

  test.each(descriptions)('describes $title', async ({ options, secret, sent, headers }) => {
    const scheme = hmac(options)
    const request = incoming({ headers: { ...sent, ...headers } })
    expect(await scheme.verify(request, [secret ?? SECRET])).toEqual(VERIFIED)
    expect(await scheme.verify(request, [scheme.newSecret()])).toEqual(refused('mismatch'))
    const proof = await scheme.sign(outgoing(utf8(BODY), 'msg_1', sent), secret ?? SECRET)
    expect(proof).toEqual({ headers })
  })

  test('is malformed when a header that is signed is not there', async () => {
    const scheme = hmac({
      header: 'x-signature',
      encoding: 'hex',
      signed: ({ headers }) => (headers.get('x-id') === null ? null : utf8('')),
    })
    const headers = { 'x-signature': right }
    expect(await scheme.verify(incoming({ headers }), [SECRET])).toEqual(refused('malformed'))
    await expect(scheme.sign(outgoing(utf8(BODY)), SECRET)).rejects.toThrow(TypeError)
  })

  const refusals: readonly [
    title: string,
    scheme: Scheme,
    headers: Record<string, string>,
    reason: string,
  ][] = [
    ['no header', inHex, {}, 'missing'],
    ['an empty header', inHex, { 'x-signature': '' }, 'malformed'],
    ['the prefix alone', inHex, { 'x-signature': 'sha256=' }, 'malformed'],
    ['no prefix', inHex, { 'x-signature': right }, 'malformed'],
    ['the prefix in capitals', inHex, { 'x-signature': `SHA256=${right}` }, 'malformed'],
    ['another prefix', inHex, { 'x-signature': `sha1=${right}` }, 'malformed'],
    ['the prefix twice', inHex, { 'x-signature': `sha256=sha256=${right}` }, 'malformed'],
    ['a signature of another key', inHex, { 'x-signature': `sha256=${wrong}` }, 'mismatch'],
    ['a signature cut short', inHex, { 'x-signature': `sha256=${right.slice(2)}` }, 'malformed'],
    ['a signature and more', inHex, { 'x-signature': `sha256=${right}00` }, 'malformed'],
    ['an odd digit', inHex, { 'x-signature': `sha256=${right.slice(1)}` }, 'malformed'],
    [
      'a letter that is no digit',
      inHex,
      { 'x-signature': `sha256=g${right.slice(1)}` },
      'malformed',
    ],
    ['hex between spaces', inHex, { 'x-signature': `sha256= ${right}` }, 'malformed'],
    [
      'the header sent twice',
      inHex,
      { 'x-signature': `sha256=${right}, sha256=${right}` },
      'malformed',
    ],
    ['base64 for hex', inHex, { 'x-signature': `sha256=${rightBase64}` }, 'malformed'],
    ['hex for base64', inBase64, { 'x-signature': right }, 'malformed'],
    ['no padding', inBase64, { 'x-signature': rightBase64.replace('=', '') }, 'malformed'],
    ['too much padding', inBase64, { 'x-signature': `${rightBase64}=` }, 'malformed'],
    [
      'base64 in the alphabet of URLs',
      inBase64,
      { 'x-signature': `-_${rightBase64.slice(2)}` },
      'malformed',
    ],
    ['a time missing', withHeader, { 'x-signature': stamped }, 'malformed'],
    ['a time alone', withHeader, { 'x-timestamp': String(NOW) }, 'missing'],
    ['a time of hexadecimal digits', withHeader, at('0x19a'), 'malformed'],
    ['a time with a sign', withHeader, at(`+${NOW}`), 'malformed'],
    ['a negative time', withHeader, at(`-${NOW}`), 'malformed'],
    ['a time with letters after it', withHeader, at(`${NOW}abc`), 'malformed'],
    ['a time with a fraction', withHeader, at(`${NOW}.0`), 'malformed'],
    ['a time of fifteen digits', withHeader, at('100000000000000'), 'malformed'],
    ['a time in words', withHeader, at('hello'), 'malformed'],
    ['a time sent twice', withHeader, at(`${NOW}, ${NOW}`), 'malformed'],
    ['a time moved', withHeader, at(String(NOW + 1)), 'mismatch'],
    ['pairs with a bare word', withPairs, pairs('bad_header'), 'malformed'],
    ['pairs without a time', withPairs, pairs(`v1=${paired}`), 'malformed'],
    ['pairs without a signature', withPairs, pairs(`t=${SECONDS}`), 'malformed'],
    ['pairs of another version only', withPairs, pairs(`t=${SECONDS},v0=${paired}`), 'malformed'],
    ['two times', withPairs, pairs(`t=${SECONDS},t=1,v1=${paired}`), 'malformed'],
    [
      'the same time twice',
      withPairs,
      pairs(`t=${SECONDS},t=${SECONDS},v1=${paired}`),
      'malformed',
    ],
    ['pairs with spaces', withPairs, pairs(`t=${SECONDS}, v1=${paired}`), 'malformed'],
    ['pairs with a comma at the end', withPairs, pairs(`t=${SECONDS},v1=${paired},`), 'malformed'],
    ['a time that is no number', withPairs, pairs(`t=soon,v1=${paired}`), 'malformed'],
    ['an empty signature', withPairs, pairs(`t=${SECONDS},v1=`), 'malformed'],
    ['a wrong signature', withPairs, pairs(`t=${SECONDS},v1=${wrong}`), 'mismatch'],
    [
      'more signatures than a sender makes',
      withPairs,
      pairs(`t=${SECONDS}${`,v1=${wrong}`.repeat(40)},v1=${paired}`),
      'malformed',
    ],
  ]

  function at(time: string): Record<string, string> {
    return { 'x-timestamp': time, 'x-signature': stamped }
  }

  function pairs(text: string): Record<string, string> {
    return { 'x-signature': text }
  }

  test.each(refusals)('refuses %s', async (_, scheme, headers, reason) => {
    expect(await scheme.verify(incoming({ headers }), [SECRET])).toEqual(refused(reason))
  })

  const accepted: readonly [title: string, scheme: Scheme, headers: Record<string, string>][] = [
    ['hex in capitals', inHex, { 'X-SIGNATURE': `sha256=${right.toUpperCase()}` }],
    [
      'one right signature of three',
      withPairs,
      pairs(`t=${SECONDS},v1=${wrong},v1=${paired},v1=${wrong}`),
    ],
    ['other pairs around it', withPairs, pairs(`v0=x,t=${SECONDS},v1=${paired},k=`)],
    [
      'a malformed signature beside the right one',
      withPairs,
      pairs(`t=${SECONDS},v1=zz,v1=${paired}`),
    ],
  ]

  test.each(accepted)('verifies %s', async (_, scheme, headers) => {
    expect(await scheme.verify(incoming({ headers }), [SECRET])).toEqual(VERIFIED)
    expect(await scheme.verify(incoming({ headers }), [OTHER])).toEqual(refused('mismatch'))
  })

  const clocks: readonly [
    title: string,
    lateMs: number,
    tolerance: number | undefined,
    Verdict | object,
  ][] = [
    ['exactly as old as allowed', 300_000, undefined, VERIFIED],
    ['a second older', 301_000, undefined, refused('stale')],
    ['exactly as far ahead as allowed', -300_000, undefined, VERIFIED],
    ['a second further ahead', -301_000, undefined, refused('future')],
    ['ten years ahead', -315_360_000_000, undefined, refused('future')],
    ['an hour old where the hook allows it', 3_600_000, 3600, VERIFIED],
    ['two seconds old where the hook allows one', 2000, 1, refused('stale')],
  ]

  test.each(clocks)('measures a request that is %s', async (_, lateMs, tolerance, verdict) => {
    const late = { now: NOW + lateMs }
    for (const [scheme, headers] of [
      [withHeader, at(String(NOW))],
      [withPairs, pairs(`t=${SECONDS},v1=${paired}`)],
    ] as const) {
      const request = incoming({ headers, ...late })
      expect(await scheme.verify(request, [SECRET], tolerance)).toEqual(verdict)
      // A sender that cannot sign learns nothing of the clock, not even in the log.
      expect(await scheme.verify(request, [OTHER], tolerance)).toEqual(refused('mismatch'))
    }
  })

  test('takes any of several secrets, and is not stopped by those that cannot be keys', async () => {
    const request = incoming({ headers: { 'x-signature': `sha256=${right}` } })
    expect(await inHex.verify(request, [OTHER, SECRET])).toEqual(VERIFIED)
    expect(await inHex.verify(request, ['', 'short', ' ', SECRET])).toEqual(VERIFIED)
    expect(await inHex.verify(request, [])).toEqual(refused('mismatch'))
  })

  const weak: readonly [
    title: string,
    secret: string,
    options: Partial<HmacOptions>,
    because: string,
  ][] = [
    ['an empty one', '', {}, 'is empty'],
    ['an empty one, however short they may be', '', { minSecretLength: 0 }, 'is empty'],
    ['one of 15 characters', `${'x'.repeat(14)}y`, {}, 'is shorter than 16 characters'],
    ['one with a line break at its end', `${SECRET}\n`, {}, 'starts or ends with white space'],
    ['one with a space at its start', ` ${SECRET}`, {}, 'starts or ends with white space'],
    ['white space alone', ' '.repeat(20), {}, 'starts or ends with white space'],
    ['one character repeated', 'a'.repeat(20), {}, 'is one piece repeated'],
    ['one word repeated', 'letmein1'.repeat(3), {}, 'is one piece repeated'],
    ['a placeholder', 'changeme-and-make-it-long', {}, 'is a placeholder'],
    ['another placeholder', 'YOUR_WEBHOOK_SECRET_HERE', {}, 'is a placeholder'],
    ['text where a key in hex belongs', SECRET, { key: 'hex' }, 'is not hex'],
    ['text where a key in base64 belongs', SECRET, { key: 'base64' }, 'is not base64'],
  ]

  test.each(weak)(
    'refuses %s as a secret, and verifies nothing that is signed with it',
    async (...row) => {
      const [, secret, options, because] = row
      const scheme = hmac({ header: 'x-signature', encoding: 'hex', ...options })
      expect(scheme.refuseSecret(secret)).toBe(because)
      const headers = { 'x-signature': mac(BODY, secret).toString('hex') }
      expect(await scheme.verify(incoming({ headers }), [secret])).toEqual(refused('mismatch'))
    },
  )

  test('takes a short secret of a sender that makes such', async () => {
    const scheme = hmac({ header: 'x-signature', encoding: 'hex', minSecretLength: 4 })
    expect(scheme.refuseSecret('4711')).toBeNull()
    const headers = { 'x-signature': mac(BODY, '4711').toString('hex') }
    expect(await scheme.verify(incoming({ headers }), ['4711'])).toEqual(VERIFIED)
  })

  test('throws rather than sign with nothing', async () => {
    await expect(inHex.sign(outgoing(utf8(BODY)), '')).rejects.toThrow(TypeError)
  })

  describe.each([
    ['hex', inHex],
    ['base64', inBase64],
    ['a timestamp in a header', withHeader],
    ['pairs', withPairs],
  ] as const)('with %s', (_, scheme) => {
    test('verifies whatever it signed, and not with a bit of the body flipped', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ minLength: 1, maxLength: 200 }),
          fc.string({ minLength: 16, maxLength: 80, unit: 'grapheme' }),
          fc.nat(),
          async (body, secret, place) => {
            fc.pre(scheme.refuseSecret(secret) === null)
            const { headers } = await scheme.sign(outgoing(body), secret)
            expect(await scheme.verify(incoming({ headers, body }), [secret])).toEqual(VERIFIED)
            const flipped = flip(body, place)
            const forged = incoming({ headers, body: flipped })
            expect(await scheme.verify(forged, [secret])).toEqual(refused('mismatch'))
          },
        ),
        RUNS,
      )
    })

    test('verifies no header but its own, and never throws', async () => {
      await fc.assert(
        fc.asyncProperty(headerValue(), headerValue(), async (signature, time) => {
          const headers = { 'x-signature': signature, 'x-timestamp': time }
          expect((await scheme.verify(incoming({ headers }), [SECRET])).ok).toBe(false)
        }),
        RUNS,
      )
    })
  })
})

describe('token', () => {
  const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` })
  const bearer = { authorization: `Bearer ${SECRET}` }

  const rows: readonly [title: string, headers: Record<string, string>, Verdict | object][] = [
    ['a bearer token', bearer, VERIFIED],
    ['a bearer token in lower case', { authorization: `bearer ${SECRET}` }, VERIFIED],
    ['a Basic password', basic(`zapier:${SECRET}`), VERIFIED],
    ['a Basic password without a user', basic(`:${SECRET}`), VERIFIED],
    ['x-usher-secret', { 'X-Usher-Secret': SECRET }, VERIFIED],
    ['two headers that agree', { ...bearer, 'x-usher-secret': SECRET }, VERIFIED],
    [
      'two that disagree, the first right',
      { ...bearer, 'x-usher-secret': OTHER },
      refused('malformed'),
    ],
    [
      'two that disagree, the second right',
      { authorization: `Bearer ${OTHER}`, 'x-usher-secret': SECRET },
      refused('malformed'),
    ],
    ['a right one beside an empty one', { ...bearer, 'x-usher-secret': '' }, refused('malformed')],
    [
      'a right one beside another scheme',
      { authorization: 'Digest a=b', 'x-usher-secret': SECRET },
      refused('malformed'),
    ],
    ['nothing', {}, refused('missing')],
    ['an empty header', { authorization: '' }, refused('malformed')],
    ['the word alone', { authorization: 'Bearer ' }, refused('malformed')],
    ['the secret without a word', { authorization: SECRET }, refused('malformed')],
    ['two spaces', { authorization: `Bearer  ${SECRET}` }, refused('malformed')],
    [
      'a header sent twice',
      { authorization: `Bearer ${SECRET}, Bearer ${SECRET}` },
      refused('malformed'),
    ],
    [
      'a header of our own sent twice',
      { 'x-usher-secret': `${SECRET}, ${SECRET}` },
      refused('malformed'),
    ],
    ['another secret', { authorization: `Bearer ${OTHER}` }, refused('mismatch')],
    ['the secret and more', { authorization: `Bearer ${SECRET}x` }, refused('mismatch')],
    [
      'the secret cut short',
      { authorization: `Bearer ${SECRET.slice(0, -1)}` },
      refused('mismatch'),
    ],
    [
      'the secret in capitals',
      { authorization: `Bearer ${SECRET.toUpperCase()}` },
      refused('mismatch'),
    ],
    ['the secret as the user', basic(`${SECRET}:`), refused('mismatch')],
    ['Basic without a colon', basic(SECRET), refused('malformed')],
    ['Basic that is no base64', { authorization: 'Basic %%%' }, refused('malformed')],
    [
      'Basic that is no UTF-8',
      { authorization: `Basic ${btoa('a:\xff\xfe')}` },
      refused('malformed'),
    ],
    [
      'a token beyond all bounds',
      { authorization: `Bearer ${'x'.repeat(3000)}` },
      refused('malformed'),
    ],
  ]

  test.each(rows)('judges %s', async (_, headers, verdict) => {
    expect(await token.verify(incoming({ headers }), [SECRET])).toEqual(verdict)
    expect(
      await token.verify(incoming({ headers }), ['', 'a-third-secret-of-all', SECRET]),
    ).toEqual(verdict)
  })

  test('splits Basic at the first colon, since a password may have one', async () => {
    const secret = 'pass:word:with:colons'
    const verdict = await token.verify(incoming({ headers: basic(`me:${secret}`) }), [secret])
    expect(verdict).toEqual(VERIFIED)
  })

  test('verifies nothing where no secret will do', async () => {
    for (const secret of ['', 'short', 'ends with a space ']) {
      const headers = { authorization: `Bearer ${secret}`, 'x-usher-secret': secret }
      expect((await token.verify(incoming({ headers }), [secret])).ok).toBe(false)
      const alone = { 'x-usher-secret': secret }
      expect((await token.verify(incoming({ headers: alone }), [secret])).ok).toBe(false)
    }
  })

  test('refuses secrets that a header does not carry', () => {
    expect(token.refuseSecret('one word and another')).toContain('header')
    expect(token.refuseSecret('pässwörter-und-mehr')).toContain('header')
    expect(token.refuseSecret('')).toBe('is empty')
    expect(token.refuseSecret('fifteen-letters')).toContain('shorter')
  })
})

describe('urlToken', () => {
  const rows: readonly [title: string, urlSecret: string | null, Verdict | object][] = [
    ['the secret', SECRET, VERIFIED],
    ['no segment', null, refused('missing')],
    ['an empty segment', '', refused('missing')],
    ['another secret', OTHER, refused('mismatch')],
    ['the secret cut short', SECRET.slice(1), refused('mismatch')],
    ['the secret and a slash', `${SECRET}/`, refused('mismatch')],
  ]

  test.each(rows)('judges %s', async (_, urlSecret, verdict) => {
    expect(await urlToken.verify(incoming({ urlSecret }), [SECRET])).toEqual(verdict)
  })

  test('does not look into headers, nor accept short secrets', async () => {
    const headers = { authorization: `Bearer ${SECRET}`, 'x-usher-secret': SECRET }
    expect(await urlToken.verify(incoming({ headers }), [SECRET])).toEqual(refused('missing'))
    const short = incoming({ urlSecret: 'short' })
    expect(await urlToken.verify(short, ['short'])).toEqual(refused('mismatch'))
  })

  test('refuses secrets that a URL would change', () => {
    for (const secret of ['with/a/slash/in/it', 'with%20a%20space-in-it', 'with?a=query&in=it']) {
      expect(urlToken.refuseSecret(secret)).toContain('characters')
    }
  })
})

describe('standardWebhooks', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const privateKey =
    'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=='
  const publicKey = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4='
  const published = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
  }
  const publishedBody = '{"test": 2432232314}'
  const v1 = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  const v1a =
    'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=='
  const wrong = `v1,${mac('something else').toString('base64')}`

  const at = (signature: string, changes: Record<string, string> = {}) =>
    incoming({
      headers: { ...published, 'webhook-signature': signature, ...changes },
      body: publishedBody,
      now: 1_614_265_330_000,
    })

  test.each([
    ['v1', secret, secret, v1],
    ['v1 without the prefix', secret.slice(6), secret.slice(6), v1],
    ['v1a', privateKey, publicKey, v1a],
  ])('agrees with the published vector of %s', async (_, signing, verifying, signature) => {
    expect(await standardWebhooks.verify(at(signature), [verifying])).toEqual(VERIFIED)
    const request = {
      ...outgoing(utf8(publishedBody), published['webhook-id']),
      now: 1_614_265_330_999,
    }
    expect(await standardWebhooks.sign(request, signing)).toEqual({
      headers: { ...published, 'webhook-signature': signature },
    })
  })

  test('signs with the seed alone as with the pair that Svix writes', async () => {
    const seed = Buffer.from(privateKey.slice(5), 'base64').subarray(0, 32).toString('base64')
    const request = outgoing(utf8(BODY))
    expect(await standardWebhooks.sign(request, `whsk_${seed}`)).toEqual(
      await standardWebhooks.sign(request, privateKey),
    )
  })

  const rows: readonly [
    title: string,
    signature: string,
    changes: Record<string, string>,
    Verdict | object,
  ][] = [
    [
      'one right signature of several',
      `${wrong} v1,${'A'.repeat(43)}= ${v1} ${wrong}`,
      {},
      VERIFIED,
    ],
    ['a signature of a version to come', `v9,AAAA ${v1}`, {}, VERIFIED],
    ['a wrong signature', wrong, {}, refused('mismatch')],
    ['v1a under an HMAC secret', v1a, {}, refused('mismatch')],
    ['an empty header', '', {}, refused('malformed')],
    ['a version without a signature', 'v1,', {}, refused('malformed')],
    ['a signature cut to eight characters', v1.slice(0, 11), {}, refused('malformed')],
    ['no padding', v1.replace('=', ''), {}, refused('malformed')],
    ['another version alone', v1.replace('v1', 'v2'), {}, refused('malformed')],
    ['no version', v1.slice(3), {}, refused('malformed')],
    ['a header sent twice', `${v1}, ${v1}`, {}, refused('malformed')],
    ['two spaces between signatures', `${v1}  ${v1}`, {}, refused('malformed')],
    [
      'more signatures than a sender makes',
      `${`${wrong} `.repeat(60)}${v1}`,
      {},
      refused('malformed'),
    ],
    ['another id', v1, { 'webhook-id': 'msg_other' }, refused('mismatch')],
    ['an id with a dot', v1, { 'webhook-id': 'msg.1' }, refused('malformed')],
    ['an id sent twice', v1, { 'webhook-id': 'msg_1, msg_1' }, refused('malformed')],
    ['an empty id', v1, { 'webhook-id': '' }, refused('malformed')],
    ['an id of 257 characters', v1, { 'webhook-id': 'm'.repeat(257) }, refused('malformed')],
    ['another time', v1, { 'webhook-timestamp': '1614265331' }, refused('mismatch')],
    ['a time in words', v1, { 'webhook-timestamp': 'hello' }, refused('malformed')],
    [
      'a time with letters after it',
      v1,
      { 'webhook-timestamp': '1614265330abc' },
      refused('malformed'),
    ],
    [
      'a time sent twice',
      v1,
      { 'webhook-timestamp': '1614265330, 1614265330' },
      refused('malformed'),
    ],
    ['a complete family beside half of another', v1, { 'svix-id': 'msg_other' }, VERIFIED],
  ]

  test.each(rows)('judges %s', async (_, signature, changes, verdict) => {
    expect(await standardWebhooks.verify(at(signature, changes), [secret])).toEqual(verdict)
  })

  test('does not move the border between id and time', async () => {
    const body = utf8('1.{}')
    const { headers } = await standardWebhooks.sign(outgoing(body, 'm'), secret)
    const moved = {
      ...headers,
      'webhook-id': `m.${headers['webhook-timestamp']}`,
      'webhook-timestamp': '1',
    }
    const request = incoming({ headers: moved, body: '{}', now: 1000 })
    expect(await standardWebhooks.verify(request, [secret])).toEqual(refused('malformed'))
    await expect(standardWebhooks.sign(outgoing(body, 'm.1'), secret)).rejects.toThrow(TypeError)
  })

  const families: readonly [title: string, (name: string) => string, Verdict | object][] = [
    ['svix', (name) => name.replace('webhook', 'svix'), VERIFIED],
    ['mixed', (name) => name.replace('webhook-id', 'svix-id'), refused('malformed')],
    [
      'mixed otherwise',
      (name) => name.replace('webhook-signature', 'svix-signature'),
      refused('malformed'),
    ],
    ['capital', (name) => name.toUpperCase(), VERIFIED],
    ['unknown', (name) => `x-${name}`, refused('missing')],
  ]

  test.each(families)('judges headers of the %s family', async (_, rename, verdict) => {
    const { headers } = await standardWebhooks.sign(outgoing(utf8(BODY)), secret)
    const renamed = Object.entries(headers).map(([name, value]) => [rename(name), value])
    const request = incoming({ headers: Object.fromEntries(renamed) })
    expect(await standardWebhooks.verify(request, [secret])).toEqual(verdict)
  })

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('needs %s', async (name) => {
    const { headers } = await standardWebhooks.sign(outgoing(utf8(BODY)), secret)
    const { [name]: _, ...others } = headers
    const reason = name === 'webhook-signature' ? 'missing' : 'malformed'
    expect(await standardWebhooks.verify(incoming({ headers: others }), [secret])).toEqual(
      refused(reason),
    )
  })

  test.each([
    ['as old as allowed', 300, VERIFIED],
    ['a second older', 301, refused('stale')],
    ['as far ahead as allowed', -300, VERIFIED],
    ['a second further ahead', -301, refused('future')],
  ])('measures a request that is %s', async (_, seconds, verdict) => {
    for (const [signature, key] of [
      [v1, secret],
      [v1a, publicKey],
    ] as const) {
      const request = { ...at(signature), now: 1_614_265_330_000 + seconds * 1000 }
      expect(await standardWebhooks.verify(request, [key])).toEqual(verdict)
      const stranger = standardWebhooks.newSecret()
      expect(await standardWebhooks.verify(request, [stranger])).toEqual(refused('mismatch'))
    }
  })

  test('keeps versions to their kind of key', async () => {
    expect(await standardWebhooks.verify(at(v1), [publicKey])).toEqual(refused('mismatch'))
    // An attacker who knows the public key signs v1 with it, as if it were the secret of an HMAC.
    const key = Buffer.from(publicKey.slice(5), 'base64')
    const message = `${published['webhook-id']}.${published['webhook-timestamp']}.${publishedBody}`
    const forged = `v1,${mac(message, key).toString('base64')}`
    expect(await standardWebhooks.verify(at(forged), [publicKey])).toEqual(refused('mismatch'))
    expect(await standardWebhooks.verify(at(`${v1} ${v1a}`), [publicKey])).toEqual(VERIFIED)
  })

  const keys: readonly [title: string, secret: string, because: RegExp][] = [
    ['nothing', '', /empty/],
    ['the prefix alone', 'whsec_', /empty/],
    ['what is no base64', 'whsec_not base64 at all!', /not base64/],
    ['a key of 23 bytes', `whsec_${base64(23)}`, /24 to 64 bytes/],
    ['a key of 65 bytes', `whsec_${base64(65)}`, /24 to 64 bytes/],
    ['zeros', `whsec_${btoa('\0'.repeat(32))}`, /repeated/],
    ['one byte over and over', `whsec_${btoa('\x55'.repeat(32))}`, /repeated/],
    ['the private key', privateKey, /private/],
    ['a public key of 31 bytes', `whpk_${base64(31)}`, /32 bytes/],
    ['a public key of 33 bytes', `whpk_${base64(33)}`, /32 bytes/],
    ['the public prefix alone', 'whpk_', /32 bytes/],
  ]

  test.each(keys)(
    'refuses %s as a secret, and verifies nothing that is signed with it',
    async (_, key, because) => {
      expect(standardWebhooks.refuseSecret(key)).toMatch(because)
      expect(await standardWebhooks.verify(at(v1), [key])).toEqual(refused('mismatch'))
      expect(await standardWebhooks.verify(at(v1a), [key])).toEqual(refused('mismatch'))
      expect(await standardWebhooks.verify(at(v1), [key, secret])).toEqual(VERIFIED)
    },
  )

  test.each([24, 32, 64])('takes a key of %i bytes', (length) => {
    expect(standardWebhooks.refuseSecret(`whsec_${base64(length)}`)).toBeNull()
    expect(standardWebhooks.refuseSecret(base64(length))).toBeNull()
  })

  test('does not throw at a public key that is no point of the curve', async () => {
    const noPoint = Uint8Array.of(2, ...new Uint8Array(31))
    const key = `whpk_${encode(noPoint, 'base64')}`
    expect(await standardWebhooks.verify(at(v1a), [key])).toEqual(refused('mismatch'))
  })

  test.each(smallOrderKeys())(
    'refuses the public key %s, for which anyone can sign',
    async (hex) => {
      const point = Uint8Array.from(Buffer.from(hex, 'hex'))
      expect(timesEight(point)).toEqual([0n, 1n])
      const key = `whpk_${encode(point, 'base64')}`
      expect(standardWebhooks.refuseSecret(key)).toMatch(/anyone can sign/)
      const identity = Uint8Array.of(1, ...new Uint8Array(63))
      const forged = `v1a,${encode(identity, 'base64')}`
      expect(await standardWebhooks.verify(at(forged), [key])).toEqual(refused('mismatch'))
    },
  )

  test('takes the public keys that people have', () => {
    for (let count = 0; count < 8; count++) {
      const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
      const point = Uint8Array.from(Buffer.from(jwk.x ?? '', 'base64url'))
      expect(timesEight(point)).not.toEqual([0n, 1n])
      expect(standardWebhooks.refuseSecret(`whpk_${encode(point, 'base64')}`)).toBeNull()
    }
  })

  test('signs with neither a public key nor a bad one', async () => {
    for (const key of [publicKey, 'whsec_', '', 'whsk_AAAA', 'whsec_AAAA']) {
      await expect(standardWebhooks.sign(outgoing(utf8(BODY)), key)).rejects.toThrow(TypeError)
    }
  })

  test('verifies the reference library and Svix, which verify it, and no flipped bit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 120, unit: 'grapheme' }),
        fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
        fc.uint8Array({ minLength: 24, maxLength: 64 }),
        fc.nat(),
        async (body, id, key, place) => {
          const text = `whsec_${encode(key, 'base64')}`
          fc.pre(standardWebhooks.refuseSecret(text) === null)
          // Their clock is the machine's, so that ours follows it here.
          const now = new Date()
          for (const Signer of [ReferenceWebhook, SvixWebhook]) {
            const headers = {
              'webhook-id': id,
              'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
              'webhook-signature': new Signer(text).sign(id, now, body),
            }
            const request = incoming({ headers, body, now: now.getTime() })
            expect(await standardWebhooks.verify(request, [text])).toEqual(VERIFIED)
            const forged = { ...request, body: flip(utf8(body), place) }
            expect(await standardWebhooks.verify(forged, [text])).toEqual(refused('mismatch'))
          }
          const ours = await standardWebhooks.sign(
            { ...outgoing(utf8(body), id), now: now.getTime() },
            text,
          )
          const unparsed = { jsonParse: false }
          new ReferenceWebhook(text).verify(body, { ...ours.headers }, unparsed)
        },
      ),
      RUNS,
    )
  })

  test('tells apart bodies that a lenient decoder makes equal', async () => {
    const body = Uint8Array.of(0x7b, 0xff, 0x7d)
    const { headers } = await standardWebhooks.sign(outgoing(body), secret)
    expect(await standardWebhooks.verify(incoming({ headers, body }), [secret])).toEqual(VERIFIED)
    const other = Uint8Array.of(0x7b, 0xfe, 0x7d)
    expect(await standardWebhooks.verify(incoming({ headers, body: other }), [secret])).toEqual(
      refused('mismatch'),
    )
  })

  test('never throws, whatever stands in the headers', async () => {
    await fc.assert(
      fc.asyncProperty(headerValue(), headerValue(), headerValue(), async (id, time, signature) => {
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': time,
          'webhook-signature': signature,
        }
        expect((await standardWebhooks.verify(incoming({ headers }), [secret, publicKey])).ok).toBe(
          false,
        )
      }),
      RUNS,
    )
  })
})

test.each([
  ['hmac', hmac({ header: 'x', encoding: 'hex' })],
  ['hmac with a key in hex', hmac({ header: 'x', encoding: 'hex', key: 'hex' })],
  ['hmac with a key in base64', hmac({ header: 'x', encoding: 'hex', key: 'base64' })],
  ['token', token],
  ['urlToken', urlToken],
  ['standardWebhooks', standardWebhooks],
] as const)('%s makes secrets that it takes, each another, of 32 bytes at least', (_, scheme) => {
  const made = Array.from({ length: 20 }, () => scheme.newSecret())
  expect(made.map((secret) => scheme.refuseSecret(secret))).toEqual(made.map(() => null))
  expect(new Set(made).size).toBe(made.length)
  expect(Math.min(...made.map(({ length }) => length))).toBeGreaterThanOrEqual(44)
})

function flip(bytes: Bytes, place: number): Bytes {
  const bit = place % (bytes.length * 8)
  return bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
}

/** Anything that a header may hold, and often something that looks like a signature. */
function headerValue(): fc.Arbitrary<string> {
  const visible = fc.stringMatching(/^[\x21-\x7e]{0,80}$/)
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const hex = digest.map((bytes) => encode(bytes, 'hex'))
  const base64 = digest.map((bytes) => encode(bytes, 'base64'))
  return fc.oneof(
    visible,
    hex,
    base64,
    hex.map((text) => `sha256=${text}`),
    hex.map((text) => `t=${SECONDS},v1=${text}`),
    base64.map((text) => `v1,${text}`),
    fc.nat().map(String),
    fc.constant(String(NOW)),
  )
}

function base64(length: number): string {
  return encode(
    Uint8Array.from({ length }, (_, at) => at + 1),
    'base64',
  )
}

/** The points of order 1, 2, 4 and 8 and their other spellings, with the sign bit clear and set. */
function smallOrderKeys(): string[] {
  const y8 = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'
  const y8negative = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
  const nearP = ['ec', 'ed', 'ee'].map((low) => `${low}${'ff'.repeat(30)}7f`)
  const all = ['00'.repeat(32), `01${'00'.repeat(31)}`, y8, y8negative, ...nearP]
  return all.flatMap((hex) => [
    hex,
    hex.slice(0, 62) + (Number.parseInt(hex.slice(62), 16) | 0x80).toString(16),
  ])
}

const P = 2n ** 255n - 19n
const D = mod(-121665n * inverse(121666n))

/** Eight times an Ed25519 point: the neutral element for exactly those keys with which anyone can sign. */
function timesEight(encoded: Bytes): [x: bigint, y: bigint] {
  const number = encoded.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const y = mod(number & (2n ** 255n - 1n))
  const root = squareRoot(mod((y * y - 1n) * inverse(D * y * y + 1n)))
  let point: [bigint, bigint] = [root, y]
  for (let count = 0; count < 3; count++) point = twice(point)
  return point
}

function twice([x, y]: readonly [bigint, bigint]): [bigint, bigint] {
  const product = mod(D * x * x * y * y)
  return [mod(2n * x * y * inverse(1n + product)), mod((y * y + x * x) * inverse(1n - product))]
}

function squareRoot(value: bigint): bigint {
  const root = power(value, (P + 3n) / 8n)
  if (mod(root * root) === value) return root
  const other = mod(root * power(2n, (P - 1n) / 4n))
  expect(mod(other * other)).toBe(value)
  return other
}

function inverse(value: bigint): bigint {
  return power(mod(value), P - 2n)
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = mod(base)
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * square)
    square = mod(square * square)
  }
  return result
}

function mod(value: bigint): bigint {
  return ((value % P) + P) % P
}
