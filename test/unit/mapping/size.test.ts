/** Time by size: whatever reads a visitor's text takes steps in proportion to its length, on any machine. */

import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { contentKind, decodeBody } from '../../../src/lib/decode.ts'
import { consentIn } from '../../../src/mapping/consent.ts'
import {
  groupName,
  inviteSchema,
  normalized,
  spokenInviteSchema,
  visible,
  withoutInvisible,
} from '../../../src/mapping/invite.ts'
import { keptFields, mapFields, teammatesIn } from '../../../src/mapping/map.ts'
import { maskText, numbersIn, readPhone } from '../../../src/mapping/phone/index.ts'
import { personName } from '../../../src/outbox/admin/views.ts'
import { hook, typeform } from '../../../src/usher.ts'
import { everySource } from '../../every-source.ts'
import { fixtures } from '../../fixtures/index.ts'

const LARGE = 1 << 16
/** A body holds the text in many places. */
const OF_A_SOURCE = 1 << 14
/** Passes over the text that reading it may be worth. A quadratic reader of this length takes thousands. */
const MOST_PASSES = 300
/** Units that a super-linear function of the platform may get. */
const MOST_UNITS = 1_000
const TRIES = 3

/** Pieces that a hostile visitor repeats: what makes matchers walk back, and normalisation sort. */
const PIECES: Readonly<Record<string, string>> = {
  'accents above and below': '\u0301\u0316',
  'one ligature of 18 letters': '\ufdfa',
  'digits of another script': '९',
  digits: '1',
  'digits too few for a number': '123456......',
  'digits with room between': '1     ',
  pluses: '+1',
  brackets: '(',
  blanks: ' ',
  'line breaks': '\n',
  separators: ',;',
  'invisible characters': 'a\u034f\u200d',
  'flags of tags': '\u{1f3f4}\u{e0067}\u{e007f}',
  'lone surrogates': '\ud83c',
  escapes: '%2B1',
  extensions: ' ext 1',
  links: 'wa.me/1',
  quotes: '="\'',
  'angle brackets': '<a ',
  entities: '&amp;',
  addresses: 'a@a.',
  'missing answers': 'null ',
  'yes after yes': 'yes, ',
  paths: 'a.b[0]',
  backslashes: '\\"',
  'labels before a number': 'whatsapp mobile ',
  keycaps: '1\ufe0f\u20e3',
  joiners: '\u094d\u200d',
}
const HOSTILE = Object.entries(PIECES).map(([title, piece]) => ({
  title,
  of: (units: number) => `A${piece.repeat(Math.ceil(units / piece.length))}`,
}))

const form = hook({
  source: typeform,
  consent: { field: 'agreed', accept: ['Add me'] },
  fields: v.object({ phone: v.string(), name: v.string() }),
  invite: ({ name }) => ({ groupName: name, contacts: ['+919800000001'], create: true }),
})

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  withoutInvisible,
  visible,
  'normalized NFC': (text) => normalized(text, 'NFC'),
  'normalized NFKC': (text) => normalized(text, 'NFKC'),
  groupName,
  'the name of an invite': (text) =>
    v.safeParse(inviteSchema, { groupName: text, contacts: ['919800000001'] }),
  'an invite that is spoken': (text) =>
    v.safeParse(spokenInviteSchema('IN'), { groupName: text, contacts: text, create: text }),
  consentIn: (text) => consentIn({ field: 'agreed' }, { agreed: [text, text] }, 0),
  readPhone: (text) => readPhone(text, 'IN'),
  maskText,
  numbersIn,
  teammatesIn: (text) => teammatesIn(PEOPLE, { text, list: text.match(/.{1,20}/gs) }),
  keptFields: (text) => keptFields({ text }, ['a-secret-of-a-hook']),
  mapFields: (text) => mapFields(form, { phone: text, name: text, agreed: text }, 0),
  personName: (text) => personName(JSON.stringify({ name: text, [text.slice(0, 99)]: text })),
}
const PEOPLE = Array.from({ length: 256 }, (_, n) => String(919_800_000_000 + n))

/** The largest text that reached one of the platform's super-linear functions. */
let largest = 0
const own = { normalize: String.prototype.normalize, segment: Intl.Segmenter.prototype.segment }

beforeAll(() => {
  String.prototype.normalize = function (this: string, form?: string) {
    largest = Math.max(largest, this.length)
    return own.normalize.call(this.slice(0, MOST_UNITS), form)
  }
  Intl.Segmenter.prototype.segment = function (text) {
    largest = Math.max(largest, text.length)
    return own.segment.call(this, text.slice(0, MOST_UNITS))
  }
})
afterAll(() => {
  String.prototype.normalize = own.normalize
  Intl.Segmenter.prototype.segment = own.segment
})

/** How long one matched letter takes, over a text of letters: the yardstick, measured on this machine and under its load. */
const letters = 'a'.repeat(LARGE)
function passTime(units: number): number {
  const began = performance.now()
  letters.replaceAll(/\p{L}/gu, '')
  return ((performance.now() - began) * units) / LARGE
}

/** Steps of a reader in passes over its text: alike on a slow machine and a busy one. A pause of the machine is measured anew. */
function passes(read: (text: string) => unknown, text: string): number {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < TRIES && least > MOST_PASSES; attempt++) {
    const pass = passTime(text.length)
    const began = performance.now()
    read(text)
    least = Math.min(least, (performance.now() - began) / pass)
  }
  return least
}

describe('the yardstick', () => {
  it('finds a reader that walks back from each blank', () => {
    const read = (text: string) => text.search(/\s+$/)
    const text = `${' '.repeat(OF_A_SOURCE)}.`
    // A pause of the machine within the yardstick's own pass would hide it once.
    const most = Math.max(...Array.from({ length: TRIES }, () => passes(read, text)))
    expect(most).toBeGreaterThan(MOST_PASSES)
  })
})

describe.each(Object.entries(READERS))('%s', (_, read) => {
  it.each(HOSTILE)('takes steps in proportion to its text: $title', ({ of }) => {
    largest = 0
    expect(passes(read, of(LARGE))).toBeLessThan(MOST_PASSES)
    expect(largest).toBeLessThanOrEqual(MOST_UNITS)
  })
})

describe.each(everySource.map((source) => [source.name, source] as const))('%s', (name, source) => {
  const row = fixtures[name]?.rows[0]
  it.skipIf(row === undefined)('reads hostile answers in proportion to their size', async () => {
    const { body = '{}', headers = {}, contentType = 'application/json' } = row ?? {}
    const kind = contentKind(contentType) ?? 'json'
    const decoded = await decodeBody(utf8(body), kind, contentType)
    const value = decoded.ok ? decoded.value : {}
    largest = 0
    for (const { title, of } of HOSTILE) {
      const text = of(OF_A_SOURCE)
      const hostile = withText(value, text)
      const told = passes(() => source.read(hostile, new Headers(headers)), JSON.stringify(hostile))
      expect(told, title).toBeLessThan(MOST_PASSES)
    }
    expect(largest).toBeLessThanOrEqual(MOST_UNITS)
  })
})

/** The same value with one text in the place of every other that is no kind of event or id. */
function withText(value: unknown, text: string): unknown {
  if (typeof value === 'string') return value.length > 12 || value.includes(' ') ? text : value
  if (Array.isArray(value)) return value.slice(0, 3).map((one) => withText(one, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withText(one, text)]))
}
