/** SurveyMonkey: says that a survey was completed; what they answered is read from its API. */

import * as v from 'valibot'
import { valueAt } from '../lib/decode.ts'
import { hmac } from '../schemes/hmac.ts'
import type { Scheme } from '../schemes/scheme.ts'
import { newSecret } from '../schemes/secret.ts'
import { askVendor } from './shared/ask-vendor.ts'
import {
  answer,
  answerHead,
  answers,
  listOf,
  membersOf,
  type NamedAnswer,
  numberId,
  onlyEvent,
  optionalText,
  skipped,
} from './shared/payload.ts'
import { CONSENT_BY_TEXT, serial } from './shared/sample.ts'
import { defineSource, type FormValue } from './source.ts'

const EVENT = 'response_completed'
/** Accounts of SurveyMonkey's other data centres have hosts of their own, at which this one's token means nothing. */
const API = 'https://api.surveymonkey.com/v3'
const PAIR = /^[^\s&]+&[^\s&]+$/

const completed = v.object({
  object_id: numberId,
  filter_type: optionalText,
  filter_id: v.nullish(numberId, null),
  resources: v.nullish(
    v.object({ survey_id: v.nullish(numberId), collector_id: v.nullish(numberId) }),
    {},
  ),
})

/** Where a response is found. */
const place = v.object({
  response_id: numberId,
  survey_id: v.nullish(numberId, null),
  collector_id: v.nullish(numberId, null),
})

const question = v.object({
  id: numberId,
  heading: v.nullish(v.string(), ''),
  answers: listOf({ row_id: optionalText, text: optionalText, simple_text: optionalText }),
})

/** A response with `simple`, which adds headings and texts to the ids. */
const details = v.object({
  /** The contact who was invited: each member is `{ type, value }`. */
  metadata: v.nullish(v.object({ contact: v.nullish(v.record(v.string(), v.unknown()), {}) }), {}),
  custom_variables: v.nullish(v.record(v.string(), v.unknown()), {}),
  pages: listOf({ questions: v.nullish(v.array(question), []) }),
})

const ofPair = hmac({ header: 'Sm-Signature', encoding: 'base64', hash: 'SHA-1' })

const scheme: Scheme = {
  ...ofPair,
  refuseSecret: (secret) =>
    ofPair.refuseSecret(secret) ??
    (PAIR.test(secret) ? null : 'is not the client id, an ampersand and the client secret'),
  newSecret: () => `${newSecret()}&${newSecret()}`,
}

export const surveyMonkey = defineSource({
  name: 'surveyMonkey',
  title: 'SurveyMonkey',
  kind: 'form',
  scheme,
  payload: onlyEvent('event_type', EVENT, completed),
  submissions: (event) => {
    if ('other' in event) return [skipped(`${event.other} adds no person`)]
    const { object_id: response_id, filter_type, filter_id, resources } = event.ours
    const survey_id = resources.survey_id ?? (filter_type === 'survey' ? filter_id : null)
    const collector_id = resources.collector_id ?? (filter_type === 'collector' ? filter_id : null)
    // Not `event_id`: a survey and its collector may both announce one response.
    return [{ id: response_id, fields: { response_id, survey_id, collector_id } }]
  },
  // A webhook is only made for a URL that answers HEAD with 200.
  handshake: answerHead,
  lookUp: async (fields, tools) => {
    // Of its own result, too, nothing but the ids.
    const ids = v.safeParse(place, fields)
    const path = ids.success ? pathOf(ids.output) : null
    if (!ids.success || path === null) {
      return { ok: false, message: 'SurveyMonkey named neither a survey nor a collector.' }
    }
    const url = `${API}/${path}/details?simple=true`
    const found = await askVendor(tools, {
      title: 'SurveyMonkey',
      url,
      what: 'a response',
      shape: details,
    })
    if (!found.ok) return found
    return { ok: true, fields: answers(membersOf(ids.output), answersOf(found.value)) }
  },
  sample: ({ id, now }) => ({
    body: JSON.stringify({
      name: 'Usher',
      filter_type: 'survey',
      filter_id: '105724755',
      event_type: EVENT,
      event_id: String(serial(`event of ${id}`)),
      object_type: 'response',
      object_id: String(serial(id)),
      event_datetime: new Date(now).toISOString().replace('Z', '000+00:00'),
      resources: { respondent_id: '0', survey_id: '105724755', collector_id: '50253690' },
    }),
    contentType: `application/vnd.surveymonkey.${EVENT}.v1+json`,
  }),
  setup: [
    'SurveyMonkey makes webhooks only through its API. At developer.surveymonkey.com make a private app and, in its settings, give it the scopes to view responses and their details and to create webhooks.',
    'From its settings take the client id and the secret, and store them as {secret} in one line: the client id, an ampersand (&), the secret.',
    'A webhook says only who answered, not what. So that Usher may read the answers, store the app’s access token as {apiToken}. Until then every response is held, and “map again” reads it later.',
    'Deploy Usher before you go on: SurveyMonkey knocks at {url} and wants 200.',
    'Make the webhook: curl -X POST https://api.surveymonkey.com/v3/webhooks -H "Authorization: Bearer ACCESS_TOKEN" -H "Content-Type: application/json" -d \'{"name":"Usher","event_type":"response_completed","object_type":"survey","object_ids":["SURVEY_ID"],"subscription_url":"{url}"}\'.',
    'Ask for the number in a question of one text box. The hook reads answers by the question’s text or its id, one box of several by both ids (319352786.3057839051), and custom variables by their name. Of a contact who was invited it also reads phone_number, first_name, last_name and email.',
    CONSENT_BY_TEXT,
  ],
  example: `hook({
  source: surveyMonkey,
  consent: { field: 'May we add you to the WhatsApp group?' },
  fields: v.object({ 'Your WhatsApp number': phone('IN') }),
  invite: ({ 'Your WhatsApp number': phone }) => ({
    groupName: 'Webinar May',
    contacts: [phone],
    create: true,
  }),
})`,
  docs: 'https://api.surveymonkey.com/v3/docs',
  fails: [
    'How SurveyMonkey takes a failure, and whether it tries again, is not known.',
    'If its API does not give the answers within 5 seconds, the response is held; “map again” reads them once more.',
  ],
  phoneless:
    'The body names the response only. Usher reads the answers from SurveyMonkey’s API with an access token of yours.',
  unconfirmed: [
    'How long SurveyMonkey waits for an answer, and whether it tries again.',
    'How the text of a choice is written where `simple` is asked for: it is taken as it comes from `simple_text`.',
    'Accounts in the data centres of the European Union and Canada, whose API has another host, are not served.',
    'Where the number of a contact stands who was invited by text message: metadata.contact.phone_number is read.',
    'How many requests a day the app may make: one is made for each response.',
  ],
})

function pathOf({ response_id, survey_id, collector_id }: v.InferOutput<typeof place>) {
  if (survey_id !== null) return `surveys/${survey_id}/responses/${response_id}`
  return collector_id === null ? null : `collectors/${collector_id}/responses/${response_id}`
}

function answersOf(response: v.InferOutput<typeof details>): NamedAnswer[] {
  const { custom_variables, pages, metadata } = response
  const questions = pages.flatMap(({ questions }) => questions)
  return [
    ...membersOf(custom_variables),
    ...questions.map((one): NamedAnswer => [one.id, answered(one)]),
    ...questions.flatMap(rowsOf),
    ...questions.map((one): NamedAnswer => [one.heading, answered(one)]),
    ...Object.entries(metadata.contact).map(
      ([name, one]): NamedAnswer => [name, answer(valueAt(one, 'value') ?? one)],
    ),
  ]
}

/** One text, or a list where several were ticked or written. */
function answered({ answers: given }: v.InferOutput<typeof question>): FormValue {
  const texts = given.flatMap(({ text, simple_text }) => text ?? simple_text ?? [])
  return answer(texts.length === 1 ? texts[0] : texts)
}

/** The boxes of a question that has several, such as name and number. */
function rowsOf({ id, answers: given }: v.InferOutput<typeof question>): NamedAnswer[] {
  return given.flatMap(({ row_id, text }): NamedAnswer[] =>
    row_id == null || text == null ? [] : [[`${id}.${row_id}`, text]],
  )
}
