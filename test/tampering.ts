/** Tampering: the twins of an honest request, each with one thing changed. */

import { type Bytes, concat, decode, encode, textOf, utf8 } from '../src/lib/bytes.ts'
import type { Proof } from '../src/schemes/scheme.ts'

/** What was changed, and the result. */
export type Twin<changed> = readonly [title: string, changed: changed]

/** Of SHA-256 or SHA-1. */
const HEX_DIGEST = /[0-9a-f]{64}|[0-9a-f]{40}/
const BASE64_DIGEST = /[A-Za-z0-9+/]{43}=/
/** Of SHA-256 or SHA-1, or at the end of a JSON Web Signature. */
const ANY_BASE64_DIGEST = /[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{27}=|(?<=\.)[\w-]{43}$/

/** Bodies that differ from this one by as little as one bit. */
export function changesOfBody(body: Bytes): Twin<Bytes>[] {
  const last = body.length - 1
  const flips = [0, Math.floor(last / 4), Math.floor(last / 2), last].map(
    (at): Twin<Bytes> => [
      `bit of byte ${at} flipped`,
      body.map((byte, index) => (index === at ? byte ^ 1 : byte)),
    ],
  )
  return [
    ...flips,
    ['line break added', concat(body, utf8('\n'))],
    ['NUL added', concat(body, Uint8Array.of(0))],
    ['byte that is no UTF-8 added', concat(body, Uint8Array.of(0xff))],
    ['byte order mark put before it', concat(Uint8Array.of(0xef, 0xbb, 0xbf), body)],
    ['last byte removed', body.slice(0, -1)],
    ['first byte removed', body.slice(1)],
    ['everything removed', new Uint8Array()],
    ['said twice', concat(body, body)],
    ...reserialised(body),
  ]
}

/** Bodies in which one of these members is changed, dropped or said twice; a member of JSON is named by its path. */
export function changesOfMembers(
  body: Bytes,
  contentType: string,
  members: readonly string[],
): Twin<Bytes>[] {
  const text = textOf(body) ?? ''
  if (contentType.startsWith('application/json')) {
    return members.flatMap((path) => changesOfJson(JSON.parse(text), path.split('.')))
  }
  return members.flatMap((name) => {
    const form = new URLSearchParams(text)
    const value = form.get(name)
    if (value === null) return []
    const twin = (title: string, change: (copy: URLSearchParams) => void): Twin<Bytes> => {
      const copy = new URLSearchParams(form)
      change(copy)
      return [`${name} ${title}`, utf8(copy.toString())]
    }
    return [
      twin('changed', (copy) => copy.set(name, `${value}1`)),
      twin('said twice', (copy) => copy.append(name, value)),
      // Where an empty member is signed like one that is missing, dropping it changes nothing.
      ...(value === '' ? [] : [twin('dropped', (copy) => copy.delete(name))]),
    ]
  })
}

function changesOfJson(value: unknown, path: readonly string[]): Twin<Bytes>[] {
  const title = path.join('.')
  return [
    [`${title} changed`, utf8(JSON.stringify(withMember(value, path, 'other')))],
    [`${title} dropped`, utf8(JSON.stringify(withMember(value, path, undefined)))],
  ]
}

/** A copy in which the member at the path is this one; undefined leaves it out. */
function withMember(node: unknown, [name = '', ...rest]: readonly string[], value: unknown) {
  const copy = { ...Object(node) }
  copy[name] = rest.length === 0 ? value : withMember(copy[name], rest, value)
  return copy
}

/** Proofs with one part dropped, doubled, cut, padded or spelt otherwise. */
export function changesOfProof(proof: Proof, secret: string): Twin<Proof>[] {
  const twins: Twin<Proof>[] = []
  for (const [name, value] of Object.entries(proof.headers)) {
    const { [name]: _, ...others } = proof.headers
    twins.push([`${name} dropped`, { ...proof, headers: others }])
    for (const [title, changed] of changesOfText(value)) {
      twins.push([`${name} ${title}`, { ...proof, headers: { ...others, [name]: changed } }])
    }
    // HTTP joins what is sent twice.
    for (const joint of [', ', ',']) {
      const twice = { ...others, [name]: `${value}${joint}${value}` }
      twins.push([`${name} sent twice`, { ...proof, headers: twice }])
    }
  }
  for (const [name, value] of Object.entries(proof.query ?? {})) {
    const { [name]: _, ...others } = proof.query ?? {}
    twins.push([`${name} dropped from the query`, { ...proof, query: others }])
    for (const [title, changed] of changesOfText(value)) {
      twins.push([`${name} ${title}`, { ...proof, query: { ...others, [name]: changed } }])
    }
  }
  twins.push(...changesOfShown(proof, secret))
  if (proof.urlSecret === undefined) return twins
  twins.push(['URL secret dropped', { headers: proof.headers }])
  for (const [title, urlSecret] of changesOfText(proof.urlSecret)) {
    twins.push([`URL secret ${title}`, { ...proof, urlSecret }])
  }
  return twins
}

/** Proofs whose body shows the secret in another spelling. */
function changesOfShown(proof: Proof, secret: string): Twin<Proof>[] {
  const text = proof.body === undefined ? '' : (textOf(proof.body) ?? '')
  if (!text.includes(secret)) return []
  return changesOfText(secret).map(([title, changed]) => [
    `body’s secret ${title}`,
    { ...proof, body: utf8(text.replace(secret, () => changed)) },
  ])
}

/** The same digests in capitals: hex means the same bytes in either case. */
export function inCapitals(proof: Proof): Proof | null {
  return replaceIn(proof, HEX_DIGEST, (digest) => digest.toUpperCase())
}

/** The same letters in the other case: in base64 those are other bytes. */
export function inOtherCase(proof: Proof): Proof | null {
  return replaceIn(proof, ANY_BASE64_DIGEST, swapCase)
}

/** The proof with every occurrence of something in its headers and query replaced; null where there is none. */
export function replaceIn(
  proof: Proof,
  find: string | RegExp,
  by: (found: string) => string,
): Proof | null {
  let found = false
  const replaced = (members: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(members).map(([name, value]): [string, string] => [
        name,
        value.replace(find, (text) => {
          found = true
          return by(text)
        }),
      ]),
    )
  const changed = {
    ...proof,
    headers: replaced(proof.headers),
    ...(proof.query && { query: replaced(proof.query) }),
  }
  return found ? changed : null
}

function changesOfText(text: string): Twin<string>[] {
  const middle = Math.floor(text.length / 2)
  const last = text.at(-1) === 'A' ? 'B' : 'A'
  // Space at either end is no change: HTTP takes it off.
  const twins: Twin<string>[] = [
    ['emptied', ''],
    ['without its last character', text.slice(0, -1)],
    ['without its first character', text.slice(1)],
    ['with another last character', text.slice(0, -1) + last],
    ['padded with =', `${text}=`],
    ['with a zero before it', `0${text}`],
    ['with its first half only', text.slice(0, middle)],
    ['with its digest said twice', text.replace(HEX_DIGEST, '$&$&').replace(BASE64_DIGEST, '$&$&')],
    ['with a letter of Latin-1', text.replace(/[a-z0-9]/i, 'é')],
    ['with a space in it', `${text.slice(0, middle)} ${text.slice(middle)}`],
    ['with a tab in it', `${text.slice(0, middle)}\t${text.slice(middle)}`],
    ['in quotes', `"${text}"`],
    ['without what stands before it', text.replace(/^[A-Za-z0-9]+[=, ]/, '')],
    ['with capitals before it', text.replace(/^[a-z0-9]+[=, ]/, (prefix) => prefix.toUpperCase())],
  ]
  const loose = text.replace(BASE64_DIGEST, withUnusedBits)
  if (loose !== text) twins.push(['with bits set that base64 does not use', loose])
  const hex = text.replace(HEX_DIGEST, (digest) => recode(digest, 'hex', 'base64'))
  const base64 = text.replace(BASE64_DIGEST, (digest) => recode(digest, 'base64', 'hex'))
  if (hex !== text) twins.push(['with base64 for hex', hex])
  if (base64 !== text) twins.push(['with hex for base64', base64])
  return twins.filter(([, twin]) => twin !== text)
}

/** Another text that lenient decoders read as the same 32 bytes. */
function withUnusedBits(digest: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const last = alphabet.indexOf(digest.charAt(42))
  return `${digest.slice(0, 42)}${alphabet.charAt(last ^ 1)}=`
}

function recode(text: string, from: 'hex' | 'base64', to: 'hex' | 'base64'): string {
  const bytes = decode(text, from)
  return bytes === null ? text : encode(bytes, to)
}

function swapCase(text: string): string {
  return text.replaceAll(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
}

/** JSON that means the same and is spelt otherwise, as it leaves a program that parsed it. */
function reserialised(body: Bytes): Twin<Bytes>[] {
  const text = textOf(body) ?? ''
  if (!/^[[{]/.test(text)) return []
  const value: unknown = JSON.parse(text)
  return [JSON.stringify(value), JSON.stringify(value, null, 2), JSON.stringify(value, null, '\t')]
    .filter((other) => other !== text)
    .map((other) => ['parsed and written again', utf8(other)])
}
