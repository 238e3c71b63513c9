/** The cursor of the delivery list, and the ids of deliveries: texts from outside that are ours or nothing. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCursor, writeCursor } from '../../../src/operator/merge.ts'
import { deliveryId, readDeliveryId } from '../../../src/outbox/accept.ts'

describe('a cursor', () => {
  it('is read as it was written, and goes into a URL as it is', () => {
    const account = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,40}$/)
    const place = fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))
    fc.assert(
      fc.property(fc.dictionary(account, place, { noNullPrototype: true }), (cursor) => {
        const text = writeCursor(cursor)
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/)
        expect(readCursor(text)).toEqual(cursor)
      }),
    )
  })

  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['no JSON', btoa('{')],
    ['a list', btoa('[1]')],
    ['a text', btoa('"default"')],
    ['null', btoa('null')],
    ['a place before the first', btoa('{"default":0}')],
    ['a half place', btoa('{"default":1.5}')],
    ['a place in words', btoa('{"default":"1"}')],
    ['a statement', btoa('{"default":"1; DROP TABLE deliveries"}')],
  ])('of %s is none', (_, text) => {
    expect(readCursor(text)).toBeNull()
  })
})

describe('a delivery’s id', () => {
  it('says which account and which number', () => {
    expect(deliveryId('default', 42)).toBe('default-42')
    expect(readDeliveryId('default-42')).toEqual({ account: 'default', seq: 42 })
    expect(readDeliveryId('north-east-7')).toEqual({ account: 'north-east', seq: 7 })
  })

  it.each([
    '',
    '42',
    'default',
    'default-',
    'default-0',
    'default-01',
    'default-x',
    '-1',
    'default-1 ',
    'déf-1',
    'default-1e3',
    `default-${'9'.repeat(16)}`,
  ])('%j is none', (text) => {
    expect(readDeliveryId(text)).toBeNull()
  })
})
