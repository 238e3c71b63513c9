/** Group names spelt one way only, and the invites that mappings make and senders speak. */

import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import type { InviteInput } from '../../../src/mapping/hook.ts'
import {
  groupName,
  inviteSchema,
  MAX_GROUP_NAME_UNITS,
  MAX_TEXT_UNITS,
  spokenInviteSchema,
} from '../../../src/mapping/invite.ts'
import { issuesOf } from '../../../src/mapping/issues.ts'
import type { Phone } from '../../../src/mapping/phone/index.ts'

const FIVE = ['1', '2', '3', '4', '5'].map((n) => `91980000000${n}`)
const FAMILY = '👨‍👩‍👧‍👦'

describe('a group name', () => {
  it.each<[sentence: string, typed: string, name: string]>([
    ['stays as it is', 'Webinar May 🎉', 'Webinar May 🎉'],
    ['loses blanks at both ends and doubled ones', '  Webinar \t  May ', 'Webinar May'],
    [
      'has its line breaks and controls made blanks',
      'Webinar\r\nMay\u0000\u007f!',
      'Webinar May !',
    ],
    ['has line and paragraph separators made blanks', 'A\u2028B\u2029C', 'A B C'],
    ['has no-break and ideographic spaces made blanks', 'A\u00a0B\u3000C', 'A B C'],
    ['is composed: NFC', 'Cafe\u0301', 'Caf\u00e9'],
    ['is composed over an invisible mark too', 'Cafe\u200b\u0301', 'Caf\u00e9'],
    ['loses overrides of direction', 'Pay \u202exela\u202c \u2066now\u2069\u200f', 'Pay xela now'],
    [
      'loses soft hyphens, zero-width spaces and byte order marks',
      '\ufeffWeb\u00adi\u200bnar',
      'Webinar',
    ],
    ['loses private characters and lone surrogates', 'A\ue000B\ud83dC', 'ABC'],
    ['loses invisible fillers', '\u3164A\u115f', 'A'],
    ['keeps the joiners of an emoji', `Parents ${FAMILY}`, `Parents ${FAMILY}`],
    ['keeps the joiners of Indic and Persian letters', 'क्‍ष می‌خواهم', 'क्‍ष می‌خواهم'],
    [
      'loses a joiner with nothing before it to join',
      '\u200dWe\u200cbinar \u200dMay',
      'Webinar May',
    ],
    [
      'loses a joiner between letters that never join',
      'Caf\u00e9\u200ds Ж\u200dук',
      'Caf\u00e9s Жук',
    ],
    [
      'loses what is ignored by default',
      'W\u034fe\u180bb\u17b4i\u2065n\u{e01ef}ar\ufe00',
      'Webinar',
    ],
    [
      'loses a selector after what is no emoji, or is one anyhow',
      'A\ufe0f 🎉\ufe0f 1\ufe0f',
      'A 🎉 1',
    ],
    ['has the blank of Braille made a blank', 'Web\u2800inar\u2800', 'Web inar'],
    ['loses a joiner that comes twice', 'क्\u200d\u200dष', 'क्\u200dष'],
    ['loses a non-joiner after a Persian letter that never joins', 'کار\u200cها', 'کارها'],
    ['keeps the selector of an emoji', 'Love ❤\ufe0f 1\ufe0f\u20e3', 'Love ❤\ufe0f 1\ufe0f\u20e3'],
    [
      'keeps hearts on fire, rainbows, tones of skin and the flag of Wales',
      '❤️\u200d🔥🏳️\u200d🌈👩🏽\u200d🚀🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}',
      '❤️\u200d🔥🏳️\u200d🌈👩🏽\u200d🚀🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}',
    ],
    ['keeps joiners in Bengali and Malayalam', 'র\u200d্যাব ന്\u200d', 'র\u200d্যাব ന്\u200d'],
    ['is empty when all of it is invisible', ' \u200b\u200d\u2060\u00a0', ''],
  ])('%s', (_, typed, name) => {
    expect(groupName(typed)).toBe(name)
  })

  it.each<[sentence: string, typed: string, name: string]>([
    ['of 90 units is kept whole', 'a'.repeat(90), 'a'.repeat(90)],
    ['of 91 units loses the last', 'a'.repeat(91), 'a'.repeat(90)],
    ['is never cut inside an emoji', `${'a'.repeat(85)}${FAMILY}`, 'a'.repeat(85)],
    ['is never cut inside a pair of surrogates', `${'a'.repeat(89)}🎉`, 'a'.repeat(89)],
    ['is never cut between a letter and its mark', `${'a'.repeat(89)}x\u0323`, 'a'.repeat(89)],
    ['has no blank at the cut', `${'a'.repeat(89)} b`, 'a'.repeat(89)],
    ['of one endless letter is nothing', `x${'\u0323\u0307'.repeat(90)}`, ''],
  ])('%s', (_, typed, name) => {
    expect(groupName(typed)).toBe(name)
  })

  it('is spelt one way only, whatever is typed: cleaning twice changes nothing', () => {
    const odd = fc.constantFrom(
      '\u200d',
      '\u200c',
      '\u200b',
      '\u0301',
      ' ',
      '\u00a0',
      'e',
      '👩',
      'क',
      '\u202e',
      '\u094d',
      'ی',
      'ر',
      '\ufe0f',
      '\u{1f3fd}',
      '1',
      '\u20e3',
      '\u{1f3f4}',
      '\u{e0067}',
      '\u{e007f}',
      '\u09b0',
      '\u09cd',
    )
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.array(odd, { maxLength: 120 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(typed, (text) => {
        const name = groupName(text)
        expect(groupName(name)).toBe(name)
        expect(name.length).toBeLessThanOrEqual(MAX_GROUP_NAME_UNITS)
        expect(name).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f]|^\s|\s$|\s\s/u)
        expect(name.isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('time', () => {
  it('is bounded: no more of a name is normalised and cut into letters than fills it', () => {
    const normalize = vi.spyOn(String.prototype, 'normalize')
    const segment = vi.spyOn(Intl.Segmenter.prototype, 'segment')
    const marks = `x${'\u0323\u0307'.repeat(60_000)}`
    const hidden = `${'\u200b'.repeat(120_000)}Webinar`
    const name = [
      marks,
      hidden,
      `${hidden}${marks}`,
      'é'.repeat(120_000),
      '👩\u200d'.repeat(60_000),
    ]
    expect(name.map(groupName)).toEqual(['', 'Webinar', 'Webinar', 'é'.repeat(90), ''])
    const lengths = [
      ...normalize.mock.contexts.map((text) => String(text).length),
      ...segment.mock.calls.map(([text]) => text.length),
    ]
    normalize.mockRestore()
    segment.mockRestore()
    expect(lengths.length).toBeGreaterThan(name.length)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MAX_TEXT_UNITS)
  })
})

describe('what a mapping made', () => {
  const good = { groupName: 'Webinar May', contacts: ['919800000001'], create: true }

  it.each<[sentence: string, made: unknown, invite: unknown]>([
    ['is taken as it is', good, good],
    [
      'does not create unless it says so',
      { ...good, create: undefined },
      { ...good, create: false },
    ],
    ['may have a plus before its numbers', { ...good, contacts: ['+919800000001'] }, good],
    ['holds each number once', { ...good, contacts: ['919800000001', '+919800000001'] }, good],
    ['has its name cleaned', { ...good, groupName: ' Webinar\u200b  May' }, good],
  ])('%s', (_, made, invite) => {
    expect(v.parse(inviteSchema, made)).toEqual(invite)
  })

  it.each<[sentence: string, made: unknown, path: string, message: string]>([
    ['nothing', undefined, '', 'Expected Object but received nothing'],
    ['a text', 'Webinar May', '', 'Expected Object but received a string'],
    ['a name that is a number', { ...good, groupName: 5 }, 'groupName', 'must be a text'],
    [
      'a name that nobody sees',
      { ...good, groupName: '\u200b ' },
      'groupName',
      'must not be empty',
    ],
    ['a name that is missing', { contacts: good.contacts }, 'groupName', 'is missing'],
    ['no list', { ...good, contacts: '919800000001' }, 'contacts', 'must be a list of numbers'],
    ['no person', { ...good, contacts: [] }, 'contacts', 'must hold at least one number'],
    [
      'what a person typed',
      { ...good, contacts: ['919800000001', '98000 00001'] },
      'contacts.1',
      'must be an international number: read what people type with phone(country)',
    ],
    [
      'a number as a number',
      { ...good, contacts: [919800000001] },
      'contacts.0',
      'must be an international number: read what people type with phone(country)',
    ],
    [
      'a crowd',
      {
        ...good,
        contacts: Array.from({ length: 257 }, (_, n) => `9198${String(10_000_000 + n * 7)}`),
      },
      'contacts',
      'must hold at most 256 numbers',
    ],
    ['create as a text', { ...good, create: 'yes' }, 'create', 'must be true or false'],
  ])('is refused where it is %s', (_, made, path, message) => {
    const parsed = v.safeParse(inviteSchema, made)
    expect(parsed.success ? [] : issuesOf(parsed.issues)).toContainEqual({ path, message })
  })
})

describe('an invite that a sender speaks itself', () => {
  const schema = spokenInviteSchema('IN')
  const both = ['919800000001', '919800000002']

  it('may have the names of a form, and a number for a name', () => {
    const spoken = { groupName: 7, 'contacts[]': ['98000 00001', '98000 00002'], create: '1' }
    expect(v.parse(schema, spoken)).toEqual({ groupName: '7', contacts: both, create: true })
    expect(v.parse(schema, { ...spoken, 'contacts[]': '98000 00001' }).contacts).toHaveLength(1)
    for (const groupName of [7.5, Number.NaN, 1e21, true, ['A']]) {
      expect(v.is(schema, { ...spoken, groupName })).toBe(false)
    }
  })

  it('holds up to 256 numbers in a list', () => {
    const crowd = Array.from({ length: 256 }, (_, n) => String(9800000001 + n))
    expect(v.parse(schema, { groupName: 'A', contacts: crowd }).contacts).toHaveLength(256)
  })

  it.each(['Batch null', 'undefined', 'Batch-NaN', 'To [object Object]', 'nu\u200bll'])(
    'is refused where its name is %j',
    (groupName) => {
      const parsed = v.safeParse(schema, { groupName, contacts: '9800000001' })
      expect(parsed.success ? [] : issuesOf(parsed.issues)).toEqual([
        { path: 'groupName', message: 'reads as if an answer were missing' },
      ])
    },
  )

  it.each<[sentence: string, contacts: unknown, digits: string[]]>([
    ['a list of what people typed', ['98000 00001', '+91-98000-00002'], both],
    ['one text with commas', '9800000001, 9800000002', both],
    ['one text with semicolons and a last one that is too many', '9800000001;9800000002;', both],
    ['one text with lines', '9800000001\r\n\n9800000002\n', both],
    ['lines that end in commas', '9800000001,\n9800000002', both],
    ['a list whose item is again a list in a text', ['9800000001,9800000002'], both],
    ['numbers as numbers', [9800000001, 919800000002], both],
    ['one person in two spellings', '9800000001, +91 98000 00001', ['919800000001']],
    ['a number of another country', '+1 415 555 2671', ['14155552671']],
    ['a list of objects with a phone', [{ phone: '9800000001' }, { phone: 9800000002 }], both],
    ['five numbers in one text', `${both},9800000003,9800000004,9800000005`, FIVE],
  ])('may give its contacts as %s', (_, contacts, digits) => {
    expect(v.parse(schema, { groupName: 'A', contacts })).toEqual({
      groupName: 'A',
      contacts: digits,
      create: false,
    })
  })

  it.each<[sentence: string, contacts: unknown, path: string]>([
    ['nothing', '', 'contacts'],
    ['blanks', ' \n ', 'contacts'],
    ['an empty list', [], 'contacts'],
    ['null', null, 'contacts'],
    ['one number that is not in a list', 9800000001, 'contacts'],
    ['an object', { phone: '9800000001' }, 'contacts'],
    ['a list with an empty entry', ['', '9800000001'], 'contacts.0'],
    ['a text with an empty entry', ',9800000001', 'contacts.0'],
    ['a text with a gap', '9800000001,,9800000002', 'contacts.1'],
    ['a text with a word', '9800000001, Asha', 'contacts.1'],
    ['a list in a list', [['9800000001']], 'contacts.0'],
    ['a crowd', Array.from({ length: 257 }, () => '9800000001'), 'contacts'],
    ['six numbers in one text', `${FIVE},919800000006`, 'contacts'],
    ['six numbers in one text of a list', ['9800000009', `${FIVE};919800000006`], 'contacts'],
  ])('is refused where its contacts are %s', (_, contacts, path) => {
    const parsed = v.safeParse(schema, { groupName: 'A', contacts })
    expect(parsed.success ? [] : issuesOf(parsed.issues).map((issue) => issue.path)).toContain(path)
  })

  it.each<[spelling: unknown, create: boolean | 'refused']>([
    [true, true],
    [false, false],
    ['true', true],
    ['True', true],
    [' FALSE ', false],
    [undefined, false],
    ['', 'refused'],
    ['yes', true],
    ['No', false],
    [1, true],
    ['1', true],
    [0, false],
    [2, 'refused'],
    ['maybe', 'refused'],
    [null, 'refused'],
  ])('with create %j is %s', (spelling, create) => {
    const parsed = v.safeParse(schema, { groupName: 'A', contacts: '9800000001', create: spelling })
    expect(parsed.success ? parsed.output.create : 'refused').toBe(create)
  })

  it('takes as many numbers in one text as its hook says', () => {
    const spoken = { groupName: 'Family', contacts: `${FIVE},919800000006`, create: true }
    expect(v.is(spokenInviteSchema('IN', 5), spoken)).toBe(false)
    expect(v.is(spokenInviteSchema('IN', 6), spoken)).toBe(true)
  })

  it('needs a country code where its hook has no country', () => {
    const anywhere = spokenInviteSchema()
    expect(v.is(anywhere, { groupName: 'A', contacts: '+919800000001' })).toBe(true)
    expect(v.is(anywhere, { groupName: 'A', contacts: '9800000001' })).toBe(false)
  })

  it('takes a long text of nothing in no time', () => {
    const began = performance.now()
    expect(v.is(schema, { groupName: ' '.repeat(250_000), contacts: ' ,'.repeat(125_000) })).toBe(
      false,
    )
    expect(performance.now() - began).toBeLessThan(500)
  })
})

describe('what `invite` may return, to the compiler', () => {
  type Contact = InviteInput['contacts'][number]

  it('is a phone that was read, or a number written out', () => {
    expectTypeOf<Phone>().toExtend<Contact>()
    expectTypeOf<'919811112222'>().toExtend<Contact>()
    expectTypeOf<'+919811112222'>().toExtend<Contact>()
  })

  it('is no text that was not read as a phone', () => {
    expectTypeOf<string>().not.toExtend<Contact>()
    expectTypeOf<'Asha'>().not.toExtend<Contact>()
    expectTypeOf<number>().not.toExtend<Contact>()
    expectTypeOf<undefined>().not.toExtend<Contact>()
  })
})
