/** Pipedrive: people and deals that are added or changed, by webhooks of version 2 or 1. */

import * as v from 'valibot'
import { token } from '../schemes/token.ts'
import { hookExample, jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

/** By version 2, and by version 1. */
const NOT_JOINING = new Set(['delete', 'deleted', 'merged'])

const idPart = v.union([v.string(), v.number()])

const second = v.looseObject({
  meta: v.looseObject({
    // Of the event. That of the person is `entity_id`.
    id: v.pipe(v.string(), v.nonEmpty()),
    action: v.string(),
    entity: v.string(),
  }),
  /** The person now: `phones` is a list of `{ value, primary, label }`. Null once it is deleted. */
  data: v.nullish(v.looseObject({})),
  previous: v.nullish(v.looseObject({})),
})

const first = v.looseObject({
  meta: v.looseObject({
    // Of the person, and not of the event.
    id: idPart,
    action: v.string(),
    object: v.string(),
    webhook_id: v.optional(idPart),
    timestamp_micro: v.optional(idPart),
  }),
  /** The person now: `phone` is a list of `{ value, primary, label }`. Null once it is deleted. */
  current: v.nullish(v.looseObject({})),
  previous: v.nullish(v.looseObject({})),
})

export const pipedrive = defineSource({
  name: 'pipedrive',
  title: 'Pipedrive',
  kind: 'crm',
  // It does not sign. The secret is the password of its HTTP authentication.
  scheme: token,
  payload: v.union([
    v.pipe(
      second,
      v.transform((fields) => ({ id: fields.meta.id, fields: withPhones(fields) })),
    ),
    v.pipe(
      first,
      v.transform((fields) => ({ id: eventId(fields), fields })),
    ),
  ]),
  submissions: ({ id, fields }) => {
    const { action } = fields.meta
    const skip = NOT_JOINING.has(action) ? `${action} adds no person` : null
    return [{ id, fields, skip }]
  },
  sample: jsonSample(createdPerson),
  example: hookExample('pipedrive', {
    when: "({ meta }) => meta.action === 'create'",
    phone: 'data.phones.0.value',
    group: 'Customers',
  }),
  setup: [
    'In Pipedrive open Settings, then Tools and apps, then Webhooks, and create a webhook.',
    'Choose the event action “create” and the event object “person”. Deals and leads carry the person’s id only, no number.',
    'Paste {url} as the endpoint URL.',
    'As the HTTP Auth username type usher, and as the HTTP Auth password paste the value of {secret}.',
    'Leave the version at 2 (the hook reads data.phones), or choose 1 (it reads current.phone). Custom fields go by their 40-digit key, in version 2 under data.custom_fields.',
    'With the event action “change” every edit of a person arrives: give the hook a `when` that looks for what you wait for, such as a label in data.label_ids.',
  ],
  docs: 'https://pipedrive.readme.io/docs/guide-for-webhooks-v2',
  fails: [
    'Pipedrive waits 10 seconds, takes any answer from 200 to 299 for success, and otherwise tries again after 3, 30 and 150 seconds.',
    'Ten events whose first attempt failed switch the webhook off for 30 minutes: what happens in that time is never sent.',
    'After three days without any success Pipedrive deletes the webhook.',
  ],
  phoneless:
    'Deals and leads carry the person’s id only. Send the person when a label is put on them, or let an automation of Pipedrive, Zapier or Make look the person up and post to a hook of the source json.',
  unconfirmed: [
    'That the id in meta stays the same from attempt to attempt, as its description suggests.',
    'That people have their numbers in data.phones in version 2, as in version 2 of the API: no page shows a person’s webhook. What stands in data.phone is read as data.phones, too.',
  ],
})

/** No page shows a person's webhook of version 2: the numbers may still have the name that they have in version 1. */
function withPhones(fields: v.InferOutput<typeof second>): v.InferOutput<typeof second> {
  const { data } = fields
  return data != null && data.phones === undefined && Array.isArray(data.phone)
    ? { ...fields, data: { ...data, phones: data.phone } }
    : fields
}

function eventId({ meta }: v.InferOutput<typeof first>): string | null {
  const { webhook_id, timestamp_micro, object, id } = meta
  // With less than these two events of one person could be one: the body's digest must serve.
  if (webhook_id === undefined || timestamp_micro === undefined) return null
  return [webhook_id, timestamp_micro, object, id].join(':')
}

function createdPerson(id: string, now: number) {
  const at = new Date(now).toISOString()
  return {
    meta: {
      action: 'create',
      attempt: 1,
      change_source: 'app',
      company_id: '6200001',
      correlation_id: `correlation-${id}`,
      entity: 'person',
      entity_id: String(serial(id)),
      host: 'acme.pipedrive.com',
      id,
      is_bulk_edit: false,
      permitted_user_ids: ['1'],
      timestamp: at,
      type: 'general',
      user_id: '1',
      version: '2.0',
      webhook_id: '120001',
      webhook_owner_id: '1',
    },
    data: {
      id: serial(id),
      name: 'Asha Rao',
      first_name: 'Asha',
      last_name: 'Rao',
      phones: [{ value: '+91 98000 00001', primary: true, label: 'mobile' }],
      emails: [{ value: 'asha@example.com', primary: true, label: 'work' }],
      label_ids: [],
      marketing_status: 'no_consent',
      add_time: at,
      update_time: at,
      custom_fields: {},
    },
    previous: null,
  }
}
