/** The hook's secret as a member of the body, for senders that can set nothing else. */

import { type Bytes, textOf, utf8 } from '../lib/bytes.ts'
import { readJson } from '../lib/decode.ts'
import { reject, type Scheme, VERIFIED } from './scheme.ts'
import { isOneOf, newSecret, refuseSecret } from './secret.ts'

const FORM = /^application\/x-www-form-urlencoded(?:;|$)/i
const MAX_LENGTH = 2048

/**
 * Here the body must be read before it is verified; nothing but that one member is looked at. Nothing is signed either,
 * so a person who has seen one body can send any other. The source leaves the member out of its fields.
 */
export function bodySecret({ member }: { readonly member: string }): Scheme {
  const scheme: Scheme = {
    title: `The secret as ${member} in the body`,
    refuseSecret: (secret) => refuseSecret(secret),
    newSecret: () => newSecret(),

    async verify({ headers, body }, secrets) {
      const shown = memberOf(body, isForm(headers), member)
      if (shown === undefined) return reject('missing')
      if (typeof shown !== 'string' || shown.length > MAX_LENGTH) return reject('malformed')
      const usable = secrets.filter((secret) => scheme.refuseSecret(secret) === null)
      return (await isOneOf(shown, usable)) ? VERIFIED : reject('mismatch')
    },

    async sign({ headers, body }, secret) {
      const text = textOf(body) ?? ''
      const signed = isForm(headers) ? inForm(text, member, secret) : inJson(text, member, secret)
      return { headers: {}, body: utf8(signed) }
    },
  }
  return scheme
}

function isForm(headers: Headers): boolean {
  return FORM.test(headers.get('content-type') ?? '')
}

/** Undefined where the body has no such member, or cannot be read at all. */
function memberOf(body: Bytes, form: boolean, member: string): unknown {
  const text = textOf(body)
  if (text === null) return undefined
  if (form) {
    const [only, ...others] = new URLSearchParams(text).getAll(member)
    // Said twice, it could be checked here as one thing and read elsewhere as another.
    return others.length === 0 ? only : null
  }
  return Object.getOwnPropertyDescriptor(Object(readJson(text)), member)?.value
}

function inForm(form: string, member: string, secret: string): string {
  const parts = new URLSearchParams(form)
  parts.set(member, secret)
  return parts.toString()
}

/** Put in as text: numbers too large for JavaScript would not survive being parsed and written again. */
function inJson(json: string, member: string, secret: string): string {
  const value: unknown = JSON.parse(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('The body has no members')
  }
  const end = json.lastIndexOf('}')
  const before = json.slice(0, end)
  const comma = /\{\s*$/.test(before) ? '' : ','
  return `${before}${comma}${JSON.stringify(member)}:${JSON.stringify(secret)}${json.slice(end)}`
}
