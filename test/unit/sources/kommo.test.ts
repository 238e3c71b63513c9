/** Kommo's forms where an index is missing, absurd or no index at all, and where a number is no phone. */

import { describe, expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { decodeBody } from '../../../src/lib/decode.ts'
import { kommo } from '../../../src/sources/kommo.ts'
import type { Submission } from '../../../src/sources/source.ts'

function read(form: Readonly<Record<string, string>>): readonly Submission<unknown>[] | null {
  const reading = kommo.read(form, new Headers())
  return reading.ok ? reading.submissions : null
}

describe('an event', () => {
  test.each(['1', '7', '1000000000'])('is read at the index %s alone', (index) => {
    const submissions = read({ [`contacts[add][${index}][name]`]: 'Ana' })
    expect(submissions).toEqual([
      { id: null, fields: { contacts: { add: [{ name: 'Ana' }] }, phones: [] } },
    ])
  })

  test.each([
    ['of nothing', {}],
    [
      'of the account alone',
      { 'account[id]': '1', 'account[_links][self]': 'https://a.kommo.com' },
    ],
    ['whose index is none', { 'contacts[add][first][name]': 'Ana' }],
    ['that is a text', { 'contacts[add]': 'Ana' }],
    ['without an index', { 'contacts[add][name]': 'Ana' }],
  ])('%s is none', (_, form) => {
    expect(read(form)).toBeNull()
  })

  test('reaches no prototype', () => {
    read({ 'contacts[add][0][__proto__][polluted]': 'x', '__proto__[add][0][polluted]': 'x' })
    expect('polluted' in {}).toBe(false)
  })

  test('has an id of its own, wherever in a request it comes', () => {
    const ana = { id: '1', last_modified: '1795165204', name: 'Ana' }
    const at = (index: number, person: Readonly<Record<string, string>>) =>
      Object.fromEntries(
        Object.entries(person).map(([name, value]) => [`contacts[add][${index}][${name}]`, value]),
      )
    const alone = read(at(0, ana))?.[0]?.id
    const second = read({ ...at(0, { ...ana, id: '2' }), ...at(1, ana) })?.[1]?.id
    expect(alone).toMatch(/^contacts:add:1:1795165204:\d+$/)
    expect(second).toBe(alone)
    expect(read(at(0, { ...ana, name: 'Ana Souza' }))?.[0]?.id).not.toBe(alone)
  })
})

test('a phone is what Kommo’s code says is one', () => {
  const field = (at: number, code: string, value: string) => ({
    [`contacts[add][0][custom_fields][${at}][code]`]: code,
    [`contacts[add][0][custom_fields][${at}][values][0][value]`]: value,
  })
  const submissions = read({
    ...field(0, 'EMAIL', '+5511912345601'),
    ...field(1, 'PHONE', '+5511912345602'),
    ...field(2, 'DOCUMENT', '11912345603'),
  })
  expect(submissions?.[0]?.fields).toMatchObject({ phones: ['+5511912345602'] })
})

test('many contacts in one form, each with fields of its own, are read one by one', async () => {
  const parts = Array.from({ length: 60 }, (_, at) => {
    const contact = `contacts[update][${at}]`
    const own = Array.from({ length: 8 }, (_, field) => [
      [`${contact}[custom_fields][${field}][id]`, String(field)],
      [`${contact}[custom_fields][${field}][name]`, `Field ${field}`],
      [`${contact}[custom_fields][${field}][values][0][value]`, 'x'],
    ])
    return [
      [`${contact}[id]`, String(at)],
      [`${contact}[last_modified]`, '1795165204'],
      ...own.flat(),
    ]
  })
  const form = utf8(new URLSearchParams([['account[id]', '1'], ...parts.flat()]).toString())
  const decoded = await decodeBody(form, 'form', 'application/x-www-form-urlencoded')
  const reading = kommo.read(decoded.ok ? decoded.value : null, new Headers())
  const submissions = reading.ok ? reading.submissions : []
  expect(new Set(submissions.map(({ id }) => id)).size).toBe(60)
  expect(submissions.at(-1)?.fields).toMatchObject({ account: { id: '1' }, phones: [] })
})
