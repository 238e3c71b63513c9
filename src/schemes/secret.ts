/** Secrets as people paste them: which are too weak to use, and fresh ones. */

import {
  type Bytes,
  decode,
  type Encoding,
  encode,
  equalInConstantTime,
  utf8,
} from '../lib/bytes.ts'
import { MIN_SECRET_LENGTH } from './scheme.ts'

/** How a secret's text becomes a key: as it stands in UTF-8, or decoded. */
export type Spelling = 'text' | Encoding

const FRESH_SECRET_BYTES = 32
/** A short piece again and again: `aaaa…`, `changemechangeme`. */
const REPEATED = /^(.{1,10}?)\1+$/s
/** What documentation says in the place of a secret. */
const PLACEHOLDER =
  /change[-_ ]?(?:me|this)|replace[-_ ]?(?:me|this)|your[-_ ]\w*[-_ ]?secret|placeholder/i

/** Why this secret is too weak, as half a sentence; null: it is strong enough. */
export function refuseSecret(
  secret: string,
  spelling: Spelling = 'text',
  minLength: number = MIN_SECRET_LENGTH,
): string | null {
  if (secret === '') return 'is empty'
  // Nearly always a line break that came along with a paste.
  if (secret !== secret.trim()) return 'starts or ends with white space'
  if (secret.length < minLength) return `is shorter than ${minLength} characters`
  if (REPEATED.test(secret)) return 'is one piece repeated'
  if (PLACEHOLDER.test(secret)) return 'is a placeholder'
  if (keyOf(secret, spelling) === null) return `is not ${spelling}`
  return null
}

/** The key that a secret stands for, or null where it is not spelt so. */
export function keyOf(secret: string, spelling: Spelling): Bytes | null {
  return spelling === 'text' ? utf8(secret) : decode(secret, spelling)
}

/** Whether what was shown is one of these. All are compared, each in constant time: how long that takes must not tell which it was. */
export async function isOneOf(shown: string, secrets: readonly string[]): Promise<boolean> {
  const matches = await Promise.all(secrets.map((secret) => equalInConstantTime(shown, secret)))
  return matches.includes(true)
}

/** A fresh random secret: hex where any text will do, since it survives every form field and URL. */
export function newSecret(spelling: Spelling = 'text'): string {
  const bytes = crypto.getRandomValues(new Uint8Array(FRESH_SECRET_BYTES))
  return encode(bytes, spelling === 'base64' ? 'base64' : 'hex')
}
