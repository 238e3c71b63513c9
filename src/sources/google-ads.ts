/** Google Ads: the leads of lead form assets. */

import * as v from 'valibot'
import { bodySecret } from '../schemes/body-secret.ts'
import { answer, answers, listOf, optionalText } from './shared/payload.ts'
import { hookExample, jsonBody, serial } from './shared/sample.ts'
import { defineSource, type FormValue } from './source.ts'

const KEY = 'google_key'

/** 64 bits: those that a JSON number does not hold exactly are another campaign's, or none. */
const int64 = v.nullish(v.union([v.number(), v.string()]))

const lead = v.object({
  lead_id: v.pipe(v.string(), v.nonEmpty()),
  is_test: v.nullish(v.boolean(), false),
  user_column_data: listOf({
    column_id: v.nullish(v.string(), ''),
    // “This field might not always be populated.”
    column_name: v.nullish(v.string(), ''),
    string_value: v.optional(v.unknown()),
  }),
  form_id: int64,
  campaign_id: int64,
  adgroup_id: int64,
  creative_id: int64,
  asset_group_id: int64,
  gcl_id: optionalText,
  lead_stage: optionalText,
  lead_submit_time: optionalText,
})

const OWN_NAMES = v.keyof(v.omit(lead, ['is_test', 'user_column_data'])).options

export const googleAds = defineSource({
  name: 'googleAds',
  title: 'Google Ads',
  kind: 'ads',
  scheme: bodySecret({ member: KEY }),
  payload: lead,
  submissions: (payload) => [
    {
      // What Google names for telling repeats: it is one lead's in all forms.
      id: payload.lead_id,
      fields: fieldsOf(payload),
      skip: payload.is_test ? 'a test lead' : null,
    },
  ],
  sample: ({ fields, id, now }) =>
    jsonBody({
      lead_id: id,
      api_version: '1.0',
      form_id: serial('form'),
      campaign_id: serial('campaign'),
      adgroup_id: 0,
      creative_id: 0,
      gcl_id: '',
      is_test: false,
      lead_submit_time: new Date(now).toISOString(),
      user_column_data: Object.entries({
        FULL_NAME: 'Asha Rao',
        PHONE_NUMBER: '+919800000001',
        ...fields,
      }).map(([column_id, string_value]) => ({ column_id, string_value })),
    }),
  example: hookExample('googleAds', {
    attested: 'The lead form says that who sends it joins our WhatsApp group',
    phone: 'PHONE_NUMBER',
    country: null,
    group: 'Webinar',
  }),
  setup: [
    'In Google Ads open the lead form asset, and in it “Export leads from Google Ads”, then “Other data integration options”.',
    'Paste {url} as the Webhook URL and the value of {secret} as the Key.',
    'Choose “Send test data”: Google says whether it arrived. A test is verified and then skipped, so that no one is invited.',
    'Let the form ask for the phone number, and say in its text that who sends it joins a WhatsApp group.',
    'The hook reads answers by Google’s names: PHONE_NUMBER, FULL_NAME, EMAIL, CITY …, and the questions you chose by theirs. campaign_id and form_id tell where the lead came from.',
    'To change the key, store the new value beside the old one, one per line, then change it in Google Ads.',
  ],
  docs: 'https://developers.google.com/google-ads/webhook/docs/implementation',
  fails: [
    'Nothing is said of retries. Google Ads keeps the leads for some weeks: those that did not arrive can be downloaded from the lead form asset.',
  ],
  unconfirmed: [
    'How long Google Ads waits for an answer, and whether it tries again.',
    'How long a key may be in the form.',
    'How a phone number is written that was not filled in by Google: the number goes through phone() like any other.',
  ],
})

/** Google's names before what they are shown as: a question's wording must not take the place of PHONE_NUMBER. */
function fieldsOf({ user_column_data, ...own }: v.InferOutput<typeof lead>) {
  return answers(
    user_column_data.map((one) => [one.column_id, answer(one.string_value)]),
    user_column_data.map((one) => [one.column_name, answer(one.string_value)]),
    OWN_NAMES.map((name) => [name, exact(own[name])]),
  )
}

/** An id as text; none where the number has lost its last digits. */
function exact(value: string | number | null | undefined): FormValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null
  return value ?? null
}
