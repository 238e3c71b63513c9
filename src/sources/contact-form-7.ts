/** Contact Form 7: what the plugin “CF7 to Webhook” sends of a WordPress form. */

import { token } from '../schemes/token.ts'
import { answers, jsonObject, membersOf } from './shared/payload.ts'
import { CONSENT_BY_TEXT, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

export const contactForm7 = defineSource({
  name: 'contactForm7',
  title: 'Contact Form 7',
  kind: 'form',
  // It signs nothing, and sets any header.
  scheme: token,
  payload: jsonObject,
  // Not `_serial_number`: each form has its own, and several forms may share a hook. Nothing is ever sent twice.
  submissions: (body) => [{ id: null, fields: answers(membersOf(body)) }],
  sample: ({ fields, id }) => ({
    body: JSON.stringify({ ...Object.fromEntries(sampleAnswers(fields)), _serial_number: id }),
    contentType: 'application/json; charset=UTF-8',
  }),
  setup: [
    'Contact Form 7 has no webhooks of its own: install and activate the plugin “CF7 to Webhook”.',
    'Edit the form, open its tab Webhook, switch the sending on and paste {url} as the URL, with the method POST.',
    'Under Headers write one line: x-usher-secret, a colon, a space and the value of {secret}.',
    'The hook reads answers by the names in the form’s tags: [tel* phone] is phone. An option renames one for the webhook alone, as in [tel* your-phone webhook:phone].',
    'Add the special mail tag _serial_number or _date and _time to what is sent, so that two people whose answers are equal are told apart.',
    'A phone comes as it was typed: give the hook its country. An acceptance box is 1 where it is ticked, and an empty text where it is not.',
    'Leave the body as it is. In a body of your own, a quote in an answer breaks the JSON, and the lead is held.',
    CONSENT_BY_TEXT,
  ],
  docs: 'https://wordpress.org/plugins/cf7-to-zapier/',
  fails: [
    'The plugin sends while the visitor waits, for up to 30 seconds, and never tries again.',
    'It takes 200, 201, 202, 204 and 205 for a success, unless told otherwise. On any other answer the visitor reads that the message could not be sent, and its administrator gets an email.',
    'It sends only when Contact Form 7 could send its own email.',
  ],
})
