/** Typeform: one event for each completed form. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { answer, answers, listOf, membersOf, onlyEvent, skipped } from './shared/payload.ts'
import { jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource, type FormValue } from './source.ts'

const EVENT = 'form_response'

/** Bold and italic words in a title, which its author sees without them: `Your *phone*`. */
const MARKS =
  /(?<![\p{L}\p{N}])[*_]{1,3}(?=[\p{L}\p{N}])|(?<=[\p{L}\p{N}?!.:)])[*_]{1,3}(?![\p{L}\p{N}])/gu

const given = v.looseObject({
  type: v.string(),
  field: v.object({ id: v.nullish(v.string(), ''), ref: v.nullish(v.string(), '') }),
})

const choice = v.object({ label: v.nullish(v.string()), other: v.nullish(v.string()) })
const choices = v.object({ labels: v.nullish(v.array(v.string())), other: v.nullish(v.string()) })

const oneChoice = v.strictTuple([v.unknown()])

const response = v.object({
  form_response: v.object({
    token: v.pipe(v.string(), v.nonEmpty()),
    hidden: v.nullish(v.record(v.string(), v.unknown()), {}),
    variables: v.nullish(v.array(v.looseObject({ key: v.string(), type: v.string() })), []),
    definition: v.nullish(
      v.object({
        fields: listOf({
          id: v.string(),
          title: v.nullish(v.string(), ''),
          choices: v.optional(v.unknown()),
          allow_other_choice: v.optional(v.unknown()),
        }),
      }),
      { fields: [] },
    ),
    // A question left open is not in the list.
    answers: v.nullish(v.array(given), []),
  }),
})

export const typeform = defineSource({
  name: 'typeform',
  title: 'Typeform',
  kind: 'form',
  scheme: hmac({ header: 'Typeform-Signature', prefix: 'sha256=', encoding: 'base64' }),
  payload: onlyEvent('event_type', EVENT, response),
  submissions: (event) => {
    if ('other' in event) return [skipped(`${event.other} is not a completed form`)]
    // Not `event_id`: no page says that a retry keeps it, while the token is the response's own.
    return [{ id: event.ours.form_response.token, fields: fieldsOf(event.ours) }]
  },
  sample: ({ fields, id, now }) => {
    const asked = sampleAnswers(fields).map(([name, value], at) => ({
      field: { id: `field${at + 1}`, ref: name, title: name, type: questionType(value) },
      value,
    }))
    const time = new Date(now).toISOString()
    return jsonBody({
      event_id: `event-${id}`,
      event_type: EVENT,
      form_response: {
        form_id: 'aBcD12',
        token: id,
        landed_at: time,
        submitted_at: time,
        definition: { id: 'aBcD12', title: 'Join', fields: asked.map(({ field }) => field) },
        answers: asked.map(({ field: { title: _, ...field }, value }) =>
          sampleAnswer(field, value),
        ),
      },
    })
  },
  setup: [
    'In Typeform open the form, then Connect, then Webhooks, and choose “Add a webhook”.',
    'Paste {url} as the endpoint.',
    'Edit the webhook, paste the value of {secret} as its secret, and leave SSL verification on.',
    'Switch the webhook on: a new one is off. “Send test request” shows whether it arrives.',
    'Give every question a short reference (phone, consent …) in its settings: the hook reads answers by it, or by the question’s text.',
    'For consent use a Legal or a Yes/No question: it comes as a yes or no. A choice is a yes only as a plain “Yes” or “I agree”, or where the hook names its text in accept.',
  ],
  fails: [
    'Typeform waits 30 seconds.',
    'After 429 or 503, as when Usher is in trouble, it tries again every two or three minutes for ten hours; after other errors a few times, ever more seldom.',
    'After 404 or 410 it switches the webhook off at once: rename a hook only after you have changed its URL in Typeform.',
  ],
  docs: 'https://www.typeform.com/developers/webhooks/',
  unconfirmed: [
    'What “Send test request” sends: what it asks to add would be added.',
    'Whether event_id stays the same over retries, which is why the response’s token serves as the id.',
    'Whether a contact-info group arrives as separate answers.',
    'Where exactly the secret is entered: the vendor’s own page describes only the API, PUT /forms/{form_id}/webhooks/{tag}.',
  ],
})

function fieldsOf({ form_response: { answers: all, ...form } }: v.InferOutput<typeof response>) {
  const questions = new Map(form.definition.fields.map((one) => [one.id, one]))
  const values = all.map((one) => {
    const { title = '', choices, allow_other_choice } = questions.get(one.field.id) ?? {}
    const isBox = v.is(oneChoice, choices) && allow_other_choice !== true
    return { ...one.field, title, value: readAnswer(one, isBox) }
  })
  return answers(
    values.map(({ ref, value }) => [ref, value]),
    membersOf(form.hidden),
    form.variables.map((one) => [one.key, answer(one[one.type])]),
    values.map(({ id, value }) => [id, value]),
    values.map(({ title, value }) => [title, value]),
    values.map(({ title, value }) => [title.replaceAll(MARKS, ''), value]),
  )
}

/** An answer is `{ type, [type]: value }`. A question with one choice is a box. */
function readAnswer(one: v.InferOutput<typeof given>, isBox: boolean): FormValue {
  const value = one[one.type]
  if (isBox && one.type === 'choices' && v.is(choices, value)) return value.labels?.length === 1
  if (one.type === 'choice' && v.is(choice, value)) return value.label ?? value.other ?? null
  if (one.type === 'choices' && v.is(choices, value)) {
    return [...(value.labels ?? []), ...(value.other == null ? [] : [value.other])]
  }
  return answer(value)
}

function questionType(value: string): string {
  if (value === 'true' || value === 'false') return 'legal'
  if (/^\+[\d ]+$/.test(value)) return 'phone_number'
  return value.includes('@') ? 'email' : 'short_text'
}

function sampleAnswer(field: { readonly type: string }, value: string) {
  if (field.type === 'legal') return { type: 'boolean', boolean: value === 'true', field }
  if (field.type === 'phone_number') return { type: 'phone_number', phone_number: value, field }
  if (field.type === 'email') return { type: 'email', email: value, field }
  return { type: 'text', text: value, field }
}
