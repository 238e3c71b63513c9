/** HubSpot workflows: the action “Send a webhook”, which sends one contact or a body of the author's own. */

import type { Scheme } from '../schemes/scheme.ts'
import { token } from '../schemes/token.ts'
import { hasHubspotSignature, hubspotSignature } from './hubspot.ts'
import { jsonObject } from './shared/payload.ts'
import { hookExample, jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

/** Either proof will do, as the author of the workflow chose: an API key in a header, or HubSpot's signature. */
const scheme: Scheme = {
  ...token,
  title: `${token.title}, or HubSpot's signature`,
  async verify(incoming, secrets, toleranceSeconds) {
    const shown = await token.verify(incoming, secrets)
    if (shown.ok || !hasHubspotSignature(incoming.headers)) return shown
    return hubspotSignature.verify(incoming, secrets, toleranceSeconds)
  },
}

export const hubspotWorkflow = defineSource({
  name: 'hubspotWorkflow',
  title: 'HubSpot workflow',
  kind: 'crm',
  scheme,
  // A contact record (`properties.phone.value`), plain properties (`properties.phone`), or the keys the author chose.
  payload: jsonObject,
  submissions: (fields) => [{ id: null, fields }],
  sample: jsonSample(contact),
  setup: [
    'In the workflow add the action “Send a webhook”, with the method POST and {url} as the webhook URL.',
    'For authentication choose an API key in the request header: the name x-usher-secret and, as its value, the value of {secret}.',
    'Or choose the request signature and an app of yours: then store the app’s client secret as {secret}.',
    'Send all properties (the number is then properties.phone.value) or customize the body with keys such as phone and group.',
    'Add the record’s id to a customized body: two people whose bodies are equal count as one event sent twice.',
    'Usher must be reached under the very address given to HubSpot when the signature is used: set publicUrl behind a proxy.',
  ],
  fails: [
    'HubSpot waits 30 seconds.',
    'It tries again for three days after 429 and 5xx; after any other 4xx, such as a wrong secret, it does not.',
  ],
  example: hookExample('hubspotWorkflow', {
    attested: 'The workflow enrols only contacts who agreed',
    phone: 'properties.phone.value',
    group: 'Customers in {properties.city.value}',
  }),
  docs: 'https://knowledge.hubspot.com/workflows/how-do-i-use-webhooks-with-hubspot-workflows',
  unconfirmed: [
    'Whether a retry sends the same bytes: with a body that changes from try to try, only the person and the group tell repeats apart.',
  ],
})

function contact(id: string, now: number) {
  const said = (value: string) => ({
    value,
    versions: [{ value, 'source-type': 'FORM', timestamp: now }],
  })
  return {
    vid: serial(id),
    'portal-id': 6200001,
    'is-contact': true,
    properties: {
      firstname: said('Asha'),
      lastname: said('Rao'),
      email: said('asha@example.com'),
      phone: said('+91 98000 00001'),
      city: said('Pune'),
      lifecyclestage: said('customer'),
    },
    'form-submissions': [],
    'list-memberships': [],
    'identity-profiles': [],
  }
}
