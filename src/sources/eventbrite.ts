/** Eventbrite: orders of tickets. The webhook has only an address; the attendees are looked up. */

import * as v from 'valibot'
import { urlToken } from '../schemes/token.ts'
import { askVendor } from './shared/ask-vendor.ts'
import { optionalText } from './shared/payload.ts'
import { jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const TITLE = 'Eventbrite'
const ACTION = 'order.placed'
/** Of the address that comes along only the number is used: the token goes to no other host. */
const ORDER = /^https:\/\/www\.eventbriteapi\.com\/v3\/orders\/(\d{1,20})\/?$/

const body = v.pipe(
  v.looseObject({ api_url: v.string(), config: v.looseObject({ action: v.string() }) }),
  v.check(
    ({ api_url, config }) => config.action !== ACTION || ORDER.test(api_url),
    'api_url is not the address of an order',
  ),
)

/** Who gave a ticket back is still in the order. */
const attendee = v.looseObject({
  cancelled: v.nullish(v.boolean()),
  refunded: v.nullish(v.boolean()),
})

const order = v.looseObject({
  status: optionalText,
  attendees: v.nullish(v.array(attendee)),
})
/** Of an order by the time it is looked up. */
const NOT_PAID = new Set(['cancelled', 'refunded', 'deleted', 'unpaid'])

export const eventbrite = defineSource({
  name: 'eventbrite',
  title: TITLE,
  kind: 'shop',
  // It signs nothing and sets no header.
  scheme: urlToken,
  payload: body,
  submissions: (fields) => {
    const { action } = fields.config
    return action === ACTION
      ? [{ id: `${ACTION} ${orderNumber(fields)}`, fields }]
      : [{ id: null, fields, skip: `${action} adds no person` }]
  },
  async lookUp(fields, tools) {
    const { api_url, config } = fields
    // `expand` puts into the answer what is elsewhere a list of addresses.
    const url = `https://www.eventbriteapi.com/v3/orders/${orderNumber(fields)}/?expand=attendees,event`
    const found = await askVendor(tools, { title: TITLE, url, what: 'an order', shape: order })
    if (!found.ok) return found
    const { status, attendees } = found.value
    const kept = attendees?.filter(({ cancelled, refunded }) => !cancelled && !refunded)
    return {
      ok: true,
      fields: { ...fields, ...found.value, attendees: kept, api_url, config },
      skip: status && NOT_PAID.has(status) ? `an order that is ${status}` : null,
    }
  },
  sample: jsonSample(placedOrder),
  setup: [
    'In Eventbrite open Account Settings, then Developer Links, then API Keys, and create a key. Store its private token as {apiToken}: the webhook names only the order, and Usher looks up who is in it.',
    'Under Developer Links open Webhooks and add one: paste {url} with a slash and the value of {secret} at its end as the payload URL. Eventbrite cannot sign: anyone who knows this URL can send, so keep it secret.',
    'Choose one event, or all, and the action order.placed.',
    'In the event’s order form ask each attendee for a cell phone, and add a question for the consent: they arrive as attendees[].profile.cell_phone and attendees[].answers[]. Tickets that were given back are left out.',
    '“Test” is acknowledged and skipped: try it with a free ticket.',
  ],
  fails: ['An answer of 410 unsubscribes the webhook; Usher never gives it.'],
  phoneless:
    'Eventbrite’s webhook has no attendee in it: with an API token Usher looks the order up, and the number is there where the order form asks for it.',
  example: `hook({
  source: eventbrite,
  consent: { attested: 'Ticked in the order form: “Add me to the WhatsApp group”' },
  fields: v.object({
    event: v.object({ name: v.object({ text: v.string() }) }),
    attendees: v.array(v.object({ profile: v.object({ cell_phone: phone('IN') }) })),
  }),
  invite: ({ event, attendees }) => ({
    groupName: event.name.text,
    contacts: attendees.map(({ profile }) => profile.cell_phone),
    create: true,
  }),
})`,
  docs: 'https://www.eventbrite.com/platform/docs/webhooks',
  unconfirmed: [
    'How long Eventbrite waits for an answer, and whether it tries again.',
    'Whether an order can be looked up in the very second in which it is placed: if not it is held, and mapping it again looks it up.',
  ],
})

function orderNumber({ api_url }: { readonly api_url: string }): string {
  return ORDER.exec(api_url)?.[1] ?? ''
}

function placedOrder(id: string) {
  return {
    api_url: `https://www.eventbriteapi.com/v3/orders/${serial(id)}/`,
    config: {
      action: ACTION,
      user_id: '700000000001',
      endpoint_url: 'https://usher.example/hooks/tickets',
      webhook_id: '9000001',
    },
  }
}
