/** What a hook would make of a payload, step by step, with nothing stored and no call made. */

import { utf8 } from '../lib/bytes.ts'
import { decodeBody, readJson, valueAt } from '../lib/decode.ts'
import type { Issue } from '../lib/problem.ts'
import type { Hook } from '../mapping/hook.ts'
import { listedContacts } from '../mapping/invite.ts'
import { isWanted, mapFields, readSubmissions } from '../mapping/map.ts'
import {
  maskPhone,
  type PhoneReading,
  phoneCountryOf,
  REFUSALS,
  readPhoneAnswer,
  WARNINGS,
} from '../mapping/phone/index.ts'
import { maskFields } from '../outbox/admin/views.ts'
import { type Admin, placeOf } from './admin.ts'
import { leavesOf } from './sample/sample-fields.ts'
import type { EventPreview } from './shapes.ts'

type NumberPreview = EventPreview['numbers'][number]

export type Preview =
  | { readonly ok: true; readonly events: readonly EventPreview[] }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** Of a body as its sender posts it: JSON, or a form. */
export async function previewBody(hook: Hook, body: string, now: number): Promise<Preview> {
  const json = /^\s*[[{]/.test(body)
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded'
  const decoded = await decodeBody(utf8(body), json ? 'json' : 'form', type)
  if (!decoded.ok) return { ok: false, issues: [{ path: '', message: decoded.message }] }
  const reading = readSubmissions(hook, decoded.value, new Headers())
  if ('issues' in reading) return { ok: false, issues: reading.issues }
  const events = reading.submissions.map(({ id, fields, skip }) => ({
    ...previewEvent(hook, fields, now),
    id,
    skip: skip ?? (isWanted(hook, fields) ? null : 'the hook’s `when` does not want it'),
  }))
  return { ok: true, events }
}

/** What is kept of a delivery of this hook. */
export async function fieldsOfLead(
  admin: Admin,
  hook: string,
  id: string,
): Promise<{ readonly fields: unknown } | 'not_found' | 'gone'> {
  const place = placeOf(admin, id)
  const kept = place === null ? null : await place.outbox.deliveries().kept(place.seq)
  if (kept === null || kept.hook !== hook) return 'not_found'
  const fields = kept.fields === null ? undefined : readJson(kept.fields)
  return fields === undefined ? 'gone' : { fields }
}

/** Of fields that are kept of a delivery. Its numbers stay masked: looking is not revealing. */
export function previewKept(hook: Hook, fields: unknown, now: number): Preview {
  const event = previewEvent(hook, fields, now)
  const masked: EventPreview = {
    ...event,
    fields: hidden(event.fields),
    numbers: event.numbers.map((number) => ({
      ...number,
      raw: String(hidden(number.raw)),
      read: number.read === null ? null : maskPhone(number.read),
    })),
    invite: event.invite && { ...event.invite, contacts: event.invite.contacts.map(maskPhone) },
  }
  return { ok: true, events: [masked] }
}

function previewEvent(hook: Hook, fields: unknown, now: number): EventPreview {
  const mapped = mapFields(hook, fields, now)
  const numbers = numbersIn(hook, fields)
  const common = { id: null, skip: null, fields, numbers }
  if (mapped.kind === 'held') {
    const { reasons, issues, consent } = mapped
    return {
      ...common,
      invite: null,
      consent,
      held: { reason: reasons.join(', '), issues: [...issues] },
    }
  }
  const { groupName, contacts, create } = mapped.invite
  const invite = { groupName, contacts: [...contacts], create }
  return { ...common, invite, consent: mapped.consent, held: null }
}

/** The numbers that a hook reads in fields, whatever else of them does not fit. */
export function numbersRead(hook: Hook, fields: unknown): string[] {
  return numbersIn(hook, fields).flatMap(({ read }) => read ?? [])
}

function hidden(value: unknown): unknown {
  return JSON.parse(maskFields(JSON.stringify(value)) ?? 'null')
}

/** Every value that the hook reads as a phone. */
function numbersIn(hook: Hook, fields: unknown): NumberPreview[] {
  if (hook.fields === undefined) {
    const contacts = listedContacts(valueAt(fields, 'contacts'))
    return [contacts].flat().map((value, index) => {
      return numberPreview(`contacts.${index}`, value, readPhoneAnswer(value, hook.country))
    })
  }
  return leavesOf(hook.fields, '').flatMap(({ path, schema }) => {
    const phone = phoneCountryOf(schema)
    if (phone === null) return []
    const value = valueAt(fields, path)
    return numberPreview(path, value, readPhoneAnswer(value, phone.country))
  })
}

function numberPreview(path: string, value: unknown, reading: PhoneReading): NumberPreview {
  const raw = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return reading.ok
    ? { path, raw, read: `+${reading.digits}`, notes: reading.warnings.map((one) => WARNINGS[one]) }
    : { path, raw, read: null, notes: [REFUSALS[reading.reason]] }
}
