/** Bytes: strict hex and base64, UTF-8, SHA-256, HMAC, comparison in constant time, and reads and waits within bounds. */

export type Bytes = Uint8Array
export type Encoding = 'hex' | 'base64'
export type Hash = 'SHA-1' | 'SHA-256' | 'SHA-512'

const HEX = /^(?:[0-9a-f]{2})+$/i
const HEX_BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** `YR==` and `YQ==` decode alike: before the padding only the spelling whose unused bits are zero is taken. */
const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
/** More secrets than a deployment has. */
const MOST_KEYS = 256

export function utf8(text: string): Bytes {
  return encoder.encode(text)
}

/** The text of valid UTF-8, or null: a lenient decoder maps different bytes to the same text. A BOM is dropped. */
export function textOf(bytes: Bytes): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

export function concat(...parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Text in the encoding, lower case for hex, padded for base64. */
export function encode(bytes: Bytes, encoding: Encoding): string {
  if (encoding === 'base64') return btoa(String.fromCharCode(...bytes))
  let text = ''
  for (const byte of bytes) text += HEX_BYTES[byte]
  return text
}

/** The bytes of strictly spelt text, or null. `atob` alone takes white space and missing padding. */
export function decode(text: string, encoding: Encoding): Bytes | null {
  if (encoding === 'hex') {
    if (!HEX.test(text)) return null
    return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  }
  if (text === '' || !BASE64.test(text)) return null
  const letters = atob(text)
  return new Uint8Array(letters.length).map((_, at) => letters.charCodeAt(at))
}

export async function digest(hash: Hash, bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(hash, bytes))
}

/** Signs `message`; `key` must not be empty (WebCrypto throws). */
export async function hmacSign(hash: Hash, key: Bytes, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(hash, key), message))
}

/** Whether `mac` is the HMAC of `message`, in constant time; any wrong length is false. */
export async function hmacVerify(
  hash: Hash,
  key: Bytes,
  mac: Bytes,
  message: Bytes,
): Promise<boolean> {
  return crypto.subtle.verify('HMAC', await hmacKey(hash, key), mac, message)
}

/** Keys come again with every webhook, and importing one costs more than an HMAC. */
const importedKeys = new Map<string, CryptoKey>()

async function hmacKey(hash: Hash, key: Bytes): Promise<CryptoKey> {
  const name = `${hash} ${String.fromCharCode(...key)}`
  const known = importedKeys.get(name)
  if (known !== undefined) return known
  const imported = await importHmacKey(hash, key)
  if (importedKeys.size >= MOST_KEYS) importedKeys.clear()
  importedKeys.set(name, imported)
  return imported
}

function importHmacKey(hash: Hash, key: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign', 'verify'])
}

/** Whether two texts are equal, in time that tells nothing of where they differ: their digests are compared under a random key. */
export async function equalInConstantTime(one: string, other: string): Promise<boolean> {
  const key = await importHmacKey('SHA-256', crypto.getRandomValues(new Uint8Array(32)))
  const mac = await crypto.subtle.sign('HMAC', key, utf8(one))
  return crypto.subtle.verify('HMAC', key, mac, utf8(other))
}

// Nothing that comes from outside may take as long, or be as large, as it likes.

/** The promise's value, or `late` once the time is up. Leaves no timer behind. The promise itself goes on; its late end is ignored. */
export async function atMost<value, late>(
  ms: number,
  promise: Promise<value>,
  late: late,
): Promise<value | late> {
  const { promise: timeout, resolve } = Promise.withResolvers<late>()
  const timer = setTimeout(() => resolve(late), ms)
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}

export interface StreamBounds {
  readonly maxBytes: number
  readonly deadlineMs: number
}

/** The bytes, or why they are not taken: a stream that breaks is as late as one that never ends. */
export async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  { maxBytes, deadlineMs }: StreamBounds,
): Promise<Bytes | 'too_large' | 'too_slow'> {
  if (stream === null) return new Uint8Array(0)
  const reader = stream.getReader()
  const deadline = Date.now() + deadlineMs
  const chunks: Bytes[] = []
  let size = 0
  try {
    for (;;) {
      const next = await atMost(deadline - Date.now(), reader.read(), 'late' as const)
      if (next === 'late') return 'too_slow'
      if (next.done) return concat(...chunks)
      size += next.value.length
      if (size > maxBytes) return 'too_large'
      chunks.push(next.value)
    }
  } catch {
    return 'too_slow'
  } finally {
    reader.cancel().catch(() => {})
  }
}
