/** Ids as senders write them: two events must never share one, and one event never have two. */

import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { idIn, idSchema, idText } from '../../../src/sources/shared/payload.ts'

describe('an id', () => {
  it.each([
    { written: '"a-1"', id: 'a-1' },
    { written: '7', id: '7' },
    { written: '"7"', id: '7' },
    { written: '9007199254740991', id: '9007199254740991' },
    { written: '""', id: null },
    { written: 'null', id: null },
    { written: '{"id":7}', id: null },
    // JSON.parse makes one number of this one and the next: two events would pass for one.
    { written: '9007199254740993', id: null },
  ])('written as $written is $id', ({ written, id }) => {
    const value: unknown = JSON.parse(written)
    const read = v.safeParse(idSchema, value)
    expect([idText(value), idIn({ id: value }, 'id'), read.success ? read.output : null]).toEqual([
      id,
      id,
      id,
    ])
  })

  it('is none that every object inherits', () => {
    expect(idIn({}, 'constructor')).toBeNull()
  })
})
