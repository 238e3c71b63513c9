/** Endpoints of hooks: their state, what they would make of a payload, and a test through the whole path. */

import * as v from 'valibot'
import { problemResponse } from '../lib/problem.ts'
import { IMPOSSIBLE } from '../operator/act.ts'
import { type Admin, hookOf } from '../operator/admin.ts'
import { hookDetails, hookStates, setHookPaused } from '../operator/hooks.ts'
import { digitsOf } from '../operator/people.ts'
import { fieldsOfLead, previewBody, previewKept } from '../operator/preview.ts'
import { described, hookDetailsSchema, hookSchema, previewSchema } from '../operator/shapes.ts'
import { sendTest } from '../operator/test-send.ts'
import { endpointsOf, noSuch, notPossible, type Result, wrong } from './endpoint.ts'

const hooks = endpointsOf('Hooks', 'hook')

export const hookEndpoints = [
  hooks.get('/api/hooks', 'listHooks', {
    summary: 'Every hook of the config and whether it is ready',
    answer: v.object({ hooks: v.array(hookSchema) }),
    run: async (admin) => ({ hooks: await hookStates(admin) }),
  }),
  hooks.get('/api/hooks/:id', 'getHook', {
    summary: 'One hook, with what it received lately',
    answer: hookDetailsSchema,
    run: (admin, { id }) => hookDetails(admin, id),
  }),
  hooks.post('/api/hooks/:id/pause', 'pauseHook', {
    answer: hookDetailsSchema,
    summary: 'Hold back the leads that wait for this hook alone, and those that come from now on',
    run: (admin, { id }) => paused(admin, id, true),
  }),
  hooks.post('/api/hooks/:id/resume', 'resumeHook', {
    answer: hookDetailsSchema,
    summary: 'Let the hook’s next leads go on',
    detail:
      'What was held back is released or discarded like any other: its reason is "hook paused".',
    run: (admin, { id }) => paused(admin, id, false),
  }),
  hooks.post('/api/hooks/:id/preview', 'previewHook', {
    summary: 'What the hook would make of a payload; nothing is stored or sent',
    body: v.union([
      v.object({ payload: described(v.string(), 'The body as the sender posts it') }),
      v.object({
        delivery: described(v.string(), 'The id of a delivery whose fields are kept'),
      }),
    ]),
    answer: previewSchema,
    problems: [409],
    run: (admin, { id, body }) => preview(admin, id, body),
  }),
  hooks.post('/api/hooks/:id/test', 'testHook', {
    summary: 'Sign a sample as the sender would and receive it',
    detail: 'It is a real lead: outside the sandbox the number given is called for.',
    body: v.object({
      confirm: v.optional(described(v.boolean(), 'Must be true outside the sandbox'), false),
      phone: v.optional(
        described(v.string(), 'Whose number; made up when left out, in the sandbox only'),
      ),
    }),
    answer: v.object({ status: v.number(), answer: v.string(), deliveries: v.array(v.string()) }),
    problems: [409],
    async run(admin, { id, body: { phone, confirm } }) {
      const read = phone === undefined ? null : digitsOf({ phone })
      if (read !== null && 'because' in read) return wrong('phone', read.because)
      const sent = await sendTest(admin, id, read === null ? null : `+${read.digits}`, confirm)
      return sent !== 'not_found' && 'because' in sent ? notPossible(sent.because) : sent
    },
  }),
]

async function paused(admin: Admin, name: string, pause: boolean): Promise<Result> {
  await setHookPaused(admin, name, pause)
  return hookDetails(admin, name)
}

async function preview(
  admin: Admin,
  name: string,
  body: { payload: string } | { delivery: string },
): Promise<Result> {
  const hook = hookOf(admin, name)
  if (hook === null) return null
  if ('payload' in body) {
    const made = await previewBody(hook, body.payload, Date.now())
    if (made.ok) return { events: made.events }
    return problemResponse({ reason: 'bad_request', issues: made.issues })
  }
  const kept = await fieldsOfLead(admin, name, body.delivery)
  if (kept === 'not_found') return noSuch('delivery')
  if (kept === 'gone') return notPossible(IMPOSSIBLE.fields_gone)
  const made = previewKept(hook, kept.fields, Date.now())
  return made.ok ? { events: made.events } : noSuch('delivery')
}
