/** A person without the number: a keyed hash, made of the one spelling that all spellings of a number share. */

import { encode, hmacSign, utf8 } from '../bytes.ts'
import { sharedSpelling } from '../phone.ts'

const KEY_BYTES = 32

/** A new random key, as base64. A plain hash of a phone can be reversed by trying all phones. */
export function newPersonKey(): string {
  return encode(crypto.getRandomValues(new Uint8Array(KEY_BYTES)), 'base64')
}

/** Stands for the person in every table: the same for `+52 1 …` and `+52 …`. */
export async function personOf(digits: string, key: string): Promise<string> {
  return encode(await hmacSign('SHA-256', utf8(key), utf8(sharedSpelling(digits))), 'base64')
}
