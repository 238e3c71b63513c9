/** Odoo: the action “Send Webhook Notification” of automation rules, one record in each request. */

import * as v from 'valibot'
import { urlToken } from '../schemes/token.ts'
import { jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const record = v.looseObject({
  _model: v.pipe(v.string(), v.nonEmpty()),
  _id: v.union([v.number(), v.string()]),
  // What is empty is `false`, whatever its type.
  write_date: v.optional(v.union([v.string(), v.literal(false), v.null()])),
  /** The number is on Odoo's own list of those that want no messages. */
  phone_blacklisted: v.optional(v.unknown()),
  mobile_blacklisted: v.optional(v.unknown()),
})

export const odoo = defineSource({
  name: 'odoo',
  title: 'Odoo',
  kind: 'crm',
  // It signs nothing and sets no header.
  scheme: urlToken,
  payload: record,
  submissions: (fields) => {
    const isListed = fields.phone_blacklisted === true || fields.mobile_blacklisted === true
    const { _model, _id, write_date } = fields
    // Without its time a record would be sent once for all its changes: then the body’s digest serves.
    const id = write_date ? `${_model}:${_id}:${write_date}` : null
    return [{ id, fields, skip: isListed ? 'the number wants no messages' : null }]
  },
  sample: jsonSample(lead),
  example: `hook({
  source: odoo,
  consent: { attested: 'Asked by our team before the number is entered' },
  when: ({ _model }) => _model === 'crm.lead',
  fields: v.object({ phone: phone('IN'), stage_id: v.number() }),
  invite: ({ phone, stage_id }) => ({
    groupName: stage_id === 4 ? 'Customers' : 'Leads',
    contacts: [phone],
    create: true,
  }),
})`,
  setup: [
    'In Odoo 17 or later switch on the developer mode (Settings, General Settings), then open Settings, Technical, Automation Rules, and make a rule on Lead or Contact.',
    'Add the action “Send Webhook Notification” and paste {url} with a slash and the value of {secret} at its end. Odoo cannot sign: anyone who knows this URL can send, so keep it secret.',
    'Tick the fields to send: phone or mobile, name, stage_id, and always “Last Updated on” (write_date), by which two changes of one record are told apart. With phone_blacklisted, numbers that want no messages are skipped.',
    'Stages, tags and countries are sent as numbers: look at the first delivery, and let the hook say which number is which group.',
    'Odoo shows a sample of the body below the fields; the hook reads the names in it.',
  ],
  docs: 'https://www.odoo.com/documentation/17.0/applications/studio/automated_actions.html',
  fails: [
    'Odoo waits one second and never tries again: what is not answered in time is only written to its own log.',
    'A record that was missed can be sent again by changing it once more.',
  ],
  unconfirmed: [
    'How a date and time is written in the body. Any text of it will do: it is compared, not read.',
  ],
})

function lead(id: string, now: number) {
  return {
    _action: 'Send Webhook Notification(#401)',
    _id: serial(id),
    _model: 'crm.lead',
    contact_name: 'Asha Rao',
    country_id: 104,
    email_from: 'asha@example.com',
    mobile: false,
    name: 'Webinar in Pune',
    phone: '+91 98000 00001',
    stage_id: 1,
    tag_ids: [3, 8],
    write_date: new Date(now).toISOString().slice(0, 19).replace('T', ' '),
  }
}
