/** The keys under which an event is known: hashes, so that nothing of a person or a sender can be read from them. */

import type { Bytes } from '../bytes.ts'
import { digest, encode, utf8 } from '../bytes.ts'

/** The digest of a body, in hex. */
export async function fingerprintOf(body: Bytes): Promise<string> {
  return encode(await digest('SHA-256', body), 'hex')
}

/** A key of a hook: parts are told apart by their lengths, so `ab` + `c` is not `a` + `bc`. */
export async function keyOf(...parts: readonly string[]): Promise<string> {
  const text = parts.map((part) => `${part.length}:${part}`).join('')
  return encode(await digest('SHA-256', utf8(text)), 'hex')
}

/** One key for several that come together: that of a single one is its own. */
export async function keyOfAll(keys: readonly string[]): Promise<string> {
  const [only, ...others] = keys
  return only !== undefined && others.length === 0 ? only : keyOf('all', ...keys)
}
