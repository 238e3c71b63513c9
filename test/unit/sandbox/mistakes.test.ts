/** Mistakes that users make in `src/config.ts`, each with the message that `npm run check` or `npm start` gives it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkReport } from '../../../src/sandbox/checking/check-report.ts'
import { tryHook } from '../../../src/sandbox/checking/try-hook.ts'
import { missingSecrets } from '../../../src/sandbox/dev-vars.ts'
import { loadConfig } from '../../../src/sandbox/load-config.ts'
import { DECLARED } from '../../../src/sandbox/runner/live-worker.ts'

const USHER = resolve(import.meta.dirname, '../../../src/usher.ts')
const NOW = Date.UTC(2026, 10, 28)
const folder = mkdtempSync(join(tmpdir(), 'usher-mistakes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const FIELDS = `fields: v.object({ phone: phone('IN'), cohort: v.picklist(['May', 'June']) })`
const INVITE =
  "invite: ({ phone, cohort }) => ({ groupName: 'Webinar ' + cohort, contacts: [phone] })"
const CONSENT = `consent: { field: 'whatsapp_ok' }`

interface Mistake {
  readonly title: string
  /** The options of a hook `webinar`, or the whole config. */
  readonly hook?: string
  readonly config?: string
  readonly env?: Record<string, string>
  readonly says: string
}

const mistakes: readonly Mistake[] = [
  {
    title: 'the source in quotes',
    hook: `source: 'tally', ${CONSENT}, ${FIELDS}, ${INVITE}`,
    says: `Hook "webinar", option "source": is the text 'tally': write the name without quotes, and import it from ./usher.ts`,
  },
  {
    title: 'no source',
    hook: `${CONSENT}, ${FIELDS}, ${INVITE}`,
    says: 'option "source": is missing: name the sender, as in source: typeform',
  },
  {
    title: 'a source that has to be called',
    hook: `source: signedJson, ${FIELDS}, ${INVITE}`,
    says: 'option "source": is made by its options: call it, as in source: signedJson({ … })',
  },
  {
    title: 'a sender that is not imported',
    hook: `source: hubspott, ${CONSENT}, ${FIELDS}, ${INVITE}`,
    says: 'hubspott is not defined',
  },
  {
    title: 'a country by its name',
    hook: `source: typeform, ${CONSENT}, fields: v.object({ phone: phone('india') }), invite: ({ phone }) => ({ groupName: 'A', contacts: [phone] })`,
    says: 'Cannot read phones of country "india": not a code such as "IN"',
  },
  {
    title: 'a form without consent',
    hook: `source: typeform, ${FIELDS}, ${INVITE}`,
    says: 'option "consent": is missing: a form needs',
  },
  {
    title: 'consent both asked and attested',
    hook: `source: typeform, consent: { field: 'ok', attested: 'Terms' }, ${FIELDS}, ${INVITE}`,
    says: `option "consent": must be { field: '…' }, { attested: '…' } or 'none'`,
  },
  {
    title: 'one accepted answer that is no list',
    hook: `source: typeform, consent: { field: 'ok', accept: 'Add me' }, ${FIELDS}, ${INVITE}`,
    says: `option "consent.accept": must be a list of answers such as ['Add me']`,
  },
  {
    title: 'fields without an invite',
    hook: `source: typeform, ${CONSENT}, ${FIELDS}`,
    says: 'option "invite": is missing: the two belong together',
  },
  {
    title: 'a form without fields and invite',
    hook: `source: typeform, ${CONSENT}`,
    says: 'option "fields": is missing: Typeform does not send { groupName, contacts, create }',
  },
  {
    title: 'fields that are no schema',
    hook: `source: typeform, ${CONSENT}, fields: { phone: phone('IN') }, ${INVITE}`,
    says: 'option "fields": must be a valibot schema such as v.object({ … })',
  },
  {
    title: 'a misspelt option of a hook',
    hook: `source: typeform, ${CONSENT}, ${FIELDS}, ${INVITE}, capcity: 50`,
    says: 'option "capcity": is not an option of a hook',
  },
  {
    title: 'a group larger than WhatsApp has',
    hook: `source: typeform, ${CONSENT}, ${FIELDS}, ${INVITE}, capacity: 5000`,
    says: 'option "capacity": must be a whole number from 1 to 1023',
  },
  {
    title: 'an invitation link without https',
    hook: `source: typeform, ${CONSENT}, ${FIELDS}, ${INVITE}, inviteLink: 'chat.whatsapp.com/x'`,
    says: 'option "inviteLink": must begin with https://',
  },
  {
    title: 'an account that is not declared',
    hook: `source: typeform, account: 'sales', ${CONSENT}, ${FIELDS}, ${INVITE}`,
    says: 'option "account": there is no account "sales" in accounts',
  },
  {
    title: 'a group without a name',
    hook: `source: typeform, ${CONSENT}, ${FIELDS}, invite: ({ phone }) => ({ groupName: undefined, contacts: [phone] })`,
    says: 'Hook webinar: invite.groupName must be a text.',
  },
  {
    title: 'a name made of a question that is not read',
    hook: `source: typeform, ${CONSENT}, ${FIELDS}, invite: (lead) => ({ groupName: \`Webinar \${lead.chort}\`, contacts: [lead.phone] })`,
    says: 'Hook webinar: invite.groupName holds the word "undefined"',
  },
  {
    title: 'a teammate without the country code',
    hook: `source: typeform, ${CONSENT}, ${FIELDS}, invite: ({ phone }) => ({ groupName: 'A', contacts: [phone, '98111 12222'] })`,
    says: 'Hook webinar: invite.contacts.1 must be an international number',
  },
  {
    title: 'no contacts',
    hook: `source: typeform, ${CONSENT}, ${FIELDS}, invite: () => ({ groupName: 'A', contacts: [] })`,
    says: 'Hook webinar: invite.contacts must hold at least one number.',
  },
  {
    title: 'an asynchronous invite',
    hook: `source: typeform, ${CONSENT}, ${FIELDS}, invite: async ({ phone }) => ({ groupName: 'A', contacts: [phone] })`,
    says: 'Hook webinar: invite must not be asynchronous.',
  },
  {
    title: 'an event that the shop does not call so',
    hook: `source: razorpay, consent: { attested: 'Terms' }, when: (event) => event.event === 'payment.paid', fields: v.object({}), invite: () => ({ groupName: 'A', contacts: ['919811112222'] })`,
    says: 'Hook webinar: `when` skips the event that Razorpay documents.',
  },
  {
    title: 'a member that the shop does not send',
    hook: `source: razorpay, consent: { attested: 'Terms' }, fields: v.object({ phone: phone('IN') }), invite: ({ phone }) => ({ groupName: 'A', contacts: [phone] })`,
    says: 'Hook webinar: the body that Razorpay documents would be held: phone',
  },
  {
    title: 'a pattern that nothing made up fits',
    hook: `source: typeform, ${CONSENT}, fields: v.object({ phone: phone('IN'), code: v.pipe(v.string(), v.regex(/^PUNE-\\d$/)) }), invite: ({ phone }) => ({ groupName: 'A', contacts: [phone] })`,
    says: 'Hook webinar: nothing made up fits code, so its invite was not tried. With values of yours: npm run send -- webinar code=…',
  },
  {
    title: 'no people a day',
    config: `{ accounts: { default: { peoplePerDay: 0 } }, hooks: {} }`,
    says: 'Account default: peoplePerDay is 0, so no person is ever added.',
  },
  {
    title: 'no new groups at all',
    config: `{ accounts: { default: { createsPerDay: 0 } }, hooks: {} }`,
    says: 'Account default: it may create no group',
  },
  {
    title: 'an unknown pace',
    config: `{ accounts: { default: { pace: 'fast' } }, hooks: {} }`,
    says: 'Account "default", option "pace": "fast" is none of steady, newNumber, instant',
  },
  {
    title: 'a time zone that is a country',
    config: `{ accounts: { default: { timeZone: 'India' } }, hooks: {} }`,
    says: 'option "timeZone": "India" is not a time zone such as "Asia/Kolkata"',
  },
  {
    title: 'quiet hours in words',
    config: `{ accounts: { default: { timeZone: 'Asia/Kolkata', quietHours: { from: '9pm', to: '8am' } } }, hooks: {} }`,
    says: `option "quietHours": must be { from: '21:00', to: '08:00' }, or false`,
  },
  {
    title: 'a batch larger than a call takes',
    config: `{ accounts: { default: { batchSize: 500 } }, hooks: {} }`,
    says: 'option "batchSize": must be a whole number from 1 to 50',
  },
  {
    title: 'an address without a protocol',
    config: `{ publicUrl: 'hooks.example.com', hooks: {} }`,
    says: 'Option "publicUrl": "hooks.example.com" is not a URL such as https://hooks.example.com',
  },
  {
    title: 'an unknown retention',
    config: `{ retention: 'forever', hooks: {} }`,
    says: 'Option "retention": "forever" is none of standard, india',
  },
  { title: 'no hooks', config: '{}', says: 'Option "hooks": is missing' },
  {
    title: 'a hook called admin',
    config: `{ hooks: { admin: hook({ source: json }) } }`,
    says: 'Hook "admin", option "(name)": its secret would be ADMIN_SECRET: rename it',
  },
  {
    title: 'two hooks with one secret',
    config: `{ hooks: { vipList: hook({ source: json }), 'vip-list': hook({ source: json }) } }`,
    says: 'The hook "vipList" and hook "vip-list" would share the secret VIP_LIST_SECRET: rename one',
  },
  {
    title: 'a bracket too few',
    config: `{ hooks: { a: hook({ source: json } }`,
    says: 'Expected',
  },
  {
    title: 'a short secret',
    hook: `source: json`,
    env: { WEBINAR_SECRET: 'pass' },
    says: 'Hook webinar: the secret WEBINAR_SECRET is shorter than 16 characters',
  },
  {
    title: 'a sample secret',
    hook: `source: json`,
    env: { WEBINAR_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    says: 'Hook webinar: the secret WEBINAR_SECRET is a sample',
  },
  {
    title: 'no token',
    hook: `source: json`,
    env: { EAZYBE_TOKEN: '' },
    says: 'Account default: the secret EAZYBE_TOKEN is not set.',
  },
]

describe('a mistake', () => {
  it.each(mistakes)(
    '$title',
    async ({ hook, config = `{ hooks: { webinar: hook({ ${hook} }) } }`, env, says }) => {
      const found = await findings(config, env)
      expect(found).toContain(says)
      // Not the words of the machinery behind the config.
      expect(found).not.toMatch(/Cannot read propert|\[object|TypeError|at .*\.ts:\d+:\d+\)/)
    },
  )
})

/** All that `npm run check` prints of a config, but the compiler's. */
async function findings(config: string, env: Record<string, string> = {}): Promise<string> {
  const file = join(folder, 'config.ts')
  writeFileSync(
    file,
    `import * as v from 'valibot'
import { defineConfig, hook, json, phone, razorpay, signedJson, typeform } from '${USHER}'
export default defineConfig(${config})
`,
  )
  try {
    const loaded = await loadConfig(file)
    const trials = await Promise.all(
      Object.entries(loaded.hooks).map(([name, one]) => tryHook(name, one, NOW)),
    )
    const { wrong, doubtful } = checkReport({
      config: loaded,
      env: { ...missingSecrets(loaded, {}), ...env },
      declared: DECLARED,
      needed: DECLARED,
    })
    return [
      ...wrong,
      ...doubtful,
      ...trials.flatMap((one) => [...one.wrong, ...one.doubtful]),
    ].join('\n')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
