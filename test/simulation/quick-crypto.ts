/** Hashes without a trip to another thread: quick, and every run of a history takes the same course. */

import { hash } from 'node:crypto'
import { sharedSpelling } from '../../src/mapping/phone/index.ts'

const PERSON_BYTES = 16
const END_BYTES = 3
const END_DIGITS = 4

/** Of all histories: the code under test keeps keys that it imported. */
const keys = new WeakMap<object, Uint8Array>()

/** Puts them in the place of the platform's. Gives what takes that back. */
export function quickenCrypto(): () => void {
  const subtle = {
    digest: async (_: string, bytes: Uint8Array) => sha256(bytes),
    importKey: async (_: string, bytes: Uint8Array) => {
      const key = {}
      keys.set(key, bytes)
      return key
    },
    // No HMAC, which takes ten times as long, but like it one value for each key and message.
    sign: async (_: string, key: object, bytes: Uint8Array) =>
      sha256(Buffer.concat([keys.get(key) ?? Buffer.alloc(0), bytes])),
  }
  // One key for all histories: the marks of people are the same in each, and so is their order in a table.
  const random = { getRandomValues: <T>(bytes: T) => bytes }
  Object.assign(crypto.subtle, subtle)
  Object.assign(crypto, random)
  return () => {
    for (const name of Object.keys(subtle)) Reflect.deleteProperty(crypto.subtle, name)
    for (const name of Object.keys(random)) Reflect.deleteProperty(crypto, name)
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer')
}

/** What the outbox writes for a person, by its key. */
export function personMark(key: string, digits: string): string {
  const end = signed(key, `end:${digits.slice(-END_DIGITS)}`).subarray(0, END_BYTES)
  const whole = signed(key, sharedSpelling(digits)).subarray(0, PERSON_BYTES - END_BYTES)
  return Buffer.concat([end, whole]).toString('base64')
}

/** What it writes for an event of a hook. */
export function eventMark(key: string, hook: string, event: string): string {
  return signed(key, `event:${hook} ${event}`).toString('base64')
}

function signed(key: string, text: string): Buffer {
  return sha256(Buffer.from(key + text))
}
