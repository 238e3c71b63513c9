/** Every source against its fixture and its oracles: what it verifies, what it refuses, and what it reads. */

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { concat, utf8 } from '../../../src/lib/bytes.ts'
import { contentKind, decodeBody } from '../../../src/lib/decode.ts'
import { spokenInviteSchema } from '../../../src/mapping/invite.ts'
import {
  type Incoming,
  type Outgoing,
  type Proof,
  type Verdict,
  withQuery,
} from '../../../src/schemes/scheme.ts'
import * as exported from '../../../src/sources/index.ts'
import type { Reading, Source, Submission } from '../../../src/sources/source.ts'
import { everySource } from '../../every-source.ts'
import type { Fixture, FixtureRow } from '../../fixtures/fixture.ts'
import { ALIASES, fixtures } from '../../fixtures/index.ts'
import type { Unsigned } from '../../fixtures/oracle.ts'
import { wholeOf } from '../../look-up-stand-in.ts'
import { ODDITIES, oddVariants, retried, withMore } from '../../oddities.ts'
import {
  changesOfBody,
  changesOfMembers,
  changesOfProof,
  inCapitals,
  inOtherCase,
  replaceIn,
} from '../../tampering.ts'

const NOW = Date.parse('2026-11-20T09:15:04Z')
const HOUR_MS = 3_600_000
const URL_OF_HOOK = 'https://usher.example/hooks/webinar'
const UNIT_MS = { s: 1000, ms: 1 }

const MISMATCH: Verdict = { ok: false, reason: 'mismatch' }

/** What a sample is asked for: forms know names, CRMs and shops paths into their documented object. */
const SAMPLE_VALUES = {
  names: { phone: '+91 98000 00077', 'Your group': 'Pune Batch 8' },
  paths: { phone: '+91 98000 00077', 'custom.0.label': 'Pune Batch 8' },
}

// The vendors' packages look at the clock themselves.
beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
})
afterAll(() => {
  vi.useRealTimers()
})

const table = everySource.map((source) => ({
  name: source.name,
  source,
  fixture: fixtures[source.name],
  oracles: fixtures[source.name]?.oracles ?? [],
}))

describe('the lists agree', () => {
  const names = table.map(({ name }) => name).sort()

  test('every source has a name of its own, under which it is exported', () => {
    expect(new Set(names).size).toBe(names.length)
    for (const source of exported.sources) {
      expect(Object.entries(exported)).toContainEqual([source.name, source])
    }
  })

  test('every source that a file defines has its line in the list', () => {
    const folder = resolve(import.meta.dirname, '../../../src/sources')
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'))
    const defined = files.flatMap((file) => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(
        /^export (?:const|function) \w+(?: = defineSource\(|\(.*\): Source<)/gm,
      ),
    ])
    const made = ['signedJson', 'jsonWith']
    expect(defined).toHaveLength(exported.sources.length + made.length - ALIASES.length)
  })

  test('every source has a fixture, and every fixture a source', () => {
    expect(Object.keys(fixtures).sort()).toEqual(names)
  })

  test('every source has an oracle', () => {
    expect(table.filter(({ oracles }) => oracles.length === 0)).toEqual([])
  })

  test.each(table)('$name is described in full', ({ source }) => {
    expect(source.title).not.toBe('')
    expect(source.setup.length).toBeGreaterThan(1)
    expect(source.setup.join(' ')).toContain('{url}')
    expect(source.setup.join(' ')).toContain('{secret}')
    expect(source.setup.join(' ').includes('{apiToken}')).toBe(source.lookUp !== undefined)
    expect(source.docs).toMatch(/^https:\/\//)
    expect(source.accepts.length).toBeGreaterThan(0)
    const { setup, fails = [], unconfirmed = [], phoneless = 'Nothing.' } = source
    for (const sentence of [...setup, ...fails, ...unconfirmed, phoneless]) {
      expect(sentence).toMatch(/^[“\p{L}\d{].*[.”)}'"]$/su)
    }
  })
})

describe.each(table)('$name', ({ source, fixture, oracles: rows }) => {
  // Said above, once, and not by every row.
  if (fixture === undefined) return
  const { scheme } = source
  const verify = (incoming: Incoming) => scheme.verify(incoming, [fixture.secret])

  test('makes secrets that it takes, refuses weak ones, and takes those of its fixture', () => {
    expect(scheme.refuseSecret(scheme.newSecret())).toBeNull()
    expect(scheme.newSecret()).not.toBe(scheme.newSecret())
    expect(scheme.refuseSecret(fixture.secret)).toBeNull()
    expect(scheme.refuseSecret(fixture.otherSecret)).toBeNull()
    for (const weak of ['', ' ', 'short', 'whsec_', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']) {
      expect(scheme.refuseSecret(weak), weak).not.toBeNull()
    }
  })

  for (const row of fixture.rows) {
    test(`verifies what it signed itself: ${row.title}`, async () => {
      const outgoing = outgoingOf(row)
      const proof = await scheme.sign(outgoing, fixture.secret)
      expect(await verify(incomingOf(row, proof))).toEqual({ ok: true })
      const stranger = await scheme.sign(outgoing, fixture.otherSecret)
      expect(await verify(incomingOf(row, stranger))).toEqual(MISMATCH)
    })
  }

  for (const vector of fixture.vectors ?? []) {
    test(`verifies the vendor's example: ${vector.title}`, async () => {
      const incoming: Incoming = {
        method: vector.method ?? 'POST',
        url: vector.url ?? URL_OF_HOOK,
        headers: new Headers(vector.headers),
        body: utf8(vector.body),
        urlSecret: null,
        now: vector.now,
      }
      expect(await scheme.verify(incoming, [vector.secret])).toEqual({ ok: true })
      expect(await scheme.verify(incoming, [fixture.otherSecret])).toEqual(MISMATCH)
      if (vector.coversBody === false) return
      const changed = { ...incoming, body: concat(incoming.body, utf8(' ')) }
      expect(await scheme.verify(changed, [vector.secret])).toMatchObject({ ok: false })
    })
  }

  describe.each(rows)('signed by $title', (oracle) => {
    const [first] = fixture.rows
    if (first === undefined) return
    const proof = oracle.sign(unsignedOf(first), fixture.secret)
    // What is dropped from the proof must not come back from the row.
    const row = without(first, Object.keys(proof.headers))
    const honest = incomingOf(row, proof)

    for (const each of fixture.rows) {
      test(`is verified: ${each.title}`, async () => {
        const signed = incomingOf(each, oracle.sign(unsignedOf(each), fixture.secret))
        expect(await verify(signed)).toEqual({ ok: true })
      })
    }

    if (oracle.accepts !== undefined)
      test('is verified by the vendor, and not under another secret', async () => {
        const { headers } = incomingOf(row, await scheme.sign(outgoingOf(row), fixture.secret))
        const ask = async (secret: string) => oracle.accepts?.(unsignedOf(row), headers, secret)
        expect(await ask(fixture.secret)).toBe(true)
        expect(await ask(fixture.otherSecret).catch(() => false)).toBe(false)
      })

    test('is verified while a secret is being rotated, in either order', async () => {
      const { secret, otherSecret } = fixture
      for (const secrets of [
        [secret, otherSecret],
        [otherSecret, secret],
        ['', otherSecret, secret],
      ]) {
        expect(await scheme.verify(honest, secrets)).toEqual({ ok: true })
      }
    })

    test('is refused without the secret that signed it', async () => {
      for (const secrets of [[], [''], [fixture.otherSecret], ['', fixture.otherSecret, ' ']]) {
        expect(await scheme.verify(honest, secrets), String(secrets)).toEqual(MISMATCH)
      }
    })

    test('is refused when it is rightly signed with a secret too weak to be one', async () => {
      for (const weak of ['', ' ', 'short', 'whsec_']) {
        const forged = forge(() => oracle.sign(unsignedOf(row), weak))
        if (forged === null) continue
        expect(await scheme.verify(incomingOf(row, forged), [weak]), weak).toMatchObject({
          ok: false,
        })
      }
    })

    test('is refused as missing when nothing is signed at all', async () => {
      expect(await verify(incomingOf(row, { headers: {} }))).toEqual({
        ok: false,
        reason: 'missing',
      })
    })

    test('is refused when its proof is changed in any way', async () => {
      for (const [title, changed] of changesOfProof(proof, fixture.secret)) {
        const verdict = await verify(incomingOf(row, changed))
        expect(verdict, title).toMatchObject({ ok: title === oracle.alsoSpelt })
      }
    })

    if (oracle.coversBody)
      test('is read as hex in either case, but never so as base64', async () => {
        const hex = inCapitals(proof)
        const base64 = inOtherCase(proof)
        expect(hex !== null || base64 !== null).toBe(true)
        if (hex !== null) expect(await verify(incomingOf(row, hex))).toEqual({ ok: true })
        if (base64 !== null) {
          expect(await verify(incomingOf(row, base64))).toMatchObject({ ok: false })
        }
      })

    const { coversMembers } = oracle
    if (coversMembers !== undefined)
      test('is refused when a signed member of its body is changed, dropped or said twice', async () => {
        const changes = changesOfMembers(honest.body, row.contentType, coversMembers)
        expect(changes.length).toBeGreaterThanOrEqual(coversMembers.length)
        for (const [title, body] of changes) {
          expect(await verify({ ...honest, body }), title).toMatchObject({ ok: false })
        }
      })
    else
      test(
        oracle.coversBody
          ? 'is refused when its body is changed by as much as one bit'
          : 'says nothing of the body, as every secret that is only shown',
        async () => {
          // What the body shows is changed along with it: `changesOfProof` does that with more care.
          if (!oracle.coversBody && proof.body !== undefined) return
          const expected = oracle.coversBody ? MISMATCH : { ok: true }
          for (const [title, body] of changesOfBody(honest.body)) {
            expect(await verify({ ...honest, body }), title).toEqual(expected)
          }
        },
      )

    if (oracle.coversUrl)
      test('is refused at another address or by another method', async () => {
        for (const other of [
          { url: `${URL_OF_HOOK}s` },
          { url: `${URL_OF_HOOK}?a=b` },
          { url: URL_OF_HOOK.replace('https', 'http') },
          { method: 'PUT' },
        ]) {
          expect(await verify({ ...honest, ...other })).toEqual(MISMATCH)
        }
      })

    if (oracle.time !== undefined)
      describe('and its time', () => {
        const { unit, toleranceSeconds } = oracle.time ?? { unit: 's', toleranceSeconds: 0 }
        const tolerance = toleranceSeconds * 1000
        const beyond = tolerance + UNIT_MS[unit]
        const spelt = String(Math.floor(NOW / UNIT_MS[unit]))

        test('is verified up to the tolerance, and then stale or future', async () => {
          const at = (now: number) => verify({ ...honest, now })
          expect(await at(NOW + tolerance)).toEqual({ ok: true })
          expect(await at(NOW - tolerance)).toEqual({ ok: true })
          expect(await at(NOW + beyond)).toEqual({ ok: false, reason: 'stale' })
          expect(await at(NOW - beyond)).toEqual({ ok: false, reason: 'future' })
        })

        test('is measured by the hook’s own tolerance where it has one', async () => {
          const at = (now: number, seconds: number) =>
            scheme.verify({ ...honest, now }, [fixture.secret], seconds)
          expect(await at(NOW + 10_000, 10)).toEqual({ ok: true })
          expect(await at(NOW + 11_000, 10)).toEqual({ ok: false, reason: 'stale' })
          expect(await at(NOW - 11_000, 10)).toEqual({ ok: false, reason: 'future' })
          expect(await at(NOW + HOUR_MS, 3600)).toEqual({ ok: true })
        })

        test('cannot be changed without signing again, and wrong signatures are never called stale', async () => {
          for (const shift of [-HOUR_MS, -1000, 1000, HOUR_MS]) {
            const moved = String(Math.floor((NOW + shift) / UNIT_MS[unit]))
            const changed = replaceIn(proof, spelt, () => moved)
            expect(changed).not.toBeNull()
            if (changed === null) continue
            expect(await verify(incomingOf(row, changed))).toEqual(MISMATCH)
          }
        })

        test('is refused when it is no plain number', async () => {
          const odd = ['', 'soon', '-1', '1e9', '1.5', '0x10', '9'.repeat(20)]
          for (const text of [...odd, `${spelt}abc`, `${spelt}.0`, `+${spelt}`, `${spelt} 0`]) {
            const changed = replaceIn(proof, spelt, () => text)
            expect(changed).not.toBeNull()
            if (changed === null) continue
            const verdict = await verify(incomingOf(row, changed))
            expect(verdict, text).toEqual({ ok: false, reason: 'malformed' })
          }
        })

        if (oracle.swapped !== undefined)
          test('is refused when time and body are signed in another order', async () => {
            const swapped = oracle.swapped?.(unsignedOf(row), fixture.secret) ?? { headers: {} }
            expect(await verify(incomingOf(row, swapped))).toEqual(MISMATCH)
          })
      })

    test('is not verified by any other scheme, even with the secret it was signed with', async () => {
      const own = new Set(rows.map(({ family }) => family))
      expect(own.has(oracle.family)).toBe(true)
      for (const other of table) {
        if (other.oracles.some(({ family }) => family === oracle.family)) continue
        const verdict = await other.source.scheme.verify(honest, [fixture.secret])
        expect(verdict, other.name).toMatchObject({ ok: false })
      }
    })
  })

  describe('reads', () => {
    for (const row of fixture.rows) {
      test(row.title, async () => {
        const submissions = submissionsOf(await read(source, row))
        expect(submissions.map(({ id }) => id)).toEqual(row.submissions.map(({ id }) => id))
        for (const [index, expected] of row.submissions.entries()) {
          const submission = submissions[index]
          expect(submission?.skip !== undefined).toBe(expected.skipped ?? false)
          if (expected.skipped) continue
          const fields = await wholeOf(source, fixture, submission?.fields)
          expect(inviteOf(source, fixture, fields)).toEqual(expected.invite ?? null)
        }
      })
    }

    test('the same ids from a retry that counts its attempts and is signed later', async () => {
      for (const row of fixture.rows) {
        const again: FixtureRow = { ...row, body: retried(row.body) }
        const later = await scheme.sign({ ...outgoingOf(row), now: NOW + HOUR_MS }, fixture.secret)
        const reading = await read(source, again, later.headers)
        expect(submissionsOf(reading).map(({ id }) => id)).toEqual(
          row.submissions.map(({ id }) => id),
        )
      }
    })

    test('different ids, or different bodies where it has none, from different events', () => {
      const ids = fixture.rows.flatMap(({ submissions }) => submissions.map(({ id }) => id))
      const named = ids.filter((id) => id !== null)
      expect(new Set(named).size).toBe(named.length)
      const bodies = fixture.rows.map(({ body }) => body)
      expect(new Set(bodies).size).toBe(bodies.length)
    })

    test('any member that the sender may add some day', async () => {
      for (const row of fixture.rows) {
        if (contentKind(row.contentType) !== 'json') continue
        const reading = source.read(withMore(JSON.parse(row.body)), headersOf(row))
        expect(submissionsOf(reading).map(({ id }) => id)).toEqual(
          row.submissions.map(({ id }) => id),
        )
      }
    })

    test('anything at all without throwing', async () => {
      for (const row of fixture.rows) {
        const headers = headersOf(row)
        for (const odd of [...ODDITIES, ...oddVariants(await bodyOf(row))]) {
          const reading = source.read(odd, headers)
          if (!reading.ok) continue
          for (const { id, fields } of reading.submissions) {
            // Thousands of them: only what is wrong is worth an assertion.
            if (id !== null && (typeof id !== 'string' || id === '')) expect(id).toBeNull()
            // What a user's own schema makes of it is a value, too.
            if (fixture.fields !== undefined) v.safeParse(fixture.fields, fields)
          }
        }
      }
    })
  })

  describe('makes samples', () => {
    const values =
      SAMPLE_VALUES[source.kind === 'crm' || source.kind === 'shop' ? 'paths' : 'names']

    test('that are signed, verified and read, with the given values in them', async () => {
      const sample = sampleOf(source, 'sample-1', values)
      const proof = await scheme.sign(outgoingOf(sample), fixture.secret)
      expect(await verify(incomingOf(sample, proof))).toEqual({ ok: true })
      const submissions = submissionsOf(await read(source, sample, proof.headers))
      expect(submissions).toHaveLength(1)
      const [submission] = submissions
      expect(submission?.skip).toBeUndefined()
      // What is looked up is not for a sample to say.
      if (source.lookUp !== undefined) return
      for (const [path, value] of Object.entries(values)) {
        expect(at(submission?.fields, path), path).toBe(value)
      }
    })

    test('that are events of their own: another id, and another body', async () => {
      const [one, other] = ['sample-1', 'sample-2'].map((id) => sampleOf(source, id, values))
      if (one === undefined || other === undefined) return
      expect(one.body).not.toBe(other.body)
      const idOf = async (sample: FixtureRow, id: string) => {
        const { headers } = await scheme.sign({ ...outgoingOf(sample), id }, fixture.secret)
        return submissionsOf(await read(source, sample, headers))[0]?.id ?? null
      }
      const first = await idOf(one, 'sample-1')
      const mayHaveIds = fixture.rows.some(({ submissions }) => submissions.some(({ id }) => id))
      expect(first !== null).toBe(mayHaveIds)
      const second = await idOf(other, 'sample-2')
      // Without an id the body's digest serves, for both.
      if (first === null) expect(second).toBeNull()
      else expect(second).not.toBe(first)
      expect(await idOf(one, 'sample-1')).toBe(first)
    })

    test('that are the same for the same input, and whose paths reach no prototype', () => {
      const names = ['__proto__', '__proto__.polluted', 'constructor.prototype.polluted']
      const evil = Object.fromEntries([...names, ...Object.keys(values)].map((name) => [name, 'x']))
      expect(sampleOf(source, 'sample-1', evil)).toEqual(sampleOf(source, 'sample-1', evil))
      expect('polluted' in {}).toBe(false)
    })
  })
})

function requestIdOf(row: FixtureRow): string {
  return row.headers?.['webhook-id'] ?? 'msg_usher_1'
}

function unsignedOf(row: FixtureRow): Unsigned {
  return { method: 'POST', url: URL_OF_HOOK, body: row.body, id: requestIdOf(row), now: NOW }
}

function outgoingOf(row: FixtureRow): Outgoing {
  return {
    method: 'POST',
    url: URL_OF_HOOK,
    headers: headersOf(row),
    body: utf8(row.body),
    id: requestIdOf(row),
    now: NOW,
  }
}

function incomingOf(row: FixtureRow, proof: Proof): Incoming {
  return {
    method: 'POST',
    url: withQuery(URL_OF_HOOK, proof),
    headers: headersOf(row, proof.headers),
    body: proof.body ?? utf8(row.body),
    urlSecret: proof.urlSecret ?? null,
    now: NOW,
  }
}

/** What a forger gets out of a package, or null where it refuses the secret itself. */
function forge(sign: () => Proof): Proof | null {
  try {
    return sign()
  } catch {
    return null
  }
}

function without(row: FixtureRow, names: readonly string[]): FixtureRow {
  const dropped = names.map((name) => name.toLowerCase())
  const kept = Object.entries(row.headers ?? {}).filter(
    ([name]) => !dropped.includes(name.toLowerCase()),
  )
  return { ...row, headers: Object.fromEntries(kept) }
}

function headersOf(row: FixtureRow, more: Readonly<Record<string, string>> = {}): Headers {
  const headers = new Headers({ 'content-type': row.contentType, ...row.headers })
  for (const [name, value] of Object.entries(more)) headers.set(name, value)
  return headers
}

async function bodyOf({ body, contentType }: FixtureRow): Promise<unknown> {
  const kind = contentKind(contentType)
  if (kind === null) throw new TypeError(`${contentType} is no content type that a source takes`)
  const decoded = await decodeBody(utf8(body), kind, contentType)
  if (!decoded.ok) throw new TypeError(decoded.message)
  return decoded.value
}

async function read(
  source: Source,
  row: FixtureRow,
  signed?: Readonly<Record<string, string>>,
): Promise<Reading<unknown>> {
  return source.read(await bodyOf(row), headersOf(row, signed))
}

function submissionsOf(reading: Reading<unknown>): readonly Submission<unknown>[] {
  if (!reading.ok) throw new TypeError(reading.issues.map(({ message }) => message).join())
  return reading.submissions
}

/** The invite that a hook makes of these fields, or null where it cannot. */
function inviteOf(source: Source, { fields, invite }: Fixture, submitted: unknown): unknown {
  if (fields === undefined || invite === undefined) {
    expect(source.speaksInvite, 'a fixture without fields and invite').toBe(true)
    const spoken = v.safeParse(spokenInviteSchema('IN'), submitted)
    return spoken.success ? spoken.output : null
  }
  const values = v.safeParse(fields, submitted)
  return values.success ? { create: false, ...invite(values.output) } : null
}

function sampleOf(
  source: Source,
  id: string,
  fields: Readonly<Record<string, string>>,
): FixtureRow {
  return { title: 'A sample', submissions: [], ...source.sample({ fields, id, now: NOW }) }
}

/** The value under a name, or at the end of a path. */
function at(fields: unknown, path: string): unknown {
  const member = (value: unknown, name: string): unknown =>
    Object.getOwnPropertyDescriptor(Object(value), name)?.value
  return member(fields, path) ?? path.split('.').reduce(member, fields)
}
