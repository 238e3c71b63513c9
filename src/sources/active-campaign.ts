/** ActiveCampaign: contacts who subscribe to a list, are tagged, or reach the webhook of an automation. */

import * as v from 'valibot'
import { urlToken } from '../schemes/token.ts'
import { bracketForm, bracketSample } from './shared/brackets.ts'
import type { JsonObject } from './shared/payload.ts'
import { hookExample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const NOT_JOINING = new Set(['unsubscribe', 'bounce', 'contact_tag_removed'])

/** How it writes the ticked boxes of one field: `||Sunday||Monday||`. */
const LIST = /^\|\|(.*)\|\|$/s

const event = v.looseObject({
  // An automation's own action sends the contact and no event.
  type: v.optional(v.string()),
  date_time: v.optional(v.string()),
  contact: v.looseObject({ id: v.optional(v.string()) }),
})

export const activeCampaign = defineSource({
  name: 'activeCampaign',
  title: 'ActiveCampaign',
  kind: 'crm',
  // It signs nothing and sets no header.
  scheme: urlToken,
  accepts: ['form'],
  payload: v.pipe(bracketForm, v.transform(withLists), event),
  submissions: (fields) => {
    const { type = '' } = fields
    const skip = NOT_JOINING.has(type) ? `${type} adds no person` : null
    return [{ id: eventId(fields), fields, skip }]
  },
  sample: bracketSample(subscribed),
  example: hookExample('activeCampaign', {
    attested: 'The form of the list says that who subscribes joins the WhatsApp group',
    when: "({ type }) => type === 'subscribe'",
    phone: 'contact.phone',
    group: 'Newsletter',
  }),
  setup: [
    'In ActiveCampaign open Settings, then Developer, then Manage Webhooks, and add a webhook. Or add the action “Webhook” to an automation.',
    'Paste {url} with a slash and the value of {secret} at its end. ActiveCampaign cannot sign: anyone who knows this URL can send, so keep it secret.',
    'Choose one event only, “Subscribes to list” or “Tag added”: a contact who subscribes and is tagged would otherwise arrive twice.',
    'The number is contact.phone, as people typed it: give phone() your country. Fields of your own are contact.fields and their number, such as contact.fields.39; ticked boxes are a list.',
    'Imports and changes of many contacts at once send nothing.',
  ],
  docs: 'https://developers.activecampaign.com/page/webhooks',
  fails: [
    'ActiveCampaign never tries again: what is not answered with 200 is lost to Usher, and has to be sent from ActiveCampaign by hand.',
    'An answer of 410 would switch the webhook off; Usher never gives it.',
  ],
  unconfirmed: [
    'How long ActiveCampaign waits for an answer. Its page also says that an event arrives at least once, so that repeats are possible.',
    'Whether the webhook of an automation names custom fields by their tag. Those of Manage Webhooks come under their numbers, in no fixed order.',
    'That the webhook of an automation says neither its event nor its time: two equal bodies then count as one event.',
  ],
})

/** Contact, event and second; of one second's tags and lists each is an event of its own. */
function withLists(form: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(form).map(([name, value]) => [name, listIn(value)]))
}

function listIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(listIn)
  if (typeof value === 'object' && value !== null) return withLists({ ...value })
  const items = typeof value === 'string' ? LIST.exec(value)?.[1] : undefined
  return items === undefined ? value : items.split('||').filter((item) => item !== '')
}

function eventId({ type, date_time, contact, tag, list }: v.InferOutput<typeof event>) {
  if (!type || !date_time || !contact.id) return null
  return [type, contact.id, named(tag), named(list), date_time].join(':')
}

function named(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function subscribed(id: string, now: number) {
  return {
    type: 'subscribe',
    date_time: new Date(now).toISOString(),
    initiated_from: 'public',
    initiated_by: 'contact',
    list: '3',
    form: { id: '7' },
    contact: {
      id,
      email: 'asha@example.com',
      first_name: 'Asha',
      last_name: 'Rao',
      phone: '+91 98000 00001',
      tags: 'webinar, pune',
      orgname: '',
      ip: '203.0.113.9',
      fields: { '39': 'Pune' },
    },
  }
}
