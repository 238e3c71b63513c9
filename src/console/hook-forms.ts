/** What the forms of one hook's page do: its pause, previews, a snippet and a test. */

import * as v from 'valibot'
import { readJson } from '../lib/decode.ts'
import type { Hook } from '../mapping/hook.ts'
import { isCountryCode } from '../mapping/phone/index.ts'
import { IMPOSSIBLE } from '../operator/act.ts'
import { hookOf } from '../operator/admin.ts'
import { setHookPaused } from '../operator/hooks.ts'
import { digitsOf } from '../operator/people.ts'
import { fieldsOfLead, previewBody, previewKept } from '../operator/preview.ts'
import { snippet } from '../operator/snippet.ts'
import { sendTest } from '../operator/test-send.ts'
import { eventIn } from './field-picker.tsx'
import { hookPage } from './hook.tsx'
import type { FormAnswer, Sent, Visit } from './page.ts'
import { notFoundPage } from './parts.tsx'
import type { Tried } from './preview.tsx'

export async function pauseHookForm(
  { admin }: Visit,
  { id: name }: Sent,
  pause: boolean,
): Promise<FormAnswer> {
  const count = await setHookPaused(admin, name, pause)
  if (count === 'not_found') return notFoundPage('hook')
  return { to: `/console/hooks/${name}?done=${pause ? `hook_paused&n=${count}` : 'hook_resumed'}` }
}

export async function previewForm(visit: Visit, { id: name, fields }: Sent): Promise<FormAnswer> {
  const hook = hookOf(visit.admin, name)
  if (hook === null) return notFoundPage('hook')
  const preview = await tried(visit, name, hook, fields)
  return hookPage(visit, name, preview === null ? { problem: IMPOSSIBLE.fields_gone } : { preview })
}

/** What a hook makes of the payload that a form names: the sender's sample, what is kept of a lead, or a pasted one. Null: it is gone. */
async function tried(
  visit: Visit,
  name: string,
  hook: Hook,
  { payload, use }: Readonly<Record<string, unknown>>,
): Promise<Tried | null> {
  const now = Date.now()
  if (use === 'sample') {
    const { body } = hook.source.sample({ fields: {}, id: 'sample', now })
    return { from: null, payload: pretty(body), made: await previewBody(hook, body, now) }
  }
  if (typeof use === 'string') {
    const kept = await fieldsOfLead(visit.admin, name, use)
    if (typeof kept === 'string') return null
    return { from: use, payload: '', made: previewKept(hook, kept.fields, now) }
  }
  const text = String(payload ?? '')
  return { from: null, payload: text, made: await previewBody(hook, text, now) }
}

function pretty(body: string): string {
  const value = readJson(body)
  return value === undefined ? body : JSON.stringify(value, null, 2)
}

const pathSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.union([v.string(), v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9))])),
  v.minLength(1),
)

const choicesSchema = v.object({
  phone: pathSchema,
  consent: v.optional(pathSchema),
  named: v.optional(
    v.pipe(
      v.unknown(),
      v.transform((sent) => [sent].flat()),
      v.array(pathSchema),
    ),
    [],
  ),
  prefix: v.optional(v.pipe(v.string(), v.maxLength(60)), ''),
  country: v.optional(v.pipe(v.string(), v.toUpperCase()), ''),
})

export async function snippetForm(visit: Visit, { id: name, fields }: Sent): Promise<FormAnswer> {
  const hook = hookOf(visit.admin, name)
  if (hook === null) return notFoundPage('hook')
  const picked = Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [field, [value].flat().map(String)]),
  )
  const preview = await tried(visit, name, hook, fields)
  if (preview === null) return hookPage(visit, name, { problem: IMPOSSIBLE.fields_gone })
  const refuse = (problem: string) => hookPage(visit, name, { preview, picked, problem })
  const form = v.safeParse(choicesSchema, fields)
  if (!form.success) return refuse('Pick the field that holds the number.')
  const { phone, consent = null, named, prefix, country } = form.output
  if (prefix.trim() === '' && named.length === 0) {
    return refuse('Say what the group’s name begins with, or pick a field for it.')
  }
  const to = { hook: name, source: hook.source.name }
  const choices = {
    phone,
    consent,
    named,
    prefix,
    country: isCountryCode(country) ? country : null,
  }
  const text = snippet({ ...to, ...choices }, eventIn(preview)?.fields)
  return hookPage(visit, name, { preview, picked, snippet: text })
}

export async function testForm(visit: Visit, { id: name, fields }: Sent): Promise<FormAnswer> {
  const { phone, sure } = fields
  const typed = String(phone ?? '').trim()
  const read = typed === '' ? null : digitsOf({ phone: typed })
  if (read !== null && 'because' in read) {
    return hookPage(visit, name, { problem: `The number ${read.because}.` })
  }
  const number = read && `+${read.digits}`
  const sent = await sendTest(visit.admin, name, number, sure === 'yes')
  if (sent === 'not_found') return notFoundPage('hook')
  return hookPage(visit, name, 'because' in sent ? { problem: sent.because } : { test: sent })
}
