/** Any program that can send JSON, and a header or a URL of its own. */

import { type TokenPlaces, tokenIn } from '../schemes/token.ts'
import { type JsonObject, oneJsonObject } from './shared/payload.ts'
import { jsonBody, type SampleInput, sampleInvite } from './shared/sample.ts'
import { defineSource, type Source } from './source.ts'

/** RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** These say something else. */
const TAKEN = ['authorization', 'content-type', 'content-length', 'host', 'idempotency-key']

/** The steps after the secret, alike for every program. */
export const bodySteps: readonly string[] = [
  'Send a JSON object such as {"groupName":"Webinar May","contacts":["919800000001"],"create":true}, or any members that the hook’s `fields` reads.',
  'To be safe when a step runs twice, add a header Idempotency-Key with what is unique to the event, such as the run’s or the row’s id. Without it two equal bodies count as one.',
  'If a field is wrong the answer is 422 and names it.',
]

export const json = defineSource(described({}))

export interface JsonOptions {
  /** The header in which the program shows the hook's secret, such as `x-api-key`. */
  readonly tokenHeader: string
}

/** `json` for a program that can set no header but one of this name. A mistake in the options is a TypeError. */
export function jsonWith({ tokenHeader }: JsonOptions): Source<JsonObject> {
  const name: unknown = tokenHeader
  if (typeof name !== 'string' || !HEADER_NAME.test(name)) {
    throw new TypeError('jsonWith: tokenHeader must be a name such as x-api-key')
  }
  if (TAKEN.includes(name.toLowerCase())) {
    throw new TypeError(`jsonWith: tokenHeader cannot be ${name}, which says something else`)
  }
  return defineSource(described({ header: name }))
}

function described({ header }: TokenPlaces) {
  const [name, value] =
    header === undefined
      ? ['named Authorization', '“Bearer ”, one space, and the value of {secret}']
      : [`named ${header}`, 'of {secret}']
  return {
    name: 'json',
    title: 'JSON',
    kind: 'automation' as const,
    scheme: tokenIn({ ...(header === undefined ? {} : { header }), inUrl: true }),
    // Zapier's “POST” action sends a form unless told otherwise.
    accepts: ['json', 'form'] as const,
    payload: oneJsonObject,
    // No member is known to be an id: callers that have one send Idempotency-Key.
    submissions: (fields: JsonObject) => [{ id: null, fields }],
    readsAnswer: true,
    speaksInvite: true,
    sample: ({ fields, id }: SampleInput) =>
      jsonBody(sampleInvite(fields, id), { 'idempotency-key': id }),
    setup: [
      'In your program send the method POST to {url}. For Zapier, Make, n8n and Pabbly there are sources of those names, with their own steps.',
      `Add a header ${name} with the value ${value}.`,
      'Where only your own header can be set, x-usher-secret takes the bare value; for a header of another name the hook has source: jsonWith({ tokenHeader: "x-api-key" }).',
      'Where nothing but a URL can be set, paste {url} with a slash and the value of {secret} at its end. Anyone who knows that URL can send, so keep it to yourself.',
      ...bodySteps,
    ],
    fails: [
      'Your own program decides whether to try again: on 503, after the seconds in Retry-After, and with the same Idempotency-Key.',
    ],
    example: exampleOf(header === undefined ? 'json' : `jsonWith({ tokenHeader: '${header}' })`),
    docs: 'https://www.rfc-editor.org/rfc/rfc8259',
  }
}

/** The hook that a user of such a program would begin with. */
export function exampleOf(source: string): string {
  return `hook({
  source: ${source},
  country: 'IN',
  consent: { attested: 'Our own lists; all people on them agreed to join' },
})`
}
