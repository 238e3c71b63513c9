/** Meta Lead Ads: leads of Facebook and Instagram, whose answers are then asked for. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import type { Incoming, Scheme } from '../schemes/scheme.ts'
import { isOneOf, newSecret } from '../schemes/secret.ts'
import { askVendor } from './shared/ask-vendor.ts'
import {
  answer,
  answers,
  givenIn,
  listOf,
  numberId,
  onlyEvent,
  optionalId,
  skipped,
} from './shared/payload.ts'
import { hookExample, jsonBody, serial } from './shared/sample.ts'
import { defineSource, type FormFields } from './source.ts'

/** A version lives two years, then the next one answers: https://developers.facebook.com/docs/graph-api/changelog */
const API = 'https://graph.facebook.com/v26.0'
const ASKED_FOR =
  'created_time,ad_id,ad_name,campaign_id,campaign_name,form_id,platform,field_data,custom_disclaimer_responses'
const EVENT = 'leadgen'
/** The lead that the dashboard's test button makes up. */
const TEST_LEAD = '444444444444'

/** What its testing tool puts in place of answers: `<test lead: dummy data for phone_number>`. */
const DUMMY = /^<test lead:/

/** What a verify token begins with. It travels in URLs, so it must never serve as a key. */
const VERIFY_TOKEN = 'verify_'
/** Meta's challenges are numbers; nothing is echoed that a page could be made of. */
const CHALLENGE = /^[A-Za-z0-9_-]{1,128}$/
/** As long as Meta makes its app secrets. */
const APP_SECRET_LENGTH = 32

/** Up to 1,000 leads come in one body, of some 260 bytes each; a batch that is refused comes again whole, for 36 hours. */
const MAX_BODY_BYTES = 512 * 1024

const leadgen = v.object({
  value: v.object({
    leadgen_id: numberId,
    page_id: v.nullish(numberId),
    form_id: v.nullish(numberId),
    ad_id: v.nullish(numberId),
    adgroup_id: v.nullish(numberId),
    created_time: v.nullish(v.union([v.number(), v.string()])),
  }),
})

const delivery = v.object({
  entry: v.array(v.object({ changes: v.nullish(v.array(onlyEvent('field', EVENT, leadgen)), []) })),
})

const lead = v.object({
  created_time: optionalId,
  ad_id: optionalId,
  ad_name: optionalId,
  campaign_id: optionalId,
  campaign_name: optionalId,
  form_id: optionalId,
  platform: optionalId,
  field_data: v.array(v.object({ name: v.string(), values: v.nullish(v.array(v.unknown()), []) })),
  custom_disclaimer_responses: listOf({
    checkbox_key: v.string(),
    is_checked: v.optional(v.unknown()),
  }),
})

const signature = hmac({ header: 'X-Hub-Signature-256', prefix: 'sha256=', encoding: 'hex' })

const scheme: Scheme = {
  ...signature,
  newSecret: () => newSecret().slice(0, APP_SECRET_LENGTH),
  verify: (incoming, secrets, toleranceSeconds) =>
    signature.verify(
      incoming,
      secrets.filter((secret) => !secret.startsWith(VERIFY_TOKEN)),
      toleranceSeconds,
    ),
}

export const metaLeadAds = defineSource({
  name: 'metaLeadAds',
  title: 'Meta Lead Ads',
  kind: 'ads',
  scheme,
  maxBodyBytes: MAX_BODY_BYTES,
  payload: delivery,
  submissions: ({ entry }) =>
    entry
      .flatMap(({ changes }) => changes)
      .map((change) => {
        if ('other' in change) return skipped(`${change.other} is not a lead`)
        const { value } = change.ours
        if (value.leadgen_id === TEST_LEAD) return skipped('a made-up lead of the test button')
        return { id: value.leadgen_id, fields: answers(givenIn(value)) }
      }),
  handshake: answerChallenge,
  lookUp: async (fields, tools) => {
    const leadId = fields.leadgen_id
    if (!v.is(numberId, leadId)) return { ok: false, message: 'Meta named no lead.' }
    const url = `${API}/${leadId}?fields=${ASKED_FOR}`
    const found = await askVendor(tools, {
      title: 'Meta',
      url,
      what: 'a lead with its field_data',
      shape: lead,
    })
    if (!found.ok) return found
    const given = found.value.field_data.flatMap(({ values }) => values)
    const isDummy = given.some((value) => typeof value === 'string' && DUMMY.test(value))
    return {
      ok: true,
      fields: withAnswers(fields, found.value),
      skip: isDummy ? 'a made-up lead of the testing tool' : null,
    }
  },
  sample: ({ id, now }) => {
    const time = Math.floor(now / 1000)
    const page = String(serial('page'))
    const value = {
      leadgen_id: String(serial(id)),
      page_id: page,
      form_id: String(serial('form')),
      ad_id: String(serial('ad')),
      created_time: time,
    }
    return jsonBody({
      object: 'page',
      entry: [{ id: page, time, changes: [{ field: EVENT, value }] }],
    })
  },
  example: hookExample('metaLeadAds', {
    field: 'whatsapp_ok',
    phone: 'phone_number',
    country: null,
    group: 'Webinar',
  }),
  setup: [
    'You need an app of your own at developers.facebook.com, of the type Business, with the permission leads_retrieval. If that is too much, let Zapier, Make or your CRM take the lead and send it on to a hook with the source json.',
    'Copy the App secret from App settings, Basic, and store it as the first line of {secret}. As a second line store a word you make up: verify_ and at least 20 letters and digits.',
    'In the app open Webhooks, choose Page, paste {url} as the Callback URL and the word that begins with verify_ as the Verify token. Never paste the app secret there: that word travels in addresses.',
    'Subscribe to the field leadgen, and connect your Page to the app (POST /PAGE_ID/subscribed_apps?subscribed_fields=leadgen with the Page’s token).',
    'Meta sends ids only. Make a long-lived Page access token and store it as {apiToken}: the answers are asked for with it.',
    'The hook reads answers by the form’s field names, such as phone_number, full_name and email, and the form’s checkboxes by their keys. Leads of Meta’s testing tool are skipped. form_id, ad_name and campaign_name tell where the lead came from.',
  ],
  docs: 'https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving',
  fails: [
    'Meta tries again at once and then less and less often for 36 hours; another page of Meta’s says that an hour of failures is enough to switch a webhook off.',
    'When Meta cannot be asked for the answers for half a day, the delivery is held: put the token right and map it again. Leads can be asked for during 90 days.',
  ],
  phoneless:
    'Meta’s webhook carries ids only. Either store a Page access token, so that the answers are asked for, or let Zapier, Make or a CRM take the lead and post the number to a hook with the source json.',
  unconfirmed: [
    'How long Meta waits for an answer.',
    'That the test button always makes up the lead 444444444444; another made-up lead would be held, since nothing can be asked about it.',
  ],
})

/** https://developers.facebook.com/docs/graph-api/webhooks/getting-started: the word must be known before anything is echoed. */
async function answerChallenge(
  { method, url }: Incoming,
  secrets: readonly string[],
): Promise<Response | null> {
  const query = new URL(url).searchParams
  const shown = query.get('hub.verify_token') ?? ''
  const challenge = query.get('hub.challenge') ?? ''
  if (method !== 'GET' || query.get('hub.mode') !== 'subscribe' || !CHALLENGE.test(challenge)) {
    return null
  }
  if (shown === '' || !(await isOneOf(shown, secrets))) return null
  return new Response(challenge, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

/** What people answered comes before what Meta says of the lead, but no question takes the place of its id. */
function withAnswers(
  fields: FormFields,
  { field_data, custom_disclaimer_responses, ...own }: v.InferOutput<typeof lead>,
): FormFields {
  return answers(
    [['leadgen_id', fields.leadgen_id ?? null]],
    field_data.map(({ name, values }) => [name, answer(values.length === 1 ? values[0] : values)]),
    custom_disclaimer_responses.map((one) => [one.checkbox_key, isTicked(one.is_checked)]),
    givenIn(own),
    Object.entries(fields),
  )
}

function isTicked(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true'
}
