/** Paths into a documented object: found, made, typed as before, and never into a prototype. */

import { expect, test } from 'vitest'
import { serial, withPaths } from '../../../src/sources/shared/sample.ts'

const ORDER = {
  id: 7,
  paid: false,
  phone: null,
  notes: [],
  billing: { phone: '1' },
  lines: [{ sku: 'a' }],
}

const rows: [title: string, fields: Record<string, string>, changed: object][] = [
  ['nothing at all', {}, {}],
  ['a member', { phone: '+91 98000 00001' }, { phone: '+91 98000 00001' }],
  ['a member of a member', { 'billing.phone': '2' }, { billing: { phone: '2' } }],
  ['a member of an element', { 'lines.0.sku': 'b' }, { lines: [{ sku: 'b' }] }],
  ['the element after the last', { 'lines.1.sku': 'b' }, { lines: [{ sku: 'a' }, { sku: 'b' }] }],
  ['no element far beyond it', { 'lines.900.sku': 'b' }, { lines: [{ sku: 'a' }, { sku: 'b' }] }],
  ['a member that was no object', { 'phone.value': '3' }, { phone: { value: '3' } }],
  [
    'a member of an empty list, as of Razorpay’s notes',
    { 'notes.batch': 'A' },
    { notes: { batch: 'A' } },
  ],
  ['a whole new branch', { 'a.b.0': 'c' }, { a: { b: { 0: 'c' } } }],
  ['a number where a number was', { id: '8' }, { id: 8 }],
  ['a text where that is no number', { id: '8 or 9' }, { id: '8 or 9' }],
  ['a text where a number would lose a zero', { id: '08' }, { id: '08' }],
  ['a boolean where a boolean was', { paid: 'true' }, { paid: true }],
  ['a text where that is no boolean', { paid: 'yes' }, { paid: 'yes' }],
]

test.each(rows)('puts %s', (_, fields, changed) => {
  const before = structuredClone(ORDER)
  expect(withPaths(ORDER, fields)).toEqual({ ...ORDER, ...changed })
  expect(ORDER).toEqual(before)
})

test('makes members of names that mean a prototype elsewhere', () => {
  const made = withPaths({}, { '__proto__.x': '1', 'constructor.prototype.x': '1' })
  expect(Object.keys(made)).toEqual(['__proto__', 'constructor'])
  expect(JSON.stringify(made)).toBe('{"__proto__":{"x":"1"},"constructor":{"prototype":{"x":"1"}}}')
  expect('x' in {}).toBe(false)
  expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
})

test('makes numbers of texts: exact, always the same, and hardly ever the same twice', () => {
  const numbers = Array.from({ length: 20_000 }, (_, index) => serial(`event-${index}`))
  expect(numbers.every((number) => Number.isSafeInteger(number) && number >= 0)).toBe(true)
  expect(new Set(numbers).size).toBe(numbers.length)
  expect(serial('event-7')).toBe(numbers[7])
})
