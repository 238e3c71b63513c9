/** Bytes and their spellings. */

import { describe, expect, it } from 'vitest'
import { decode } from '../../../src/lib/bytes.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

describe('base64', () => {
  it('is taken in its one spelling, whatever its last letters are', () => {
    for (const one of LETTERS) {
      for (const other of LETTERS) {
        for (const text of [`${one}${other}==`, `A${one}${other}=`]) {
          const bytes = decode(text, 'base64')
          const isCanonical = Buffer.from(text, 'base64').toString('base64') === text
          expect([text, bytes !== null]).toEqual([text, isCanonical])
          if (bytes !== null) expect(Buffer.from(bytes).toString('base64')).toBe(text)
        }
      }
    }
  })
})
