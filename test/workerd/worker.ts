/** The Worker under test: the real parts over a config of its own. */

import * as v from 'valibot'
import { OutboxObject } from '../../src/outbox/outbox.ts'
import { signedJson } from '../../src/sources/signed-json.ts'
import { defineConfig, hook, json, phone } from '../../src/usher.ts'
import { worker } from '../../src/worker.ts'

/** What a test may change under the Worker's feet, as an operator mends a config. */
export const mapping = { groupName: (cohort: string) => `Cohort ${cohort}` }

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
    rotated: hook({ source: json, country: 'IN' }),
    weak: hook({ source: json, country: 'IN' }),
    secretless: hook({ source: json, country: 'IN' }),
  },
})

export class Outbox extends OutboxObject {
  constructor(ctx: DurableObjectState, env: object) {
    super(ctx, env, config)
  }
}

export default worker(config)
