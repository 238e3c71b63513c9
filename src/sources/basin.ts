/** Basin: one event for each submission of a form on any web page. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { answers, type JsonObject, jsonObject, membersOf } from './shared/payload.ts'
import { CONSENT_BY_TEXT, jsonBody, sampleAnswers, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const submissionId = v.object({
  id: v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.nonEmpty()),
})
/** The format “Data wrapped JSON”; the others are flat. */
const wrapped = v.object({ data: jsonObject })

export const basin = defineSource({
  name: 'basin',
  title: 'Basin',
  kind: 'form',
  scheme: hmac({ header: 'X-Basin-Signature', prefix: 'sha256=', encoding: 'hex' }),
  accepts: ['json', 'form'],
  // In the flat formats an input named id stands where Basin’s own does.
  visitorWritesId: true,
  payload: jsonObject,
  submissions: (body) => {
    const inner = v.is(wrapped, body) ? body.data : body
    // It is not said on which side of the wrapping the id stands. A template of the author’s own may have none.
    return [{ id: idOf(body) ?? idOf(inner), fields: answers(membersOf(inner)) }]
  },
  sample: ({ fields, id }) =>
    jsonBody({
      ...Object.fromEntries(sampleAnswers(fields)),
      id: serial(id),
      attachments: [],
    }),
  setup: [
    'In Basin open the form, then Integrations, then Webhooks, and add one.',
    'Paste {url} as the URL and choose JSON as the format.',
    'Copy the secret that Basin shows on the webhook’s page and store it as {secret}.',
    'The hook reads answers by the name of the input on the page: <input name="phone"> is phone. Give no input the name id, which is Basin’s own.',
    'A phone comes as it was typed: give the hook its country.',
    CONSENT_BY_TEXT,
  ],
  docs: 'https://docs.usebasin.com/integrations/webhooks',
  fails: [
    'Basin tries again up to 15 times within 24 to 28 hours, ever more slowly.',
    'Firing a webhook again by hand sends the same submission: if it had arrived, it is told as a repeat.',
    'What Basin takes for spam is not sent, unless told otherwise.',
  ],
  unconfirmed: [
    'How long Basin waits for an answer, and whether it ever switches a webhook off.',
    'That webhooks made before 24 February 2026 sign as well, as the vendor’s changelog says.',
  ],
})

function idOf(object: JsonObject): string | null {
  const read = v.safeParse(submissionId, object)
  return read.success ? read.output.id : null
}
