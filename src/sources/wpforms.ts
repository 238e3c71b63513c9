/** WPForms: what the addon Webhooks sends of a WordPress form, under the names its author gave. */

import { textOf, utf8 } from '../lib/bytes.ts'
import { hmac } from '../schemes/hmac.ts'
import type { Incoming, Scheme } from '../schemes/scheme.ts'
import { answer, answers, jsonObject } from './shared/payload.ts'
import { jsonOfQuery } from './shared/php-query.ts'
import { CONSENT_BY_TEXT, sampleAnswers } from './shared/sample.ts'
import { defineSource, type FormValue } from './source.ts'

const FORM = /^application\/x-www-form-urlencoded(?:;|$)/i
/** Stands between several ticked choices, and between the lines of an address. */
const BETWEEN_CHOICES = '||'
/** A date's second, which is an integer in the JSON that is signed. */
const DATE_IN_SECONDS = /\[unix\]$/
/** What stands for the whole date: `joined[value]`, beside `joined[unix]`. */
const DATE = /\[value\]$/

// `v`, where Stripe and those after it have `v1`.
const ofJson = hmac({
  header: 'X-WPForms-Webhook-Signature',
  encoding: 'hex',
  timestamp: { pair: 't', signature: 'v' },
})

/** In the format FORM not the body is signed but the JSON that WordPress would have sent instead. */
const scheme: Scheme = {
  ...ofJson,
  verify: (incoming, secrets, toleranceSeconds) => {
    const body = signedBody(incoming)
    // A form that PHP did not write has no JSON to be signed: it is refused like any other unsigned one.
    if (body === null) return ofJson.verify(incoming, [], toleranceSeconds)
    return ofJson.verify({ ...incoming, body }, secrets, toleranceSeconds)
  },
  sign: async (outgoing, secret) => {
    const body = signedBody(outgoing)
    if (body === null) throw new TypeError('The form is not spelt as PHP spells it')
    return ofJson.sign({ ...outgoing, body }, secret)
  },
}

export const wpforms = defineSource({
  name: 'wpforms',
  title: 'WPForms',
  kind: 'form',
  scheme,
  accepts: ['json', 'form'],
  payload: jsonObject,
  // Nothing in it is an id, and nothing is ever sent twice.
  submissions: (body) => [
    {
      id: null,
      fields: answers(
        Object.entries(body).map(([name, value]) => [name.replace(DATE, ''), readAnswer(value)]),
      ),
    },
  ],
  sample: ({ fields, id }) => ({
    body: JSON.stringify({ ...Object.fromEntries(sampleAnswers(fields)), entry_id: id }),
    contentType: 'application/json; charset=utf-8',
    headers: { 'X-WPForms-Webhook-Id': '1' },
  }),
  setup: [
    'The addon Webhooks comes with WPForms Pro. In the form builder open Settings, then Webhooks, and switch “Enable Webhooks” on.',
    'Paste {url} as the Request URL and the value of {secret} as the Secret.',
    'Choose POST as the Request Method (a new webhook has GET, which Usher refuses) and JSON as the Request Format.',
    'Under Request Body name each parameter (phone, whatsapp_ok, group …) and choose the field behind it: the hook reads answers by these names. Letters, digits, dot, dash and underscore survive; all else is dropped from a name.',
    'Add one more parameter entry_id with the custom value {entry_id}, so that two people whose answers are equal are told apart.',
    CONSENT_BY_TEXT,
  ],
  docs: 'https://wpforms.com/addons/webhooks-addon/',
  fails: [
    'WPForms sends in the background, waits 60 seconds and never tries again.',
    'An answer of any status counts as delivered; only a connection that fails is put into the log of WPForms.',
    'It follows no redirect.',
  ],
  unconfirmed: [
    'Whether a “smart” phone field sends its number with a country code: give the hook its country.',
    'In the format FORM, whether a date’s seconds are signed as a number, as they are written in the addon’s source.',
    'Whether the addon’s own page agrees with its source, which was read while the page could not be.',
  ],
})

function signedBody({ headers, body }: Pick<Incoming, 'headers' | 'body'>) {
  if (!FORM.test(headers.get('content-type') ?? '')) return body
  const text = textOf(body) ?? ''
  const json = jsonOfQuery(text, DATE_IN_SECONDS)
  // Longer by a byte order mark, which is no part of the text.
  return json === null || utf8(text).length !== body.length ? null : utf8(json)
}

function readAnswer(value: unknown): FormValue {
  if (typeof value === 'string' && value.includes(BETWEEN_CHOICES)) {
    return answer(value.split(BETWEEN_CHOICES).map((choice) => choice.trim()))
  }
  if (typeof value === 'object' && value !== null && 'value' in value) return answer(value.value)
  return answer(value)
}
