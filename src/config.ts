/** Your hooks: who sends, who agreed, and which group they go to. `npm run check` reads this file and says what is missing. */

import * as v from 'valibot'
import { defineConfig, hook, json, phone, razorpay, typeform } from './usher.ts'

export default defineConfig({
  accounts: { default: { pace: 'steady', timeZone: 'Asia/Kolkata' } },
  hooks: {
    // A Typeform with a phone question, a dropdown "cohort" and a yes/no question "whatsapp_ok" (their refs).
    webinar: hook({
      source: typeform,
      consent: { field: 'whatsapp_ok' },
      fields: v.object({ phone: phone('IN'), cohort: v.picklist(['May', 'June']) }),
      invite: ({ phone, cohort }) => ({
        groupName: `Webinar ${cohort}`,
        contacts: [phone],
        create: true,
      }),
    }),

    // Razorpay, when a course is paid: the buyer joins the batch named in the payment's notes, with the mentor.
    course: hook({
      source: razorpay,
      consent: { attested: 'Ticked at checkout: "Add me to the batch’s WhatsApp group"' },
      when: (event) => event.event === 'payment.captured',
      fields: v.object({
        payload: v.object({
          payment: v.object({
            entity: v.object({ contact: phone('IN'), notes: v.object({ batch: v.string() }) }),
          }),
        }),
      }),
      invite: ({ payload: { payment } }) => ({
        groupName: `Course ${payment.entity.notes.batch}`,
        contacts: [payment.entity.contact, '919811112222'],
        create: true,
      }),
    }),

    // Zapier, Make, n8n, Pabbly or your own code: they send { groupName, contacts, create } themselves.
    automation: hook({
      source: json,
      country: 'IN',
      consent: { attested: 'Our own lists; all people on them agreed to join' },
    }),
  },
})
