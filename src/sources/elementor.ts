/** Elementor Pro: what the action Webhook sends of a form on a WordPress page. */

import * as v from 'valibot'
import { urlToken } from '../schemes/token.ts'
import { answer, answers, box, membersOf, type NamedAnswer } from './shared/payload.ts'
import { CONSENT_BY_TEXT, formBody, sampleAnswers } from './shared/sample.ts'
import { defineSource } from './source.ts'

/** With “Advanced Data”: `fields[phone][value]`, beside the field’s title, type and raw value. */
const VALUE = /^fields\[(.+)\]\[value\]$/s
/** Without it: what a field without a label is called, by its id. */
const NO_LABEL = /^No Label (.+)$/s
/** What else that mode sends: of the fields, of the form, and of the visit. */
const ADVANCED = /^(?:fields|form|meta)\[.+\]$/s

/** A name that comes twice is a list. */
const body = v.record(v.string(), v.union([v.string(), v.array(v.string())]))

export const elementor = defineSource({
  name: 'elementor',
  title: 'Elementor Pro',
  kind: 'form',
  // It signs nothing, and its settings know no header.
  scheme: urlToken,
  accepts: ['form'],
  payload: body,
  // Nothing in it is an id, and nothing is ever sent twice.
  submissions: (all) => [
    {
      id: null,
      fields: answers(
        byId(all),
        byTitle(all),
        named(all),
        named(all).map(([name, value]) => [NO_LABEL.exec(name)?.[1] ?? '', value]),
      ),
    },
  ],
  sample: ({ fields, id }) => {
    const asked = sampleAnswers(fields).flatMap(([name, value]) => [
      [`fields[${name}][id]`, name],
      [`fields[${name}][type]`, fieldType(value)],
      [`fields[${name}][title]`, ''],
      [`fields[${name}][value]`, value],
      [`fields[${name}][raw_value]`, value],
      [`fields[${name}][required]`, '0'],
    ])
    const form = [
      ['form[id]', 'a1b2c3d'],
      ['form[name]', 'Join'],
      ['meta[page_url][title]', 'Page URL'],
      ['meta[page_url][value]', `https://example.com/join?visit=${id}`],
    ]
    return formBody([...form, ...asked])
  },
  setup: [
    'In Elementor edit the form. Under Actions After Submit add Webhook.',
    'In its settings paste {url} with a slash and the value of {secret} at its end. Elementor cannot sign: anyone who knows this URL can send, so keep it secret.',
    'Switch Advanced Data on. The hook then reads answers by the ID of the field (its Advanced tab), such as phone, or by its label.',
    'Without Advanced Data only labels are sent, and of two fields with one label the first is lost. A field without a label is read by its ID.',
    'Add Time and Date to the form’s metadata, so that two people whose answers are equal are told apart.',
    'A phone comes as it was typed: give the hook its country.',
    `For consent use the field type Acceptance. ${CONSENT_BY_TEXT}`,
  ],
  docs: 'https://developers.elementor.com/docs/hooks/forms/',
  fails: [
    'Elementor sends while the visitor waits, takes nothing but 200 for a success, and never tries again.',
    'On any other answer the visitor reads “Webhook error.”, although the form’s other actions may have done their work.',
    'WordPress gives up after 5 seconds unless told otherwise.',
  ],
  unconfirmed: [
    'The time-out of 5 seconds, which is WordPress’s own default.',
    'How several ticked boxes are written in one value: it is taken as one text.',
  ],
})

function byId(all: v.InferOutput<typeof body>): NamedAnswer[] {
  return Object.entries(all).flatMap(([name, value]): NamedAnswer[] => {
    const id = VALUE.exec(name)?.[1]
    if (id === undefined) return []
    return [[id, all[`fields[${id}][type]`] === 'acceptance' ? box(value) : answer(value)]]
  })
}

function named(all: v.InferOutput<typeof body>): readonly NamedAnswer[] {
  return membersOf(all).filter(([name]) => !ADVANCED.test(name))
}

function byTitle(all: v.InferOutput<typeof body>): NamedAnswer[] {
  return byId(all).flatMap(([id, value]): NamedAnswer[] => {
    const title = all[`fields[${id}][title]`]
    return typeof title === 'string' ? [[title, value]] : []
  })
}

function fieldType(value: string): string {
  if (value === 'true' || value === 'false') return 'acceptance'
  if (/^\+[\d ]+$/.test(value)) return 'tel'
  return value.includes('@') ? 'email' : 'text'
}
