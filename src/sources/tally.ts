/** Tally: one event for each submitted form. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { answer, answers, listOf, onlyEvent, optionalText, skipped } from './shared/payload.ts'
import { jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource, type FormValue } from './source.ts'

const EVENT = 'FORM_RESPONSE'
/** Questions with one answer, though it comes in a list. */
const ONE_OF_MANY: ReadonlySet<string> = new Set(['MULTIPLE_CHOICE', 'DROPDOWN'])
const BOXES = 'CHECKBOXES'

const field = v.object({
  key: v.string(),
  label: v.nullish(v.string(), ''),
  type: v.string(),
  value: v.optional(v.unknown()),
  options: listOf({ id: v.string(), text: optionalText }),
})

const response = v.object({
  data: v.object({ submissionId: v.pipe(v.string(), v.nonEmpty()), fields: v.array(field) }),
})

export const tally = defineSource({
  name: 'tally',
  title: 'Tally',
  kind: 'form',
  scheme: hmac({ header: 'Tally-Signature', encoding: 'base64' }),
  payload: onlyEvent('eventType', EVENT, response),
  submissions: (event) => {
    if ('other' in event) return [skipped(`${event.other} is not a submitted form`)]
    const { submissionId, fields } = event.ours.data
    const values = fields.map((one) => ({ ...one, value: readAnswer(one) }))
    const byKey = values.map(({ key, value }) => [key, value] as const)
    const byLabel = values.map(({ label, value }) => [label, value] as const)
    // Not `eventId`: a form with two webhooks has two events for one person's submission.
    return [{ id: submissionId, fields: answers(byKey, byLabel) }]
  },
  sample: ({ fields, id, now }) => {
    const time = new Date(now).toISOString()
    return jsonBody({
      eventId: `event-${id}`,
      eventType: EVENT,
      createdAt: time,
      data: {
        responseId: id,
        submissionId: id,
        respondentId: 'rEsPoN',
        formId: 'wFoRm1',
        formName: 'Join',
        createdAt: time,
        fields: sampleAnswers(fields).map(([label, value], at) => ({
          key: `question_${at + 1}`,
          label,
          ...sampleValue(value),
        })),
      },
    })
  },
  setup: [
    'In Tally publish the form, open its Integrations tab and connect Webhooks.',
    'Paste {url} as the endpoint URL.',
    'Switch the signing secret on and paste the value of {secret}.',
    'The hook reads answers by the question’s text, hidden fields by their name, and one box of a checkbox question as “Question (Box)”.',
    "For consent use a checkbox question with one box: ticked is a yes, whatever its text. Of several boxes name the one: consent: { field: 'Question (Box)' }. Another choice is a yes only as a plain “Yes”, or where the hook names it in accept.",
  ],
  fails: [
    'Tally waits 10 seconds.',
    'It tries again five times: after 5 minutes, 30 minutes, an hour, 6 hours and a day. Then the event is dropped.',
  ],
  docs: 'https://tally.so/help/webhooks',
  unconfirmed: [
    'Whether an empty answer is null or left out: both are read as no answer.',
    'That the signature covers the exact bytes sent: the vendor’s sample signs the parsed body written out again, which is the same as long as Tally sends compact JSON.',
  ],
})

/**
 * Choices come as ids of options. A checkbox question comes as a list and, beside it, once more for each box as true or
 * false, under `question_x_<option>` and “Question (Box)”. With one option it is a box.
 */
function readAnswer({ type, value, options }: v.InferOutput<typeof field>): FormValue {
  const [only, ...others] = options
  if (only === undefined) return answer(value)
  if (type === BOXES && others.length === 0 && Array.isArray(value)) return value.includes(only.id)
  const texts = new Map(options.map(({ id, text }) => [id, text ?? id]))
  const named = (one: unknown) => (typeof one === 'string' ? (texts.get(one) ?? one) : one)
  if (!Array.isArray(value)) return answer(named(value))
  const chosen = value.map(named)
  return ONE_OF_MANY.has(type) && chosen.length <= 1 ? answer(chosen[0]) : answer(chosen)
}

function sampleValue(value: string) {
  if (value === 'true' || value === 'false') return { type: BOXES, value: value === 'true' }
  if (/^\+[\d ]+$/.test(value)) return { type: 'INPUT_PHONE_NUMBER', value }
  return { type: value.includes('@') ? 'INPUT_EMAIL' : 'INPUT_TEXT', value }
}
