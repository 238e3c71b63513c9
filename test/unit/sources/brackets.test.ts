/** Names with brackets: what they nest into, and what no name may do. */

import * as v from 'valibot'
import { expect, test } from 'vitest'
import { bracketForm, bracketSample } from '../../../src/sources/shared/brackets.ts'

const rows: [title: string, form: Record<string, string | string[]>, object: object][] = [
  ['plain names stay', { type: 'subscribe' }, { type: 'subscribe' }],
  [
    'brackets nest',
    { 'contact[id]': '1', 'contact[fields][city]': 'Pune' },
    { contact: { id: '1', fields: { city: 'Pune' } } },
  ],
  [
    'indices from zero are a list',
    { 'leads[0][id]': '1', 'leads[1][id]': '2' },
    { leads: [{ id: '1' }, { id: '2' }] },
  ],
  [
    'other numbers are names: no list has holes',
    { 'fields[4]': 'Pune', 'fields[1000000000]': 'x' },
    { fields: { 4: 'Pune', 1000000000: 'x' } },
  ],
  ['empty brackets at the end are a list', { 'tags[]': ['a', 'b'] }, { tags: ['a', 'b'] }],
  ['empty brackets below are one too', { 'contact[tags][]': ['a'] }, { contact: { tags: ['a'] } }],
  ['a text and members of one name: the first is kept', { a: '1', 'a[b]': '2' }, { a: '1' }],
  ['members and a text of one name: the first is kept', { 'a[b]': '2', a: '1' }, { a: { b: '2' } }],
  [
    'half a bracket is part of the name',
    { 'a[b': '1', 'a]': '2', '[c]': '3', 'd[]e': '4' },
    { 'a[b': '1', 'a]': '2', '[c]': '3', 'd[]e': '4' },
  ],
  [
    'nine levels are not followed',
    { 'a[1][2][3][4][5][6][7][8][9]': 'x' },
    { 'a[1][2][3][4][5][6][7][8][9]': 'x' },
  ],
]

test.each(rows)('%s', (_, form, object) => {
  expect(v.parse(bracketForm, form)).toEqual(object)
})

test('no name reaches a prototype', () => {
  const form = { '__proto__[polluted]': 'x', 'constructor[prototype][polluted]': 'x' }
  const read = v.parse(bracketForm, { ...form, 'a[__proto__][polluted]': 'x' })
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
  expect('polluted' in {}).toBe(false)
  expect(Object.keys(read)).toEqual(['__proto__', 'constructor', 'a'])
})

test('an object written as a form is read as the same object', () => {
  const object = { type: 'add', leads: [{ id: '1', tags: ['a', 'b'] }, { id: '2' }], 'x y': 'é&=' }
  const { body } = bracketSample(() => object)({ fields: {}, id: 'sample-1', now: 0 })
  const form = Object.fromEntries(new URLSearchParams(body))
  expect(v.parse(bracketForm, form)).toEqual(object)
})
