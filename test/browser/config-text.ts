/** The config of the browser tests as text, so that a test can put another hook into it and save. */

import { resolve } from 'node:path'
import { ROOT } from '../../src/sandbox/settings.ts'

/** A hook as it is before its mapping fits: what the console's snippet takes the place of. */
const UNFIT_SIGNUP = `signup: hook({
  source: typeform,
  consent: { field: 'agreed' },
  fields: v.object({ nothing: phone('IN') }),
  invite: (lead) => ({ groupName: 'Nobody', contacts: [lead.nothing], create: true }),
}),`

export function configText(signup = UNFIT_SIGNUP): string {
  return `import * as v from 'valibot'
import { defineConfig, hook, json, phone, typeform } from '${resolve(ROOT, 'src/usher.ts')}'

export default defineConfig({
  accounts: { default: { pace: 'instant' } },
  hooks: {
    webinar: hook({
      source: typeform,
      consent: { field: 'whatsapp_ok' },
      fields: v.object({ phone: phone('IN'), cohort: v.string() }),
      invite: ({ phone, cohort }) => ({ groupName: \`Webinar \${cohort}\`, contacts: [phone], create: true }),
    }),
    ${signup}
    automation: hook({ source: json, country: 'IN', consent: { attested: 'Our own lists' } }),
  },
})
`
}
