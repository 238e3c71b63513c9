/** Endpoints of hooks: their state, what they would make of a payload, and a test through the whole path. */

import * as v from 'valibot'
import { problemResponse } from '../lib/problem.ts'
import { IMPOSSIBLE } from '../operator/act.ts'
import { type Desk, hookOf } from '../operator/desk.ts'
import { hookDetails, hookStates, setHookPaused } from '../operator/hooks.ts'
import { digitsOf } from '../operator/people.ts'
import { fieldsOfLead, previewBody, previewKept } from '../operator/preview.ts'
import { sendTest } from '../operator/test-send.ts'
import { endpoint, noSuch, notPossible, wrong } from './endpoint.ts'
import { hookDetailsSchema, hookSchema, previewSchema } from './schemas.ts'

const change = {
  method: 'post',
  tag: 'Hooks',
  answer: hookDetailsSchema,
  problems: [404],
} as const

export const hookEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/hooks',
    name: 'listHooks',
    tag: 'Hooks',
    summary: 'Every hook of the config and whether it is ready',
    answer: v.object({ hooks: v.array(hookSchema) }),
    run: async (desk) => ({ hooks: await hookStates(desk) }),
  }),
  endpoint({
    method: 'get',
    path: '/api/hooks/:id',
    name: 'getHook',
    tag: 'Hooks',
    summary: 'One hook, with what it received lately',
    answer: hookDetailsSchema,
    problems: [404],
    run: async (desk, { id }) => (await hookDetails(desk, id)) ?? noSuch('hook'),
  }),
  endpoint({
    ...change,
    path: '/api/hooks/:id/pause',
    name: 'pauseHook',
    summary: 'Hold back the leads that wait for this hook alone, and those that come from now on',
    run: (desk, { id }) => paused(desk, id, true),
  }),
  endpoint({
    ...change,
    path: '/api/hooks/:id/resume',
    name: 'resumeHook',
    summary: 'Let the hook’s next leads go on',
    detail:
      'What was held back is released or discarded like any other: its reason is "hook paused".',
    run: (desk, { id }) => paused(desk, id, false),
  }),
  endpoint({
    method: 'post',
    path: '/api/hooks/:id/preview',
    name: 'previewHook',
    tag: 'Hooks',
    summary: 'What the hook would make of a payload; nothing is stored or sent',
    body: v.union([
      v.object({ payload: v.pipe(v.string(), v.description('The body as the sender posts it')) }),
      v.object({
        delivery: v.pipe(v.string(), v.description('The id of a delivery whose fields are kept')),
      }),
    ]),
    answer: previewSchema,
    problems: [404, 409],
    run: (desk, { id, body }) => preview(desk, id, body),
  }),
  endpoint({
    method: 'post',
    path: '/api/hooks/:id/test',
    name: 'testHook',
    tag: 'Hooks',
    summary: 'Sign a sample as the sender would and receive it',
    detail: 'It is a real lead: outside the sandbox the number given is called for.',
    body: v.object({
      confirm: v.optional(
        v.pipe(v.boolean(), v.description('Must be true outside the sandbox')),
        false,
      ),
      phone: v.optional(
        v.pipe(
          v.string(),
          v.description('Whose number; made up when left out, in the sandbox only'),
        ),
      ),
    }),
    answer: v.object({ status: v.number(), answer: v.string(), deliveries: v.array(v.string()) }),
    problems: [404, 409],
    async run(desk, { id, body: { phone, confirm } }) {
      const read = phone === undefined ? null : digitsOf({ phone })
      if (read !== null && 'because' in read) return wrong('phone', read.because)
      const sent = await sendTest(desk, id, read === null ? null : `+${read.digits}`, confirm)
      if (sent.ok) return sent.result
      return sent.reason === 'not_found' ? noSuch('hook') : notPossible(sent.because)
    },
  }),
]

async function paused(desk: Desk, name: string, pause: boolean): Promise<object> {
  await setHookPaused(desk, name, pause)
  return (await hookDetails(desk, name)) ?? noSuch('hook')
}

async function preview(
  desk: Desk,
  name: string,
  body: { payload: string } | { delivery: string },
): Promise<object> {
  const hook = hookOf(desk, name)
  if (hook === null) return noSuch('hook')
  if ('payload' in body) {
    const made = await previewBody(hook, body.payload, Date.now())
    if (made.ok) return { events: made.events }
    return problemResponse({ reason: 'bad_request', issues: made.issues })
  }
  const kept = await fieldsOfLead(desk, name, body.delivery)
  if (kept === 'not_found') return noSuch('delivery')
  if (kept === 'gone') return notPossible(IMPOSSIBLE.fields_gone)
  const made = previewKept(hook, kept.fields, Date.now())
  return made.ok ? { events: made.events } : noSuch('delivery')
}
