/** LinkedIn Lead Sync: leads of forms on ads and Pages, whose answers are then asked for. */

import * as v from 'valibot'
import { concat, encode, hmacSign, utf8 } from '../lib/bytes.ts'
import { hmac } from '../schemes/hmac.ts'
import type { Incoming, Scheme } from '../schemes/scheme.ts'
import { askVendor } from './shared/ask-vendor.ts'
import {
  answers,
  givenIn,
  idText,
  listOf,
  type NamedAnswer,
  onlyEvent,
  optionalText,
  skipped,
} from './shared/payload.ts'
import { hookExample, jsonBody, serial } from './shared/sample.ts'
import { defineSource, type LookUpTools } from './source.ts'

const TITLE = 'LinkedIn'
const API = 'https://api.linkedin.com/rest'
/** A version lives for a year: https://learn.microsoft.com/en-us/linkedin/marketing/versioning */
const VERSION = '202606'
const EVENT = 'LEAD_ACTION'
const CREATED = 'CREATED'
const SIGNATURE = 'X-LI-Signature'
const PREFIX = 'hmacsha256='

/** A type-4 UUID and nothing else is signed: `hmacsha256=<body>` in its place would be a forged lead, signed by us. */
const CHALLENGE = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
const RESPONSE_URN = /^urn:li:leadGenFormResponse:([A-Za-z0-9_-]{1,100})$/
const FORM_URN = /leadGenForm:(\d{1,20})\b/

const notification = v.object({
  leadGenFormResponse: v.pipe(v.string(), v.regex(RESPONSE_URN)),
  leadGenForm: optionalText,
  leadType: optionalText,
  leadAction: optionalText,
})

const id = v.union([v.string(), v.number()])

/** https://learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync */
const response = v.object({
  versionedLeadGenFormUrn: optionalText,
  submittedAt: v.nullish(v.number()),
  testLead: v.nullish(v.boolean(), false),
  formResponse: v.object({
    answers: listOf({ questionId: id, answerDetails: v.optional(v.unknown()) }),
    consentResponses: listOf({ consentId: id, accepted: v.nullish(v.boolean(), false) }),
  }),
})

const form = v.object({
  name: optionalText,
  hiddenFields: listOf({ name: v.string(), value: optionalText }),
  content: v.object({
    questions: listOf({ questionId: id, name: optionalText, predefinedField: optionalText }),
  }),
})

/** The prefix is inside the signed text by the vendor's page; some receivers know the bare body, which is as hard to forge. */
const inHeader = {
  header: SIGNATURE,
  prefix: PREFIX,
  prefixMayMiss: true,
  encoding: 'hex',
} as const
const prefixed = hmac({
  ...inHeader,
  signed: ({ body }) => concat(utf8(PREFIX), body),
  title: `HMAC-SHA256 of the body in ${SIGNATURE}`,
})
const bare = hmac(inHeader)

const scheme: Scheme = {
  ...prefixed,
  async verify(incoming, secrets) {
    const verdict = await prefixed.verify(incoming, secrets)
    return verdict.ok || verdict.reason !== 'mismatch' ? verdict : bare.verify(incoming, secrets)
  },
}

export const linkedIn = defineSource({
  name: 'linkedIn',
  title: `${TITLE} Lead Sync`,
  kind: 'ads',
  scheme,
  payload: onlyEvent('type', EVENT, notification),
  submissions: (event) => {
    if ('other' in event) return [skipped(`${event.other} is not a lead`)]
    const { leadGenFormResponse, leadGenForm, leadType, leadAction } = event.ours
    if (leadAction !== CREATED) return [skipped(`a lead that is ${leadAction ?? 'not told'}`)]
    return [
      {
        id: leadGenFormResponse,
        fields: answers(givenIn({ leadGenFormResponse, leadGenForm, leadType })),
      },
    ]
  },
  handshake: answerChallenge,
  lookUp: async (fields, tools) => {
    const own = ['leadGenFormResponse', 'leadGenForm', 'leadType'].map(
      (name): NamedAnswer => [name, fields[name] ?? null],
    )
    const lead = RESPONSE_URN.exec(String(fields.leadGenFormResponse))?.[1]
    if (lead === undefined) return { ok: false, message: `${TITLE} named no lead.` }
    const found = await ask(tools, `leadFormResponses/${lead}`, 'a lead', response)
    if (!found.ok) return found
    const { testLead, versionedLeadGenFormUrn, submittedAt, formResponse } = found.value
    const told: NamedAnswer[] = [
      ...own,
      ['submittedAt', submittedAt ?? null],
      ['testLead', testLead],
    ]
    // A made-up lead is told without its answers, so that no hook can invite from it.
    if (testLead) return { ok: true, fields: answers(told), skip: 'a test' }
    const formId = FORM_URN.exec(`${versionedLeadGenFormUrn} ${fields.leadGenForm}`)?.[1]
    if (formId === undefined) return { ok: false, message: `${TITLE} named no form.` }
    const asking = await ask(tools, `leadForms/${formId}`, 'a form', form)
    if (!asking.ok) return asking
    return { ok: true, fields: answers(told, ...answersOf(formResponse, asking.value)) }
  },
  sample: ({ id: sample, now }) =>
    jsonBody({
      type: EVENT,
      leadGenFormResponse: `urn:li:leadGenFormResponse:${serial(sample)}-1`,
      leadGenForm: 'urn:li:leadGenForm:7992706',
      owner: { sponsoredAccount: 'urn:li:sponsoredAccount:1234567' },
      leadType: 'SPONSORED',
      leadAction: CREATED,
      occurredAt: now,
    }),
  setup: [
    'You need a developer app that LinkedIn approved for Lead Sync (r_marketing_leadgen_automation), which takes weeks. If that is too much, let Zapier, Make or your CRM take the lead and send it on to a hook with the source json.',
    'Copy the app’s Primary Client Secret and store it as {secret}. Make an access token of a member who manages the ad account and store it as {apiToken}: LinkedIn sends ids only. It lasts 60 days. Deploy before you go on.',
    'Subscribe by the API: POST https://api.linkedin.com/rest/leadNotifications with webhook {url}, the owner, and the leadType SPONSORED or COMPANY. LinkedIn checks the address at once, and every two hours from then on.',
    'Let the form ask for the phone number, and add a custom checkbox for the consent.',
    'The hook reads answers by LinkedIn’s names (PHONE_NUMBER, FIRST_NAME, EMAIL …) and by the question’s name, checkboxes as consent.1, consent.2 … in their order, and hidden fields by their names. leadGenForm tells which form it was.',
    'Test leads are skipped.',
  ],
  fails: [
    'Three failed checks of the address in a row block it.',
    'Where LinkedIn’s API does not answer for half a day, or the token has run out, the delivery is held: store a new one and map it again.',
  ],
  phoneless:
    'LinkedIn’s webhook carries ids only. Either store an access token, so that the answers are asked for, or let Zapier, Make or a CRM take the lead and post the number to a hook with the source json.',
  example: hookExample('linkedIn', {
    field: 'consent.1',
    phone: 'PHONE_NUMBER',
    country: null,
    group: 'Webinar',
  }),
  docs: 'https://learn.microsoft.com/en-us/linkedin/marketing/lead-sync/leadsync',
  unconfirmed: [
    'Whether the prefix hmacsha256= is signed along with the body, as LinkedIn’s page says, or not, as some receivers have it: both are taken.',
    'Whether LinkedIn tries again when a notification is not answered.',
    'How the answer to a question of several choices is spelt: its texts are read wherever they stand.',
    'Whether the checkboxes of a lead come in the order of the form.',
  ],
})

/** https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation: within 3 seconds, under the client secret. */
async function answerChallenge(
  { method, url }: Incoming,
  secrets: readonly string[],
): Promise<Response | null> {
  const [challengeCode, ...others] = new URL(url).searchParams.getAll('challengeCode')
  const [secret] = secrets.filter((one) => scheme.refuseSecret(one) === null)
  const isAsked = method === 'GET' && challengeCode !== undefined && others.length === 0
  if (!isAsked || secret === undefined || !CHALLENGE.test(challengeCode)) return null
  const mac = await hmacSign('SHA-256', utf8(secret), utf8(challengeCode))
  return Response.json({ challengeCode, challengeResponse: encode(mac, 'hex') })
}

function ask<value>(
  tools: LookUpTools,
  path: string,
  what: string,
  shape: v.GenericSchema<unknown, value>,
) {
  const headers = {
    authorization: `Bearer ${tools.token}`,
    'linkedin-version': VERSION,
    'x-restli-protocol-version': '2.0.0',
  }
  return askVendor(tools, { title: TITLE, url: `${API}/${path}`, headers, what, shape })
}

/** LinkedIn's own names of questions before their authors', then boxes, then what the form hides. */
function answersOf(
  { answers: given, consentResponses }: v.InferOutput<typeof response>['formResponse'],
  { content, hiddenFields }: v.InferOutput<typeof form>,
): NamedAnswer[][] {
  const values = new Map(
    given.map(({ questionId, answerDetails }) => [idText(questionId), textsOf(answerDetails)]),
  )
  const byName = (name: 'predefinedField' | 'name') =>
    content.questions.map(
      (question): NamedAnswer => [
        question[name] ?? '',
        values.get(idText(question.questionId)) ?? null,
      ],
    )
  return [
    byName('predefinedField'),
    byName('name'),
    consentResponses.map(({ accepted }, at) => [`consent.${at + 1}`, accepted ?? false]),
    hiddenFields.map(({ name, value }) => [name, value ?? null]),
  ]
}

/** An answer is `{ textQuestionAnswer: { answer } }`, or the choices of another kind of question. */
function textsOf(details: unknown): string | string[] | null {
  const texts = leaves(details)
  return texts.length > 1 ? texts : (texts[0] ?? null)
}

function leaves(node: unknown): string[] {
  if (typeof node === 'string') return [node]
  if (typeof node === 'number') return [String(node)]
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(leaves) : []
}
