/** A search finds what is shown: no row of searches uncovers a number that is hidden. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { deliveryFilter, filterSchema } from '../../../src/operator/filter.ts'
import { outboxOnDisk } from './outbox-on-disk.ts'

const NUMBER = '919820012345'
const DIGITS = [...'0123456789']
/** The longest texts of digits that the filter takes. */
const TEXT_DIGITS = 4
const END_DIGITS = 6

async function heldOutbox(fields: object) {
  const outbox = outboxOnDisk()
  await outbox.held(JSON.stringify(fields))
  const find = async (filter: object): Promise<number> => {
    const asked = v.safeParse(filterSchema, filter)
    if (!asked.success) return 0
    return (await outbox.deliveries.list(deliveryFilter(asked.output, 10, null))).deliveries.length
  }
  return { ...outbox, find }
}

/** Every run of digits that searches lead to: each begins with the end of the one before. */
async function uncovered(find: (digits: string) => Promise<number>, most: number): Promise<string> {
  let known: string[] = ['']
  let longest = ''
  for (let length = 1; length <= NUMBER.length; length++) {
    const next: string[] = []
    for (const before of known)
      for (const digit of DIGITS) {
        const window = `${before}${digit}`.slice(-most)
        if (window.length < 3 || (await find(window)) > 0) next.push(`${before}${digit}`)
      }
    if (next.length === 0 || next.length > 2_000) break
    known = next
    longest = length >= 3 ? (next[0] ?? '') : ''
  }
  return longest
}

describe('a number that is hidden', () => {
  it.each([
    { phone: NUMBER },
    { phone: `+${NUMBER}` },
    { phone: '+91 98200 12345' },
    { nested: { list: ['call 098200-12345'] } },
  ])('is not uncovered by searches for text: %j', async (fields) => {
    const { find } = await heldOutbox(fields)
    const digits = await uncovered((text) => find({ text }), TEXT_DIGITS)
    expect(digits).toBe('2345')
    expect(await find({ text: '2001' })).toBe(0)
    expect(await find({ text: '9820' })).toBe(0)
  })

  it('is found by its end alone where it could not be read', async () => {
    const { find } = await heldOutbox({ phone: NUMBER })
    expect(await find({ phoneEnd: '012345' })).toBe(1)
    expect(await find({ phoneEnd: '345' })).toBe(1)
    expect(await find({ phoneEnd: '9198' })).toBe(0)
    expect(await find({ phoneEnd: '82001' })).toBe(0)
    const digits = await uncovered((phoneEnd) => find({ phoneEnd }), END_DIGITS)
    expect(digits.length).toBeLessThanOrEqual(END_DIGITS)
  })

  it('may be searched for by what is shown: words, short numbers, and names of groups', async () => {
    const { find, leads } = await heldOutbox({ cohort: 'Batch 12', code: 'AB-98200', who: 'Asha' })
    expect(await find({ text: 'batch 12' })).toBe(1)
    expect(await find({ text: 'asha' })).toBe(1)
    expect(await find({ phoneEnd: '98200' })).toBe(1)
    await leads('Cohort 2027', 1)
    expect(await find({ text: 'cohort 2027' })).toBe(1)
  })
})
