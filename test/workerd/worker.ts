/** The Worker under test: the real parts over a config of its own. */

import * as v from 'valibot'
import { OutboxObject } from '../../src/outbox/outbox.ts'
import { token } from '../../src/schemes/token.ts'
import { lookUps } from '../../src/setup/look-up.ts'
import { signedJson } from '../../src/sources/signed-json.ts'
import type { SourceOptions } from '../../src/sources/source.ts'
import { defineSource } from '../../src/sources/source.ts'
import { defineConfig, hook, json, phone } from '../../src/usher.ts'
import { worker } from '../../src/worker.ts'

/** What a test may change under the Worker's feet, as an operator mends a config. */
export const mapping = { groupName: (cohort: string) => `Cohort ${cohort}` }

/** What a test may mend in the senders below, as a new release of Usher mends a source. */
export const sender = { explodes: true }

export type LeadFields = { phone: string; cohort: string }
export const leadSchema = v.object({ phone: v.string(), cohort: v.string() })

/** A sender of the test's own: several events in a body, each with its id. */
export const batch: SourceOptions<
  { events: (LeadFields & { id: string; skip?: string | undefined })[] },
  LeadFields
> = {
  name: 'batch',
  title: 'Batch',
  kind: 'crm',
  scheme: token,
  accepts: ['json', 'form', 'multipart'],
  payload: v.object({
    events: v.array(
      v.object({ ...leadSchema.entries, id: v.string(), skip: v.optional(v.string()) }),
    ),
  }),
  submissions: ({ events }) =>
    events.map(({ id, skip, ...fields }) => {
      if (id === 'explode' && sender.explodes) throw new TypeError('Our own mistake')
      return { id, fields, ...(skip !== undefined && { skip }) }
    }),
  sample: () => ({ body: '{"events":[]}', contentType: 'application/json' }),
  setup: [],
  example: '',
  docs: 'https://example.com',
}

/** One that sends ids only. */
const terse: SourceOptions<{ ids: string[] }, { id: string; phone?: string; cohort?: string }> = {
  ...batch,
  name: 'terse',
  payload: v.object({ ids: v.array(v.string()) }),
  submissions: ({ ids }) => {
    if (ids.includes('explode') && sender.explodes) throw new TypeError('Our own mistake')
    return ids.map((id) => ({ id, fields: { id } }))
  },
  async lookUp({ id }, { token: bearer, fetch: ask }) {
    const headers = { authorization: `Bearer ${bearer}` }
    const answer = await ask(`https://api.terse.example/people/${id}`, { headers })
    if (!answer.ok) return { ok: false, message: `Terse answered ${answer.status} to ${bearer}.` }
    return { ok: true, fields: { id, ...v.parse(leadSchema, await answer.json()) } }
  },
}

const signed = signedJson({
  header: 'x-test-signature',
  encoding: 'hex',
  prefix: 'sha256=',
  id: 'event.id',
})

export const config = defineConfig({
  accounts: { default: { pace: 'steady' }, sales: { pace: 'instant' } },
  hooks: {
    plain: hook({ source: json, country: 'IN' }),
    months: hook({
      source: json,
      fields: v.object({ phone: phone('IN'), cohort: v.picklist(['May', 'June']) }),
      invite: (lead) => ({
        groupName: `Month ${lead.cohort}`,
        contacts: [lead.phone],
        create: true,
      }),
    }),
    buyers: hook({
      source: json,
      account: 'sales',
      fields: v.object({ phone: phone('IN'), cohort: v.string() }),
      invite: ({ phone, cohort }) => ({
        groupName: mapping.groupName(cohort),
        contacts: [phone],
        create: true,
      }),
    }),
    signed: hook({
      source: signed,
      consent: { field: 'event.agreed' },
      when: (body) => !JSON.stringify(body).includes('"unwanted"'),
      fields: v.object({ event: v.object({ phone: phone('IN'), cohort: v.string() }) }),
      invite: ({ event }) => ({
        groupName: mapping.groupName(event.cohort),
        contacts: [event.phone],
        create: true,
      }),
    }),
    batch: hook({ source: json, country: 'IN', capacity: 3 }),
    poll: hook({ source: json, country: 'IN', newGroupsPerDay: 2 }),
    terse: hook({
      source: defineSource(terse),
      when: ({ cohort }) => cohort !== 'Unwanted',
      fields: v.object({ phone: phone('IN'), cohort: v.string() }),
      invite: ({ phone, cohort }) => ({
        groupName: mapping.groupName(cohort),
        contacts: [phone],
        create: true,
      }),
    }),
    rotated: hook({ source: json, country: 'IN' }),
    weak: hook({ source: json, country: 'IN' }),
    secretless: hook({ source: json, country: 'IN' }),
  },
})

export class Outbox extends OutboxObject {
  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env, config, lookUps(config, env))
  }
}

export default worker(config)
