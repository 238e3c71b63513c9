/** The config of the journeys: one hook of a form, one of a shop, one of an automation, all at the sandbox's pace. */

import * as v from 'valibot'
import { defineConfig, hook, json, phone, shopify, typeform } from '../../src/usher.ts'

export default defineConfig({
  accounts: { default: { pace: 'instant' } },
  hooks: {
    webinar: hook({
      source: typeform,
      // Its cohort is typed, and the automation adds to the same groups.
      groups: 'any',
      consent: { field: 'whatsapp_ok' },
      fields: v.object({ phone: phone('IN'), cohort: v.string() }),
      invite: ({ phone, cohort }) => ({
        groupName: `Webinar ${cohort}`,
        contacts: [phone],
        create: true,
      }),
    }),
    orders: hook({
      source: shopify,
      consent: { attested: 'Ticked at checkout' },
      fields: v.object({ shipping_address: phone('IN') }),
      invite: ({ shipping_address }) => ({
        groupName: 'Buyers',
        contacts: [shipping_address],
        create: true,
      }),
    }),
    automation: hook({ source: json, country: 'IN' }),
  },
})
