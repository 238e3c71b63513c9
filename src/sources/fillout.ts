/** Fillout: one event for each submission of a form. */

import * as v from 'valibot'
import { token } from '../schemes/token.ts'
import { answer, answers, type NamedAnswer } from './shared/payload.ts'
import { CONSENT_BY_TEXT, jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

const named = v.object({
  id: v.nullish(v.string(), ''),
  name: v.nullish(v.string(), ''),
  value: v.optional(v.unknown()),
})
const list = v.nullish(v.array(named), [])

const submission = v.object({
  submissionId: v.pipe(v.string(), v.nonEmpty()),
  lastUpdatedAt: v.nullish(v.string(), ''),
  questions: v.array(named),
  calculations: list,
  urlParameters: list,
})
const wrapped = v.object({ submission })
/** Webhooks made through the API are documented to send the submission itself. */
const bare = v.pipe(
  submission,
  v.transform((one) => ({ submission: one })),
)

export const fillout = defineSource({
  name: 'fillout',
  title: 'Fillout',
  kind: 'form',
  // It signs nothing, and sets any header.
  scheme: token,
  payload: v.lazy((body) => (v.is(v.object({ submissionId: v.string() }), body) ? bare : wrapped)),
  submissions: ({ submission: { submissionId, lastUpdatedAt, ...lists } }) => [
    {
      // With its time: a person who edits their submission keeps its id, and may have agreed only now.
      id: `${submissionId} ${lastUpdatedAt}`.trim(),
      fields: fieldsOf(lists),
    },
  ],
  sample: ({ fields, id, now }) => {
    const time = new Date(now).toISOString()
    return jsonBody({
      formId: 'foRm1',
      formName: 'Join',
      submission: {
        submissionId: id,
        submissionTime: time,
        lastUpdatedAt: time,
        questions: sampleAnswers(fields).map(([name, value], at) => ({
          id: `q${at + 1}`,
          name,
          type: /^\+[\d ]+$/.test(value) ? 'PhoneNumber' : 'ShortAnswer',
          value,
        })),
        calculations: [],
        urlParameters: [],
        scheduling: [],
        payments: [],
        quiz: {},
        documents: [],
      },
    })
  },
  setup: [
    'In Fillout open the form, choose Integrate at the top, then Webhook.',
    'Switch the integration from Simple to Advanced, leave the method at POST, and paste {url} as the webhook URL.',
    'Add a header with the name x-usher-secret and, as its value, the value of {secret}. Leave the body as it is.',
    'Finish the setup and publish the form. “Test” shows whether it arrives.',
    'The hook reads answers by the question’s name in the form, URL parameters and calculations by theirs, and every question by its id as well.',
    CONSENT_BY_TEXT,
  ],
  docs: 'https://fillout.com/help/webhook',
  unconfirmed: [
    'How long Fillout waits for an answer, and whether it tries again.',
    'Whether the Advanced view sends the same body as the Simple one: what it sends must have the submission with its submissionId and questions.',
    'Whether a submission that is edited later comes again with a new lastUpdatedAt. If it does, it counts as an event of its own; people who are in the group already are not added twice.',
    'What “Test” sends: what it asks to add would be added.',
    'What a question with several answers and a checkbox send: a list and a yes or no are expected, and a text is read too.',
  ],
})

type Lists = Pick<v.InferOutput<typeof submission>, 'questions' | 'calculations' | 'urlParameters'>

function fieldsOf({ questions, calculations, urlParameters }: Lists) {
  const others = [...urlParameters, ...calculations]
  return answers(by('id', questions), by('name', others), by('name', questions), by('id', others))
}

function by(key: 'id' | 'name', all: readonly v.InferOutput<typeof named>[]): NamedAnswer[] {
  return all.map((one) => [one[key], answer(one.value)])
}
