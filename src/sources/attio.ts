/** Attio: records and list entries as they come, whose numbers are then asked for. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { askVendor } from './shared/ask-vendor.ts'
import { jsonObject } from './shared/payload.ts'
import { hookExample, jsonBody, withPaths } from './shared/sample.ts'
import { defineSource } from './source.ts'

const API = 'https://api.attio.com/v2'
const KEY = 'Idempotency-Key'
const WANTED = /^(?:record|list-entry)\.(?:created|updated)$/
const CREATED = /\.created$/

/** A UUID or a name: nothing that would lead to another place of the API. */
const part = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/))

const event = v.looseObject({
  event_type: v.string(),
  id: v.looseObject({
    object_id: v.optional(part),
    record_id: v.optional(part),
    entry_id: v.optional(part),
  }),
  /** What an entry of a list stands for. */
  parent_object_id: v.optional(part),
  parent_record_id: v.optional(part),
})

const found = v.object({ data: jsonObject })

export const attio = defineSource({
  name: 'attio',
  title: 'Attio',
  kind: 'crm',
  scheme: hmac({ header: 'Attio-Signature', encoding: 'hex' }),
  payload: v.object({ events: v.pipe(v.array(event), v.nonEmpty()) }),
  submissions: ({ events }, headers) =>
    events.map((fields, at) => {
      const { event_type, id } = fields
      const made = id.entry_id ?? id.record_id
      const key = headers.get(KEY)
      // A record and an entry are created once. For an update only Attio’s own header tells one from the next.
      const created = CREATED.test(event_type) && made !== undefined
      return {
        id: created ? `${event_type}:${made}` : key ? `${key}:${at}` : null,
        fields,
        skip: WANTED.test(event_type) ? null : `${event_type} adds no person`,
      }
    }),
  // An update is named by a header alone, which the signature does not cover.
  unsignedId: true,
  lookUp: async (fields, tools) => {
    const object = fields.id.object_id ?? fields.parent_object_id
    const record = fields.id.record_id ?? fields.parent_record_id
    if (object === undefined || record === undefined) {
      return { ok: false, message: 'Attio named no record.' }
    }
    const url = `${API}/objects/${object}/records/${record}`
    const answer = await askVendor(tools, { title: 'Attio', url, what: 'a record', shape: found })
    return answer.ok ? { ok: true, fields: { ...fields, record: answer.value.data } } : answer
  },
  sample: ({ fields, id }) =>
    jsonBody(
      {
        webhook_id: '6e0b2f4c-0000-4000-8000-000000000001',
        events: [withPaths(createdRecord(id), fields)],
      },
      { [KEY]: id },
    ),
  example: hookExample('attio', {
    attested: 'Asked by our team before the number is entered',
    phone: 'record.values.phone_numbers.0.normalized_phone_number',
    country: null,
    group: 'People',
  }),
  setup: [
    'In Attio open Workspace settings, then Developers, and make an integration that may read records, objects and lists.',
    'Store its access token as {apiToken}: Attio sends ids only, and the person is asked for with it.',
    'In the integration add a webhook with {url} as its target, and choose record.created for the object People, or list-entry.created for one list.',
    'Attio shows the webhook’s secret once: store it as {secret}.',
    'The hook reads record.values as Attio’s API gives them; a number is record.values.phone_numbers, in international form.',
    'Prefer “created” to “updated”: an update comes for every single attribute, and two updates of one attribute look alike.',
  ],
  docs: 'https://docs.attio.com/rest-api/guides/webhooks',
  fails: [
    'Attio tries again ten times over about three days, then calls the webhook degraded and writes a mail.',
    'When Attio cannot be asked for the person for half a day, the delivery is held: put the token right and map it again.',
  ],
  phoneless:
    'Attio’s webhooks carry ids only. Either store an access token, so that the person is asked for, or build a workflow in Attio whose step “Send HTTP request” posts the number to a hook with the source json.',
  unconfirmed: [
    'How long Attio waits for an answer.',
    'Which member of a phone number older workspaces have: the page on attribute types says normalized_phone_number and original_phone_number.',
  ],
})

function createdRecord(id: string) {
  return {
    event_type: 'record.created',
    id: {
      workspace_id: '6e0b2f4c-0000-4000-8000-000000000002',
      object_id: '6e0b2f4c-0000-4000-8000-000000000003',
      record_id: id,
    },
    actor: { type: 'workspace-member', id: '6e0b2f4c-0000-4000-8000-000000000004' },
  }
}
