/** LeadSquared: leads as they are created, updated, or moved to another stage. */

import * as v from 'valibot'
import { token } from '../schemes/token.ts'
import { answerHead, type JsonObject, jsonObject, optionalText } from './shared/payload.ts'
import { hookExample, jsonSample } from './shared/sample.ts'
import { defineSource } from './source.ts'

const lead = v.looseObject({
  ProspectID: v.optional(v.string()),
  ModifiedOn: optionalText,
  ProspectStage: optionalText,
  DoNotCall: v.optional(v.unknown()),
  DoNotSMS: v.optional(v.unknown()),
})

/** An update comes as the lead before and after it. */
const wrapper = v.object({
  After: v.optional(jsonObject),
  Current: v.optional(jsonObject),
})

export const leadSquared = defineSource({
  name: 'leadSquared',
  title: 'LeadSquared',
  kind: 'crm',
  scheme: token,
  // The content type is a choice of the webhook's author; with `text/plain` it is JSON all the same.
  accepts: ['json', 'form', 'text'],
  payload: v.pipe(jsonObject, v.transform(unwrapped), lead),
  submissions: (fields) => {
    const { ProspectID, ModifiedOn, ProspectStage } = fields
    // Nothing in the body says which event it was; a lead that changed again has another time.
    const id = ProspectID && ModifiedOn && `${ProspectID}:${ModifiedOn}:${ProspectStage ?? ''}`
    return [{ id: id || null, fields, skip: reasonToSkip(fields) }]
  },
  // It tries the URL with HEAD when the webhook is saved: https://apidocs.leadsquared.com/webhook-best-practices/
  handshake: answerHead,
  acknowledge: () => Response.json({ Status: 'Success', StatusReason: '' }),
  sample: jsonSample(createdLead),
  example: hookExample('leadSquared', {
    attested: 'Asked by our team before the number is entered',
    phone: 'Phone',
    group: 'Leads {ProspectStage}',
  }),
  setup: [
    'In LeadSquared open My Account, then Settings, then API and Webhooks, then Webhooks, and choose “Add Webhook”. You must be an administrator.',
    'Choose one event, such as Lead Creation or Lead Stage Change, paste {url} as the Webhook URL and leave the content type at application/json.',
    'Under Custom Headers add one with the name x-usher-secret and the value of {secret}.',
    'Tick “Notify on failure”, so that your administrators get a mail when a webhook did not arrive.',
    'Save, and create a lead with your own number: fields without a value are not sent, and fields of your own begin with mx_.',
    'The hook reads the lead’s fields by their schema names, such as Phone, Mobile, ProspectStage and mx_Course. Of an update it reads the lead after it.',
  ],
  docs: 'https://apidocs.leadsquared.com/webhooks/',
  fails: [
    'LeadSquared tries up to three times.',
    'It may switch a webhook off when the answer is 4xx or 5xx, and mails the administrators.',
    'After a change of {secret}, or a time without it, look at the webhook in LeadSquared and switch it on again.',
  ],
  unconfirmed: [
    'How long LeadSquared waits for an answer.',
    'The members of an opportunity’s and an activity’s webhook: only those of a lead are published.',
  ],
})

/** A hook written against the wrapper finds it where it was. */
function unwrapped(body: JsonObject): JsonObject {
  const wrapped = v.safeParse(wrapper, body)
  return wrapped.success ? { ...body, ...(wrapped.output.After ?? wrapped.output.Current) } : body
}

function reasonToSkip({ DoNotCall, DoNotSMS }: v.InferOutput<typeof lead>): string | null {
  if (isOn(DoNotCall)) return 'the lead does not want to be called'
  return isOn(DoNotSMS) ? 'the lead does not want messages' : null
}

/** Every value is a text, also those that mean yes and no. */
function isOn(value: unknown): boolean {
  return value === '1' || value === 1 || value === true
}

function createdLead(id: string, now: number) {
  const time = new Date(now).toISOString().slice(0, 19).replace('T', ' ')
  return {
    ProspectID: `lead-${id}`,
    ProspectAutoId: '3142',
    FirstName: 'Asha',
    LastName: 'Rao',
    EmailAddress: 'asha@example.com',
    Phone: '+91-9800000001',
    Source: 'Direct Traffic',
    ProspectStage: 'Prospect',
    DoNotCall: '0',
    DoNotEmail: '0',
    DoNotSMS: '0',
    Score: '0',
    CreatedOn: time,
    ModifiedOn: time,
  }
}
