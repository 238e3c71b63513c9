/** monday.com: items of a board, by its webhook integration. It has no column in it; the item is looked up. */

import * as v from 'valibot'
import { textOf } from '../lib/bytes.ts'
import type { Incoming } from '../schemes/scheme.ts'
import { urlToken } from '../schemes/token.ts'
import { askVendor } from './shared/ask-vendor.ts'
import { answers, type NamedAnswer, numberId, optionalId, optionalText } from './shared/payload.ts'
import { jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const TITLE = 'monday.com'
const API = 'https://api.monday.com/v2'
const NOT_JOINING = /delete|archive|update_name|create_update|edit_update|restore/i
/** monday's challenges; nothing is echoed that a page could be made of. */
const CHALLENGE = /^[A-Za-z0-9_.=-]{1,256}$/

/** https://developer.monday.com/api-reference/reference/items */
const QUERY = `query ($ids: [ID!]) {
  items(ids: $ids) { id name group { title } column_values { id text column { title } } }
}`

const notification = v.looseObject({
  event: v.looseObject({
    type: v.string(),
    pulseId: numberId,
    boardId: optionalId,
    triggerUuid: optionalText,
  }),
})

const found = v.object({
  data: v.object({
    items: v.array(
      v.object({
        id: v.string(),
        name: optionalText,
        group: v.nullish(v.object({ title: optionalText })),
        column_values: v.array(
          v.object({
            id: v.string(),
            text: optionalText,
            column: v.nullish(v.object({ title: optionalText })),
          }),
        ),
      }),
    ),
  }),
})

export const monday = defineSource({
  name: 'monday',
  title: TITLE,
  kind: 'crm',
  // The webhook of a board proves nothing; that of an app has a token which says nothing of the body.
  scheme: urlToken,
  payload: notification,
  submissions: (fields) => {
    const { type, triggerUuid } = fields.event
    const skip = NOT_JOINING.test(type) ? `${type} is no new item and no change of a column` : null
    return [{ id: triggerUuid || null, fields, skip }]
  },
  handshake: answerChallenge,
  async lookUp(fields, tools) {
    const read = v.safeParse(notification, fields)
    if (!read.success) return { ok: false, message: `${TITLE} named no item.` }
    const { event } = read.output
    const asked = await askVendor(tools, {
      title: TITLE,
      url: API,
      headers: { authorization: tools.token, 'content-type': 'application/json' },
      body: { query: QUERY, variables: { ids: [event.pulseId] } },
      what: 'a list of items',
      shape: found,
    })
    if (!asked.ok) return asked
    const [item] = asked.value.data.items
    if (item === undefined) {
      return {
        ok: false,
        message: `${TITLE} answered without the item: it may be deleted, or on a board that the API token may not read.`,
      }
    }
    const { column_values: columns, group, ...own } = item
    return {
      ok: true,
      fields: {
        event,
        item: {
          ...own,
          group: group?.title ?? null,
          columns: answers(
            columns.map((column): NamedAnswer => [column.id, column.text ?? null]),
            columns.map((column): NamedAnswer => [column.column?.title ?? '', column.text ?? null]),
          ),
        },
      },
    }
  },
  sample: jsonSample(createdItem),
  setup: [
    'In monday.com open your picture, then Developers, then My access tokens, copy the token and store it as {apiToken}: the webhook has no column in it, and Usher looks the item up. Deploy before you go on: monday.com tries the address.',
    'On the board open Integrate, search for Webhooks, and choose “When an item is created, send a webhook” or “When a status changes to something, send a webhook”.',
    'Paste {url} with a slash and the value of {secret} at its end. monday.com does not sign: anyone who knows this URL can send, so keep it to yourself.',
    'The hook reads item.name, item.group and item.columns, each column by its title or its id as text, such as item.columns.Phone, and event.boardId.',
    'An item that a person types in has no phone when it is created: choose the status. Deleted and archived items are acknowledged and skipped.',
  ],
  fails: [
    'monday.com is said to try again every minute for half an hour.',
    'Where its API does not answer, the delivery is held; mapping it again asks again.',
  ],
  phoneless:
    'monday.com’s webhook names the item only. With an access token Usher asks for the item’s columns.',
  example: `hook({
  source: monday,
  consent: { field: 'item.columns.WhatsApp', accept: ['Agreed'] },
  fields: v.object({
    item: v.object({ group: v.string(), columns: v.object({ Phone: phone('IN') }) }),
  }),
  invite: ({ item }) => ({
    groupName: item.group,
    contacts: [item.columns.Phone],
    create: true,
  }),
})`,
  docs: 'https://developer.monday.com/api-reference/reference/webhooks',
  unconfirmed: [
    'How often monday.com tries again, and whether a retry keeps its triggerUuid.',
    'Whether all webhooks of a board have a triggerUuid: without one two equal bodies count as one.',
    'How a column of checkboxes is spelt as text: v for a ticked one is known, which the hook’s consent must name in accept.',
  ],
})

/** https://developer.monday.com/api-reference/reference/webhooks: only who knows the secret is answered. */
async function answerChallenge(
  incoming: Incoming,
  secrets: readonly string[],
): Promise<Response | null> {
  if (incoming.method !== 'POST') return null
  const asked = v.safeParse(
    v.pipe(
      v.string(),
      v.parseJson(),
      v.strictObject({ challenge: v.pipe(v.string(), v.regex(CHALLENGE)) }),
    ),
    textOf(incoming.body),
  )
  if (!asked.success || !(await urlToken.verify(incoming, secrets)).ok) return null
  return Response.json({ challenge: asked.output.challenge })
}

function createdItem(id: string, now: number) {
  return {
    event: {
      userId: 32002207,
      originalTriggerUuid: null,
      boardId: 2924980809,
      pulseId: serial(id),
      pulseName: 'Asha Rao',
      groupId: 'topics',
      groupName: 'Pune Batch 7',
      groupColor: '#579bfc',
      isTopGroup: true,
      columnValues: {},
      app: TITLE,
      type: 'create_pulse',
      triggerTime: new Date(now).toISOString(),
      subscriptionId: 147295839,
      triggerUuid: `trigger-${id}`,
    },
  }
}
