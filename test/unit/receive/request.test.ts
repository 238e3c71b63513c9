/** What callers ask for in `Prefer` and `Idempotency-Key`. */

import { describe, expect, it } from 'vitest'
import { readIdempotencyKey, readPrefer } from '../../../src/receive/request.ts'

describe('Prefer', () => {
  it.each<[header: string | null, async: boolean, waitMs: number]>([
    [null, false, 0],
    ['', false, 0],
    ['respond-async', true, 0],
    ['Respond-Async', true, 0],
    ['respond-async, wait=10', true, 10_000],
    ['wait=5', false, 5_000],
    ['WAIT = "5"', false, 5_000],
    ['wait=100', false, 25_000],
    ['wait=9999', false, 25_000],
    ['wait=0', false, 0],
    ['wait=-1', false, 0],
    ['wait = "3"; foo=bar', false, 3_000],
    ['wait=25', false, 25_000],
    ['wait=26', false, 25_000],
    ['wait=-1, wait=1.5, wait=soon', false, 0],
    ['return=minimal', false, 0],
    ['wait=1.5', false, 0],
    ['wait=99999', false, 0],
    ['wait', false, 0],
    ['wait=5; unit=s, respond-async; x=1', true, 5_000],
    ['wait=3, wait=9', false, 3_000],
    ['return=minimal, handling=lenient', false, 0],
    ['x-respond-async', false, 0],
  ])('%j', (header, async, waitMs) => {
    expect(readPrefer(header)).toEqual({ async, waitMs })
  })
})

describe('Idempotency-Key', () => {
  it.each<[sentence: string, header: string | null, key: string | null | false]>([
    ['is not there', null, null],
    ['is bare, as most send it', 'run-1', 'run-1'],
    ['is quoted, as the draft has it', '"run-1"', 'run-1'],
    ['is quoted with blanks around', '  "run-1" ', 'run-1'],
    ['has escaped quotes and backslashes', String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['has a blank within', 'run 1', 'run 1'],
    ['is as long as it may be', 'k'.repeat(255), 'k'.repeat(255)],
    ['is too long', 'k'.repeat(256), false],
    ['is empty', '', false],
    ['is empty in quotes', '""', false],
    ['is blank in quotes', '"  "', false],
    ['is not ASCII', 'schlüssel', false],
    ['has a control character', 'a\u0001b', false],
  ])('%s', (_, header, key) => {
    expect(readIdempotencyKey(header)).toBe(key)
  })
})
