/** HighLevel's signatures: whose location, which key, and which of two headers. */

import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { goHighLevelSignature as scheme } from '../../../src/sources/go-high-level.ts'

const BODY = '{"type":"ContactCreate","locationId":"Mine00000001","phone":"+919800000001"}'
/** As HighLevel publishes it. */
const PUBLISHED = 'MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg='

const ed25519 = generateKeyPairSync('ed25519').privateKey
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const strangers = generateKeyPairSync('ed25519').privateKey

function spki(key: KeyObject): string {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64')
}

const secret = `Mine00000001 ${spki(ed25519)} ${spki(rsa)}`

function headers(of: { ed25519?: KeyObject; rsa?: KeyObject }, body = BODY) {
  const made = new Headers()
  const by = (hash: string | null, key: KeyObject) =>
    sign(hash, Buffer.from(body), key).toString('base64')
  if (of.ed25519) made.set('x-ghl-signature', by(null, of.ed25519))
  if (of.rsa) made.set('x-wh-signature', by('sha256', of.rsa))
  return made
}

async function verify(made: Headers, secrets = [secret], body = BODY) {
  const verdict = await scheme.verify(
    {
      method: 'POST',
      url: 'https://usher.example/hooks/clinic',
      headers: made,
      body: utf8(body),
      urlSecret: null,
      now: Date.parse('2026-11-20T09:15:04Z'),
    },
    secrets,
  )
  return verdict.ok ? 'verified' : verdict.reason
}

describe('of HighLevel’s keys', () => {
  test('the public one is enough', async () => {
    expect(await verify(headers({ ed25519 }))).toBe('verified')
    expect(await verify(headers({ rsa }))).toBe('verified')
    expect(await verify(headers({ ed25519: strangers }))).toBe('mismatch')
  })

  test('each is for its own header', async () => {
    expect(await verify(headers({ ed25519 }), [`Mine00000001 ${spki(rsa)}`])).toBe('mismatch')
    expect(await verify(headers({ rsa }), [`Mine00000001 ${spki(ed25519)}`])).toBe('mismatch')
  })

  test('the newer one decides, and “N/A” is no signature', async () => {
    expect(await verify(headers({ ed25519: strangers, rsa }))).toBe('mismatch')
    const absent = headers({ rsa })
    absent.set('x-ghl-signature', 'N/A')
    expect(await verify(absent)).toBe('verified')
    absent.set('x-wh-signature', 'N/A')
    expect(await verify(absent)).toBe('missing')
  })
})

describe('of HighLevel’s customers', () => {
  const signed = (body: string) => verify(headers({ ed25519 }, body), [secret], body)

  test.each([
    ['another’s location', '{"locationId":"Theirs000001"}'],
    ['none', '{"type":"INSTALL","companyId":"Mine00000001"}'],
    ['an altId that is no location', '{"altId":"Mine00000001","altType":"company"}'],
    [
      'another’s location beside ours',
      '{"locationId":"Theirs1","altId":"Mine00000001","altType":"location"}',
    ],
    ['a list', '[{"locationId":"Mine00000001"}]'],
    ['no JSON', 'locationId=Mine00000001'],
  ])('an event of %s is refused, though rightly signed', async (_, body) => {
    expect(await signed(body)).toBe('mismatch')
  })

  test('several locations are several lines', async () => {
    const lines = [`Theirs000001 ${spki(ed25519)}`, secret]
    expect(await verify(headers({ ed25519 }), lines)).toBe('verified')
    expect(await verify(headers({ ed25519 }), lines.slice(0, 1))).toBe('mismatch')
  })
})

describe('a secret', () => {
  test('may hold the key that HighLevel publishes', () => {
    expect(scheme.refuseSecret(`Mine00000001 ${PUBLISHED}`)).toBeNull()
  })

  test.each([
    ['without a location', PUBLISHED],
    ['without a key', 'Mine00000001'],
    ['with two spaces', `Mine00000001  ${PUBLISHED}`],
    ['whose key lost its end', `Mine00000001 ${PUBLISHED.slice(0, -4)}`],
    ['whose key has its frame', `Mine00000001 -----BEGIN PUBLIC KEY-----${PUBLISHED}`],
    ['with a key under which anyone can sign', `Mine00000001 MCowBQYDK2VwAyEA${'A'.repeat(43)}=`],
    ['with more keys than there are', `Mine00000001${` ${PUBLISHED}`.repeat(5)}`],
    ['with a secret of other senders', 'Mine00000001 whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  ])('%s is refused', (_, weak) => {
    expect(scheme.refuseSecret(weak)).not.toBeNull()
  })

  test('that has public keys only cannot sign', async () => {
    const outgoing = {
      method: 'POST',
      url: '',
      headers: new Headers(),
      body: utf8(BODY),
      id: '1',
      now: 0,
    }
    await expect(scheme.sign(outgoing, secret)).rejects.toThrow('Only HighLevel itself')
  })

  test('signs for its own location alone', async () => {
    const made = scheme.newSecret()
    const body = utf8('{"locationId":"Mine00000001"}')
    const outgoing = { method: 'POST', url: '', headers: new Headers(), body, id: '1', now: 0 }
    await expect(scheme.sign(outgoing, made)).rejects.toThrow('not of the location')
  })
})
