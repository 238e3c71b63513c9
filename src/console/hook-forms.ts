/** What the forms of one hook's page do: its pause, previews, a snippet and a test. */

import * as v from 'valibot'
import { isCountryCode } from '../mapping/phone/index.ts'
import { IMPOSSIBLE } from '../operator/act.ts'
import { hookOf, type OperatorContext } from '../operator/desk.ts'
import { hookDetails, setHookPaused } from '../operator/hooks.ts'
import { digitsOf } from '../operator/people.ts'
import { keptFields, previewBody, previewKept } from '../operator/preview.ts'
import { type FieldPath, snippet } from '../operator/snippet.ts'
import { sendTest } from '../operator/test-send.ts'
import { hookPage } from './hook.tsx'
import { notFoundPage } from './messages.tsx'
import type { FormAnswer, Visit } from './page.ts'

export async function pauseHookForm(
  { desk }: Visit,
  c: OperatorContext,
  pause: boolean,
): Promise<FormAnswer> {
  const name = c.req.param('id') ?? ''
  const count = await setHookPaused(desk, name, pause)
  if (count === 'not_found') return notFoundPage('hook')
  return { to: `/console/hooks/${name}?done=${pause ? `hook_paused&n=${count}` : 'hook_resumed'}` }
}

export async function previewForm(visit: Visit, c: OperatorContext): Promise<FormAnswer> {
  const name = c.req.param('id') ?? ''
  const hook = hookOf(visit.desk, name)
  if (hook === null) return notFoundPage('hook')
  const { payload, use } = await c.req.parseBody()
  const now = Date.now()
  if (use === 'sample') {
    const sample = hook.source.sample({ fields: {}, id: 'sample', now })
    const made = await previewBody(hook, sample.body, now)
    return hookPage(visit, name, { preview: { payload: pretty(sample.body), made } })
  }
  if (typeof use === 'string') {
    const kept = await keptFields(visit.desk, name, use)
    if (typeof kept === 'string') return hookPage(visit, name, { problem: IMPOSSIBLE.fields_gone })
    const made = previewKept(hook, kept.fields, now)
    return hookPage(visit, name, { preview: { payload: '', made } })
  }
  const text = String(payload ?? '')
  return hookPage(visit, name, {
    preview: { payload: text, made: await previewBody(hook, text, now) },
  })
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
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
    v.union([
      v.array(pathSchema),
      v.pipe(
        pathSchema,
        v.transform((path): FieldPath[] => [path]),
      ),
    ]),
    [],
  ),
  prefix: v.optional(v.pipe(v.string(), v.maxLength(60)), ''),
  country: v.optional(v.pipe(v.string(), v.toUpperCase()), ''),
})

export async function snippetForm(visit: Visit, c: OperatorContext): Promise<FormAnswer> {
  const name = c.req.param('id') ?? ''
  const hook = hookOf(visit.desk, name)
  if (hook === null) return notFoundPage('hook')
  const sent = await c.req.parseBody({ all: true })
  const picked = Object.fromEntries(
    Object.entries(sent).map(([field, value]) => [field, [value].flat().map(String)]),
  )
  const form = v.safeParse(choicesSchema, sent)
  if (!form.success) {
    return hookPage(visit, name, { picked, problem: 'Pick the field that holds the number.' })
  }
  const { phone, consent = null, named, prefix, country } = form.output
  if (prefix.trim() === '' && named.length === 0) {
    return hookPage(visit, name, {
      picked,
      problem: 'Say what the group’s name begins with, or pick a field for it.',
    })
  }
  const details = await hookDetails(visit.desk, name)
  const text = snippet(
    {
      hook: name,
      source: hook.source.name,
      phone,
      consent,
      named,
      prefix,
      country: isCountryCode(country) ? country : null,
    },
    details?.lastFields?.fields,
  )
  return hookPage(visit, name, { picked, snippet: text })
}

export async function testForm(visit: Visit, c: OperatorContext): Promise<FormAnswer> {
  const name = c.req.param('id') ?? ''
  const { phone, sure } = await c.req.parseBody()
  const typed = String(phone ?? '').trim()
  const read = typed === '' ? null : digitsOf({ phone: typed })
  if (read !== null && 'because' in read) {
    return hookPage(visit, name, { problem: `The number ${read.because}.` })
  }
  const sent = await sendTest(
    visit.desk,
    name,
    read === null ? null : `+${read.digits}`,
    sure === 'yes',
  )
  if (sent.ok) return hookPage(visit, name, { test: sent.result })
  return sent.reason === 'not_found'
    ? notFoundPage('hook')
    : hookPage(visit, name, { problem: sent.because })
}
