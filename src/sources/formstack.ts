/** Formstack Forms: what its WebHook sends of each submission. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import { answer, answers, idSchema } from './shared/payload.ts'
import { CONSENT_BY_TEXT, sampleAnswers, serial } from './shared/sample.ts'
import { defineSource, type FormValue } from './source.ts'

/** With “field types” an answer is an object: `{ value, field_type }`, or the parts of a name and their type. */
const typed = v.looseObject({ field_type: v.string() })
/** A name or an address in the form encoding: a line for each of its parts, `first = Asha`. */
const PART = /^(?:prefix|first|middle|initial|last|suffix|address2?|city|state|zip|country) = (.*)$/

export const formstack = defineSource({
  name: 'formstack',
  title: 'Formstack Forms',
  kind: 'form',
  // Neither algorithm nor encoding is on a page of the vendor's any more: two captured deliveries settle both.
  scheme: hmac({
    header: 'X-FS-Signature',
    prefix: 'sha256=',
    prefixMayMiss: true,
    encoding: 'hex',
  }),
  accepts: ['form', 'json'],
  secretMembers: ['HandshakeKey'],
  // Answers stand beside the id, under the names that the form's author gave them.
  visitorWritesId: true,
  payload: v.objectWithRest({ UniqueID: idSchema }, v.unknown()),
  submissions: ({ UniqueID, FormID: _form, HandshakeKey: _secret, ...asked }) => [
    // The handshake key is a secret of theirs, and no answer.
    {
      id: UniqueID,
      fields: answers(Object.entries(asked).map(([name, value]) => [name, readAnswer(value)])),
    },
  ],
  sample: ({ fields, id }) => ({
    body: new URLSearchParams({
      FormID: '6600001',
      UniqueID: String(serial(id)),
      ...Object.fromEntries(sampleAnswers(fields)),
    }).toString(),
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
  }),
  setup: [
    'In Formstack open the form’s Settings, then Emails & Actions, then Advanced Settings, and choose “Add Webhook”.',
    'Paste {url} as the WebHook URL.',
    'Paste the value of {secret} as the HMAC Key: without one Formstack does not sign, and nothing gets in. Leave the custom HMAC header blank. The Shared Secret is another thing and not needed.',
    'Choose what names the fields. With field names, of two fields of one label only the last is sent; field IDs are safe. The hook reads answers by whatever you choose here, with or without field types.',
    'Give an address for error messages: that is how Formstack tells of a delivery that failed.',
    CONSENT_BY_TEXT,
  ],
  fails: ['Formstack sends an email to the address given in the WebHook when it fails.'],
  docs: 'https://help.formstack.com/hc/en-us/articles/44592535914387-WebHook-Submit-Actions',
  unconfirmed: [
    'How long Formstack waits for an answer, and whether it tries again.',
    'How several ticked boxes are sent: a list and one text are both read.',
    'Whether every account’s signature has “sha256=” before it, as those seen had: the digest alone is verified too.',
  ],
})

function readAnswer(value: unknown): FormValue {
  if (typeof value === 'string') return withoutWords(value)
  if (!v.is(typed, value)) return answer(value)
  const { field_type: _, ...parts } = value
  return answer('value' in parts ? parts.value : parts)
}

/** The parts of a name as one text; any other text as it is. */
function withoutWords(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const parts = lines.map((line) => PART.exec(line.trim())?.[1])
  return lines.length > 0 && parts.every((part) => part !== undefined)
    ? parts.filter((part) => part !== '').join(' ')
    : text
}
