/** Formbricks: one event for each finished response of a survey. */

import * as v from 'valibot'
import { standardWebhooks } from '../schemes/standard-webhooks.ts'
import {
  answer,
  answers,
  membersOf,
  type NamedAnswer,
  onlyEvent,
  skipped,
} from './shared/payload.ts'
import { jsonBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

const EVENT = 'responseFinished'
/** What a contact-info element asks for, in its order. */
const CONTACT = ['firstName', 'lastName', 'email', 'phone', 'company']

const members = v.record(v.string(), v.unknown())

const response = v.object({
  data: v.object({
    id: v.pipe(v.string(), v.nonEmpty()),
    data: members,
    variables: v.nullish(members, {}),
    contactAttributes: v.nullish(members, {}),
  }),
})

export const formbricks = defineSource({
  name: 'formbricks',
  title: 'Formbricks',
  kind: 'form',
  scheme: standardWebhooks,
  payload: onlyEvent('event', EVENT, response),
  submissions: (event) => {
    if ('other' in event) return [skipped(`${event.other} is not a finished response`)]
    const { id, data, variables, contactAttributes } = event.ours.data
    // Not `webhook-id`: the documentation and the source differ in how it is made, while a response finishes once.
    return [
      {
        id,
        fields: answers(
          membersOf(data),
          Object.entries(data).flatMap(([name, value]) => contactOf(name, value)),
          membersOf(variables),
          membersOf(contactAttributes),
        ),
      },
    ]
  },
  sample: ({ fields, id, now }) => {
    const time = new Date(now).toISOString()
    return jsonBody({
      webhookId: 'cm8whk0001',
      event: EVENT,
      data: {
        id,
        createdAt: time,
        updatedAt: time,
        surveyId: 'cm8srv0001',
        finished: true,
        contact: null,
        contactAttributes: null,
        data: Object.fromEntries(sampleAnswers(fields)),
        variables: {},
        tags: [],
        meta: {},
        singleUseId: null,
        language: 'en',
        survey: { title: 'Join', type: 'link', status: 'inProgress' },
      },
    })
  },
  setup: [
    'In Formbricks open the organization’s or project’s integrations, then Webhooks, and add one.',
    'Paste {url} as its URL, choose the surveys, and of the triggers “Response finished” alone: the others come before the person is done and are skipped.',
    'Store the secret that Formbricks shows when the webhook is made, and later in its settings, as {secret}. It begins with whsec_.',
    '“Test endpoint” shows whether it arrives.',
    'The hook reads answers by the question’s id (its advanced settings), which you can name phone or whatsapp_ok, and hidden fields by theirs. Of a contact-info question with the id contact, contact.phone is the number; firstName, lastName, email and company come likewise.',
  ],
  fails: [
    'Formbricks waits 5 seconds for an answer, and takes any status but a 2xx, a redirect too, for a failure.',
    'It tries three times, with a few seconds between them, and then gives up.',
    'When another webhook of the same survey fails, all of them are sent again: those repeats are recognised.',
  ],
  docs: 'https://formbricks.com/docs/xm-and-surveys/core-features/integrations/webhooks',
  unconfirmed: [
    'That webhooks made before January 2026 have no secret, and so no signature, as Formbricks’ source says: make such a webhook anew.',
    'Whether a hosted Formbricks behaves as its public source of August 2026 does.',
  ],
})

/** Five texts, blank where nothing was typed: as an answer the list is without its blanks, and its places would shift. */
function contactOf(name: string, value: unknown): NamedAnswer[] {
  if (!Array.isArray(value) || value.length !== CONTACT.length) return []
  return CONTACT.map((part, at) => [`${name}.${part}`, answer(value[at])])
}
