/** Netlify Forms: one event for each submission of a form on a site that Netlify serves. */

import * as v from 'valibot'
import { netlifySignature } from './netlify-signature.ts'
import { answer, answers, membersOf, sampleAnswers } from './shared/answers.ts'
import { CONSENT_BY_TEXT, formExample } from './shared/example.ts'
import { jsonObject } from './shared/json-object.ts'
import { skipped } from './shared/only-event.ts'
import { jsonBody } from './shared/paths.ts'
import { defineSource } from './source.ts'

const submission = v.object({
  id: v.pipe(v.string(), v.nonEmpty()),
  data: jsonObject,
  ordered_human_fields: v.nullish(
    v.array(v.object({ title: v.nullish(v.string(), ''), value: v.optional(v.unknown()) })),
    [],
  ),
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
  scheme: netlifySignature,
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
  example: formExample('netlify'),
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
