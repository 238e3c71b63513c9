/** IndiaMART: buyers' enquiries, by the Push API of its Lead Manager. */

import * as v from 'valibot'
import { urlToken } from '../schemes/token.ts'
import { answers, membersOf, optionalText, skipped } from './shared/payload.ts'
import { hookExample, jsonBody } from './shared/sample.ts'
import { defineSource, type FormFields, type Submission } from './source.ts'

/** A look into the catalogue: the buyer asked nothing. */
const CATALOGUE_VIEW = 'BIZ'

const enquiry = v.looseObject({
  UNIQUE_QUERY_ID: v.pipe(v.union([v.string(), v.number()]), v.transform(String), v.nonEmpty()),
  QUERY_TYPE: optionalText,
})

type Enquiry = v.InferOutput<typeof enquiry>

/** One enquiry in RESPONSE when it is pushed; several when it is pulled, and some relays send one without RESPONSE. */
const body = v.union([
  v.pipe(
    v.object({ RESPONSE: v.array(enquiry) }),
    v.transform(({ RESPONSE }) => RESPONSE),
  ),
  v.pipe(
    v.object({ RESPONSE: enquiry }),
    v.transform(({ RESPONSE }) => [RESPONSE]),
  ),
  v.pipe(
    enquiry,
    v.transform((one) => [one]),
  ),
])

export const indiaMart = defineSource({
  name: 'indiaMart',
  title: 'IndiaMART',
  kind: 'ads',
  // It signs nothing and sets no header.
  scheme: urlToken,
  payload: body,
  submissions: (enquiries) => enquiries.map(submission),
  sample: ({ fields, id, now }) =>
    jsonBody({
      CODE: 200,
      STATUS: 'SUCCESS',
      RESPONSE: { ...sampleEnquiry(id, now), ...fields },
    }),
  setup: [
    'In IndiaMART open Lead Manager, then Import/Export Leads, then Push API, and choose “Other” as the CRM.',
    'Paste {url} with a slash and the value of {secret} at its end. IndiaMART does not sign: anyone who knows this URL can send, so keep it to yourself.',
    'The hook reads SENDER_MOBILE, SENDER_NAME, SENDER_CITY, QUERY_PRODUCT_NAME, SUBJECT and the other members by IndiaMART’s names.',
    'An enquiry is no consent to a group. Ask in your first answer, or use a group whose link you send, unless your own terms say otherwise.',
    'Views of the catalogue (QUERY_TYPE BIZ) are acknowledged and skipped. W is an enquiry, B a bought lead, P a phone call: give the hook a `when` that looks at QUERY_TYPE to take only some.',
  ],
  fails: ['IndiaMART is said to try again where it gets no answer of 200: an enquiry counts once.'],
  example: hookExample('indiaMart', {
    attested: 'Asked in our first answer to the enquiry',
    when: "({ QUERY_TYPE }) => QUERY_TYPE === 'W'",
    phone: 'SENDER_MOBILE',
    group: 'Buyers {QUERY_PRODUCT_NAME}',
  }),
  docs: 'https://seller.indiamart.com/leadmanager/',
  unconfirmed: [
    'The clicks in Lead Manager, how often IndiaMART tries again, and how long it waits: no page of IndiaMART’s could be read.',
    'The shape of the body, on which receivers that were written independently agree.',
  ],
})

function submission({ UNIQUE_QUERY_ID, QUERY_TYPE, ...own }: Enquiry): Submission<FormFields> {
  if (QUERY_TYPE === CATALOGUE_VIEW) return skipped('a view of the catalogue')
  return {
    id: UNIQUE_QUERY_ID,
    fields: answers(membersOf({ UNIQUE_QUERY_ID, QUERY_TYPE: QUERY_TYPE ?? null, ...own })),
  }
}

function sampleEnquiry(id: string, now: number) {
  return {
    UNIQUE_QUERY_ID: id,
    QUERY_TYPE: 'W',
    QUERY_TIME: new Date(now).toISOString().slice(0, 19).replace('T', ' '),
    SENDER_NAME: 'Asha Rao',
    SENDER_MOBILE: '+91-9800000001',
    SENDER_MOBILE_ALT: '',
    SENDER_EMAIL: 'asha@example.com',
    SENDER_COMPANY: 'Rao Textiles',
    SENDER_CITY: 'Pune',
    SENDER_STATE: 'Maharashtra',
    SENDER_COUNTRY_ISO: 'IN',
    SUBJECT: 'Requirement for Cotton Yarn',
    QUERY_PRODUCT_NAME: 'Cotton Yarn',
    QUERY_MESSAGE: 'Kindly send me price and other details.',
    CALL_DURATION: '',
    RECEIVER_MOBILE: '',
  }
}
