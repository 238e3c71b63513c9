/** Webflow: one event for each submission of a site's forms. */

import * as v from 'valibot'
import { hmac, timestampThenBody } from '../schemes/hmac.ts'
import { answer, answers, box, type NamedAnswer, onlyEvent, skipped } from './shared/payload.ts'
import { jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

const EVENT = 'form_submission'

const data = v.record(v.string(), v.unknown())
const id = v.pipe(v.string(), v.nonEmpty())
/** Which fields are boxes. What is not of this shape costs no lead. */
const schema = v.fallback(
  v.array(v.object({ fieldName: v.string(), fieldType: v.optional(v.unknown()) })),
  [],
)
const BOX = 'FormCheckboxInput'
const current = v.object({ payload: v.object({ id, data, schema }) })
/** Webhooks of the first API have no envelope and another name for the id. */
const flat = v.pipe(
  v.object({ _id: id, data }),
  v.transform(({ _id, data }) => ({ payload: { id: _id, data, schema: [] } })),
)

const submission = v.lazy((body) => (v.is(v.object({ _id: v.string() }), body) ? flat : current))

export const webflow = defineSource({
  name: 'webflow',
  title: 'Webflow',
  kind: 'form',
  // The prose of one old page has body and timestamp the other way round; its formula and the SDK have them so.
  scheme: hmac({
    header: 'x-webflow-signature',
    encoding: 'hex',
    signed: timestampThenBody(':'),
    timestamp: { header: 'x-webflow-timestamp', unit: 'ms' },
  }),
  payload: onlyEvent('triggerType', EVENT, submission),
  submissions: (event) => {
    if ('other' in event) return [skipped(`${event.other} is not a form submission`)]
    const { id, data, schema } = event.ours.payload
    const boxes = new Set(schema.flatMap((one) => (one.fieldType === BOX ? [one.fieldName] : [])))
    const byName = Object.entries(data).map(([name, value]): NamedAnswer => {
      return [name, boxes.has(name) ? box(value) : answer(value)]
    })
    return [{ id, fields: answers(byName) }]
  },
  sample: ({ fields, id, now }) => {
    const asked = sampleAnswers(fields)
    return jsonBody({
      triggerType: EVENT,
      payload: {
        name: 'Join',
        siteId: '650000000000000000000001',
        data: Object.fromEntries(asked),
        schema: asked.map(([fieldName]) => ({
          fieldName,
          fieldType: 'FormTextInput',
          fieldElementId: '0000',
        })),
        submittedAt: new Date(now).toISOString(),
        id,
        formId: '650000000000000000000003',
        formElementId: '0000',
      },
    })
  },
  setup: [
    'Webhooks made in Webflow’s dashboard carry no signature, so this one is made through its API. You need a site token (Site settings, Apps & integrations, API access) that may read forms and write sites.',
    'In a terminal, with your site’s id and the token: curl -X POST https://api.webflow.com/v2/sites/SITE_ID/webhooks -H "Authorization: Bearer TOKEN" -H "Content-Type: application/json" -d \'{"triggerType":"form_submission","url":"{url}"}\'',
    'The answer holds a secretKey, shown this once: store it as {secret}. For a webhook made by an OAuth app it is the app’s client secret.',
    'The hook reads answers by the name that each field has in the Designer.',
    'For consent use a checkbox: it comes as a yes or no. A choice is a yes only as a plain “Yes” or “I agree”, or where the hook names its text in accept.',
    'Use a text field for the phone: Webflow sends one that looks like a number as a number, without its plus and leading zeros.',
  ],
  fails: [
    'Webflow takes only 200 for an answer, and no redirect.',
    'It tries again three times, ten minutes apart. When that fails again and again it switches the webhook off and writes a mail; only its support switches it on again.',
  ],
  docs: 'https://developers.webflow.com/data/docs/working-with-webhooks',
  unconfirmed: [
    'Which scopes the token needs to make a webhook.',
    'How long Webflow waits for an answer, and whether a retry is signed with a new time. If it is not, give the hook a tolerance of 3600 seconds: the retries come within half an hour.',
  ],
})
