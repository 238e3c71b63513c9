/** A signature that is itself a member of a form, over the values of other members. */

import { type Bytes, decode, encode, textOf, utf8 } from '../lib/bytes.ts'
import { MIN_SECRET_LENGTH, reject, type Scheme, VERIFIED } from './scheme.ts'
import { isOneOf, newSecret, refuseSecret } from './secret.ts'

/** The decoded members of a form, each of which it names once. */
export type SignedForm = ReadonlyMap<string, string>

export interface FormSignatureOptions {
  readonly title: string
  /** The member that holds the signature, in hex. */
  readonly member: string
  /** Bytes of a signature. */
  readonly length: number
  /** The signature of a form; the member that holds it is not in it. */
  readonly signature: (form: SignedForm, secret: string) => Promise<Bytes>
  /** For senders who make short secrets themselves. */
  readonly minSecretLength?: number
}

/**
 * Values are signed after they were decoded, and names at best by their order: what no signature covers, the source must
 * say. The member with the signature is left out of its fields.
 */
export function formSignature(options: FormSignatureOptions): Scheme {
  const { title, member, length, signature, minSecretLength = MIN_SECRET_LENGTH } = options
  const scheme: Scheme = {
    title,
    refuseSecret: (secret) => refuseSecret(secret, 'text', minSecretLength),
    newSecret: () => newSecret(),

    async verify({ body }, secrets) {
      const form = readForm(body)
      if (form === null) return reject('malformed')
      const shown = form.get(member)
      if (shown === undefined) return reject('missing')
      const bytes = decode(shown, 'hex')
      if (bytes?.length !== length) return reject('malformed')
      form.delete(member)
      const usable = secrets.filter((secret) => scheme.refuseSecret(secret) === null)
      const right = await Promise.all(usable.map((secret) => signature(form, secret)))
      const isRight = await isOneOf(
        encode(bytes, 'hex'),
        right.map((one) => encode(one, 'hex')),
      )
      return isRight ? VERIFIED : reject('mismatch')
    },

    async sign({ body }, secret) {
      const form = readForm(body)
      if (form === null) throw new TypeError('The body is no form, or names a member twice')
      form.delete(member)
      const signed = encode(await signature(form, secret), 'hex')
      return {
        headers: {},
        body: utf8(new URLSearchParams([...form, [member, signed]]).toString()),
      }
    },
  }
  return scheme
}

/** Null where a name comes twice: it could be checked here as one thing and read elsewhere as another. */
function readForm(body: Bytes): Map<string, string> | null {
  const text = textOf(body)
  if (text === null) return null
  const pairs = [...new URLSearchParams(text)]
  const form = new Map(pairs)
  return form.size === pairs.length ? form : null
}
