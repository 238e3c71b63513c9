/** Group names spelt one way only, and the invites that mappings make and senders speak. */

import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { InviteInput } from '../../src/hook.ts'
import {
  groupName,
  inviteSchema,
  MAX_GROUP_NAME_UNITS,
  spokenInviteSchema,
} from '../../src/invite.ts'
import { issuesOf } from '../../src/issues.ts'
import type { Phone } from '../../src/phone.ts'

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
    ['loses fillers that nobody sees', '\u3164A\u115f', 'A'],
    ['keeps the joiners of an emoji', `Parents ${FAMILY}`, `Parents ${FAMILY}`],
    ['keeps the joiners of Indic and Persian letters', 'क्‍ष می‌خواهم', 'क्‍ष می‌خواهم'],
    [
      'loses a joiner with nothing before it to join',
      '\u200dWe\u200cbinar \u200dMay',
      'Webinar May',
    ],
    ['is empty when nobody could see anything of it', ' \u200b\u200d\u2060\u00a0', ''],
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
    ['nobody', { ...good, contacts: [] }, 'contacts', 'must hold at least one number'],
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
    ['a list in which somebody is missing', ['', '9800000001'], 'contacts.0'],
    ['a text in which somebody is missing', ',9800000001', 'contacts.0'],
    ['a text with a gap', '9800000001,,9800000002', 'contacts.1'],
    ['a text with a word', '9800000001, Asha', 'contacts.1'],
    ['a list in a list', [['9800000001']], 'contacts.0'],
    ['a crowd', '9800000001,'.repeat(257), 'contacts'],
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
    ['yes', 'refused'],
    [1, 'refused'],
    [null, 'refused'],
  ])('with create %j is %s', (spelling, create) => {
    const parsed = v.safeParse(schema, { groupName: 'A', contacts: '9800000001', create: spelling })
    expect(parsed.success ? parsed.output.create : 'refused').toBe(create)
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

  it('is no text that nobody read', () => {
    expectTypeOf<string>().not.toExtend<Contact>()
    expectTypeOf<'Asha'>().not.toExtend<Contact>()
    expectTypeOf<number>().not.toExtend<Contact>()
    expectTypeOf<undefined>().not.toExtend<Contact>()
  })
})
