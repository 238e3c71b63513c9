/** Microsoft Forms: what a Power Automate flow sends of each response, in a body that is described here. */

import * as v from 'valibot'
import { token } from '../schemes/token.ts'
import { answer, answers, idSchema, type NamedAnswer } from './shared/payload.ts'
import { CONSENT_BY_TEXT, jsonBody, sampleAnswers, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

/** Several answers to one question come as a list written out as a text. */
const writtenList = v.pipe(v.string(), v.startsWith('['), v.parseJson(), v.array(v.string()))

const BODY = `{
  "provider": "ms_forms",
  "formId": "<any name, the same for every response of this form>",
  "responseId": "<Response Id>",
  "submittedAt": "<Submission time>",
  "name": "<your question about the name>",
  "phone": "<your question about the phone>",
  "cohort": "<your question about the group>",
  "whatsapp_ok": "<your question about consent>"
}`

export const microsoftForms = defineSource({
  name: 'microsoftForms',
  title: 'Microsoft Forms',
  kind: 'form',
  // The flow cannot sign, and sets any header.
  scheme: token,
  // Answers stand beside the id, under the names that the form's author gave them.
  visitorWritesId: true,
  payload: v.objectWithRest({ formId: idSchema, responseId: idSchema }, v.unknown()),
  submissions: ({ provider: _, formId, responseId, ...asked }) => {
    const fields = Object.entries(asked).map(([name, value]): NamedAnswer => {
      const list = v.safeParse(writtenList, value)
      return [name, answer(list.success ? list.output : value)]
    })
    // Responses are numbered from 1 in every form.
    return [{ id: `${formId}:${responseId}`, fields: answers(fields) }]
  },
  sample: ({ fields, id, now }) =>
    jsonBody({
      provider: 'ms_forms',
      formId: 'join',
      responseId: serial(id),
      submittedAt: new Date(now).toISOString(),
      ...Object.fromEntries(sampleAnswers(fields)),
    }),
  setup: [
    'Microsoft Forms sends no webhooks of its own; a flow does. In Power Automate create an automated cloud flow with the trigger “When a new response is submitted” of Microsoft Forms, and choose the form.',
    'Add the action “Get response details” of Microsoft Forms: the same form, and as Response Id the Response Id of the trigger.',
    'Add the action HTTP with the method POST and {url} as the URI.',
    'Give it two headers: Content-Type with application/json, and x-usher-secret with the value of {secret}.',
    'Paste the body shown below these steps. Replace each <…> by what it names, from the dynamic content of the two steps before, and leave the quotes around it. Write one line for each question: the hook reads answers by the names on the left, which are yours to choose.',
    'In the action’s settings switch on “Secure inputs”, so that the secret does not stand in every run’s history.',
    'Save the flow and answer the form once. Ask for the phone with its country code: Forms has no question for phones, so that people write what they like.',
    CONSENT_BY_TEXT,
  ],
  paste: [{ name: 'The body of the HTTP action', text: BODY }],
  fails: [
    'The HTTP action tries again up to four times, ever more slowly from about 7 seconds to 45, on 408, 429, 5xx and when there is no answer. Other answers are final.',
    'A run that failed stands in the flow’s history, and can be submitted again there.',
  ],
  docs: 'https://learn.microsoft.com/power-automate/forms/overview',
  unconfirmed: [
    'Whether the HTTP action needs a premium licence of Power Automate in your tenant.',
    'How several answers to one question arrive: a list and a list written as a text are both read.',
  ],
})
