/** Netlify Forms: one event for each submission of a form on a site that Netlify serves. */

import * as v from 'valibot'
import {
  type Bytes,
  decode,
  digest,
  encode,
  hmacSign,
  hmacVerify,
  textOf,
  utf8,
} from '../lib/bytes.ts'
import { readJson } from '../lib/decode.ts'
import { reject, type Scheme, VERIFIED } from '../schemes/scheme.ts'
import { newSecret, refuseSecret } from '../schemes/secret.ts'
import { answer, answers, jsonObject, listOf, membersOf, skipped } from './shared/payload.ts'
import { CONSENT_BY_TEXT, jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

const HEADER = 'X-Webhook-Signature'
const ISSUER = 'netlify'
const MAX_LENGTH = 2048
const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/** One algorithm only: were it the token's to choose, it could choose none. */
const protectedHeader = v.object({ alg: v.literal('HS256') })
/** No time is among the claims, so that a repeat of the same body is told by its id alone. */
const claims = v.object({
  iss: v.literal(ISSUER),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i), v.toLowerCase()),
})

/** https://docs.netlify.com/site-deploys/notifications/#payload-signature, and RFC 7515 for the token itself. */
const scheme: Scheme = {
  title: `JSON Web Signature (HS256) with the body's SHA-256 in ${HEADER}`,
  refuseSecret: (secret) => refuseSecret(secret),
  newSecret: () => newSecret(),

  async verify({ headers, body }, secrets) {
    const token = headers.get(HEADER)
    if (token === null) return reject('missing')
    const shown = token.length > MAX_LENGTH ? null : readToken(token)
    if (shown === null) return reject('malformed')
    let matched = false
    for (const secret of secrets) {
      if (refuseSecret(secret) !== null) continue
      // No early exit: the time taken must not tell which secret was the right one.
      if (await hmacVerify('SHA-256', utf8(secret), shown.mac, shown.message)) matched = true
    }
    // The digest is no secret: the signature shows it.
    const same = shown.sha256 === encode(await digest('SHA-256', body), 'hex')
    return matched && same ? VERIFIED : reject('mismatch')
  },

  async sign({ body }, secret) {
    const sha256 = encode(await digest('SHA-256', body), 'hex')
    const parts = [
      { alg: 'HS256', typ: 'JWT' },
      { iss: ISSUER, sha256 },
    ]
    const text = parts.map((part) => base64Url(utf8(JSON.stringify(part)))).join('.')
    const mac = await hmacSign('SHA-256', utf8(secret), utf8(text))
    return { headers: { [HEADER]: `${text}.${base64Url(mac)}` } }
  },
}

interface NetlifyToken {
  readonly message: Bytes
  readonly mac: Bytes
  readonly sha256: string
}

function readToken(token: string): NetlifyToken | null {
  const [, header = '', payload = '', signature = ''] = COMPACT.exec(token) ?? []
  const mac = bytesOf(signature)
  if (mac === null || !v.is(protectedHeader, jsonOf(header))) return null
  const read = v.safeParse(claims, jsonOf(payload))
  if (!read.success) return null
  return { message: utf8(`${header}.${payload}`), mac, sha256: read.output.sha256 }
}

function jsonOf(part: string): unknown {
  const bytes = bytesOf(part)
  return bytes === null ? undefined : readJson(textOf(bytes) ?? '')
}

function base64Url(bytes: Bytes): string {
  return encode(bytes, 'base64').replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Strict, as base64 is: without padding, and in the one spelling that such bytes have. */
function bytesOf(text: string): Bytes | null {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
  return decode(base64.padEnd(Math.ceil(base64.length / 4) * 4, '='), 'base64')
}

const submission = v.object({
  id: v.pipe(v.string(), v.nonEmpty()),
  data: jsonObject,
  ordered_human_fields: listOf({
    title: v.nullish(v.string(), ''),
    value: v.optional(v.unknown()),
  }),
})

/** As functions get it, also where they send it on. */
const wrapped = v.pipe(
  v.object({ payload: submission }),
  v.transform(({ payload }) => payload),
)

/** The same settings offer webhooks for deploys, which are no submissions. */
const deploy = v.object({ site_id: v.string(), build_id: v.nullable(v.string()) })

export const netlify = defineSource({
  name: 'netlify',
  title: 'Netlify Forms',
  kind: 'form',
  scheme,
  payload: v.union([submission, wrapped, deploy]),
  submissions: (event) => {
    if (!('data' in event)) return [skipped('a deploy is no submission')]
    const { id, data, ordered_human_fields: labelled } = event
    // Beside the inputs `data` has ip, user_agent and referrer.
    const byLabel = labelled.map(({ title, value }) => [title, answer(value)] as const)
    return [{ id, fields: answers(membersOf(data), byLabel) }]
  },
  sample: ({ fields, id, now }) => {
    const asked = sampleAnswers(fields)
    const given = Object.fromEntries(asked)
    return jsonBody({
      id,
      number: 7,
      form_id: '650000000000000000000011',
      form_name: 'join',
      site_url: 'https://example.netlify.app',
      created_at: new Date(now).toISOString(),
      name: given.name,
      email: given.email ?? null,
      data: {
        ...given,
        ip: '203.0.113.9',
        user_agent: 'Mozilla/5.0',
        referrer: 'https://example.netlify.app/join',
      },
      human_fields: given,
      ordered_human_fields: asked.map(([name, value]) => ({ title: name, name, value })),
    })
  },
  setup: [
    'In Netlify open the project’s Forms, then Form notifications, and add an HTTP POST request for the event “New form submission”, for this one form.',
    'Paste {url} as the URL to notify.',
    'Paste the value of {secret} as the JWS secret token. Without it Netlify does not sign, and nothing gets in.',
    'The hook reads answers by the name of the input on the page: <input name="phone"> is phone. Hidden inputs come along.',
    'A ticked box sends “on”, unless its input has a value. A phone comes as it was typed: give the hook its country.',
    CONSENT_BY_TEXT,
  ],
  docs: 'https://docs.netlify.com/site-deploys/notifications/#payload-signature',
  fails: [
    'Netlify can switch a notification off that keeps failing; its API switches it on again, and so does making it anew.',
    'Every submission stays in the list Forms, from which what was missed can be entered by hand.',
  ],
  unconfirmed: [
    'How long Netlify waits for an answer, whether it tries again, and after how many failures it switches a notification off.',
    'Whether several ticked boxes of one name come as a list.',
    'How the signature is made: receivers that work agree with each other and quote the vendor, whose own page could not be read.',
  ],
})
