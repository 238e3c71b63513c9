/**
 * A stand-in for EazyBe: *Create Group and Add Chat ID* as its pages describe it, switches for its troubles, and a page that shows
 * who is really in the groups. Where EazyBe's pages are silent, `decide.ts` says UNCONFIRMED.
 */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono, type Next } from 'hono'
import { etag } from 'hono/etag'
import * as v from 'valibot'
import { readJson } from '../../lib/decode.ts'
import { type Issue, problemResponse } from '../../lib/problem.ts'
import { issuesOf } from '../../mapping/issues.ts'
import { type Behaviour, behaviourSchema, HEALTHY, readBehaviourForm } from './behaviour.ts'
import { type Decision, FAILED, inForm } from './decide.ts'
import { meet } from './meet.ts'
import { wayOf } from './mix.ts'
import { page } from './page.ts'
import type { RecordedCall, RecordedGroup } from './record.ts'
import { type Journal, openJournal, openWorld } from './world.ts'

/** The page has no inline script or style, and asks no other host. */
const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

export interface SandboxOptions {
  /** The token that opens it; several stand on lines of their own. While it is empty every call is refused. */
  readonly token: () => string
  readonly journal: Journal
  /** Epoch milliseconds. */
  readonly now: () => number
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  readonly sleep?: (ms: number) => Promise<void>
}

/**
 * The sandbox as a Hono app. Groups and calls are those of the journal; the behaviour starts healthy.
 * `GET /calls` lists a call once it is answered, and a hanging call at once with status null, which stays when the caller leaves.
 */
export function createEazybe(options: SandboxOptions): Hono {
  const { token, journal, now, random, sleep = wait } = options
  const world = openWorld(journal)
  let behaviour: Behaviour = HEALTHY
  /** Hanging calls do not count: they will never be carried out. */
  let inFlight = 0
  /** Which reset we live after: a call that came before it must leave no trace. */
  let era = 0
  let unhang = Promise.withResolvers<void>()
  let forgotten = Promise.withResolvers<void>()

  const app = new Hono()
  app.onError((error) => {
    console.error(error)
    return new Response('The sandbox broke: see its log\n', { status: 500 })
  })
  app.notFound(() => problemResponse({ reason: 'not_found', what: 'page' }))

  app.post('/v2/cloud/group', async (c) => {
    const call = { type: 'call' as const, id: world.nextId(), at: now(), inFlight }
    const eraOfCall = era
    inFlight += 1
    let body: unknown
    try {
      body = readBody(await c.req.text(), c.req.header('content-type'))
      if (behaviour.latencyMs > 0) await sleep(behaviour.latencyMs)
    } finally {
      inFlight -= 1
    }
    if (era !== eraOfCall) return responseOf(FAILED)
    const way = behaviour.mix && wayOf(behaviour.mix, call.id)
    if (behaviour.hang || way === 'hang') {
      const answer = { answeredAt: null, status: null, answer: null, effect: null }
      world.record({ ...call, ...answer, body, way })
      // What a mix has hung is not let go by turning a switch: its caller's patience is what is tried.
      const over = way === 'hang' ? forgotten : unhang
      const left = await Promise.race([over.promise, leaving(c.req.raw.signal)])
      if (left === 'left' || era !== eraOfCall) return responseOf(FAILED)
      return answerWith(FAILED)
    }
    const asked = { id: call.id, authorization: c.req.header('authorization'), body }
    const tokens = token().split('\n').filter(Boolean)
    const groups = world.groups()
    const circumstances = { behaviour, tokens, groups, now: now(), random }
    return answerWith(meet(way, asked, circumstances, world.calls))

    function answerWith(decision: Decision): Response {
      const said = inForm(behaviour.answers, decision)
      const { status, answer, effect } = said
      world.record({ ...call, body, answeredAt: now(), status, answer, effect, way })
      return responseOf(said)
    }
  })

  app.get('/groups', (c) => c.json(world.groups().map(groupJson)))
  app.get('/calls', (c) => c.json(world.calls().map(callJson)))

  app.get('/behaviour', (c) => c.json(behaviour))
  app.put('/behaviour', fromHere, async (c) => {
    const issues = behave(readJson(await c.req.text()))
    return issues === null ? c.json(behaviour) : problemResponse({ reason: 'bad_request', issues })
  })
  app.post('/reset', fromHere, (c) => {
    reset()
    return c.json(behaviour)
  })

  app.get('/', etag(), (c) => show(c, 200, []))
  app.post('/behaviour-form', fromHere, async (c) => {
    const issues = behave(readBehaviourForm(new URLSearchParams(await c.req.text())))
    return issues === null ? c.redirect('/', 303) : show(c, 400, issues)
  })
  app.post('/healthy-form', fromHere, (c) => {
    behave(HEALTHY)
    return c.redirect('/', 303)
  })
  app.post('/reset-form', fromHere, (c) => {
    reset()
    return c.redirect('/', 303)
  })
  for (const [file, type] of [
    ['../../console/assets/console.css', 'text/css'],
    ['page.css', 'text/css'],
    ['page.js', 'text/javascript'],
  ] as const) {
    app.get(`/${basename(file)}`, (c) => {
      const text = readFileSync(join(import.meta.dirname, file), 'utf8')
      return c.body(text, 200, { ...PAGE_HEADERS, 'content-type': `${type}; charset=utf-8` })
    })
  }
  return app

  /** Changes the behaviour, or says what is wrong with the change and leaves it. */
  function behave(change: unknown): Issue[] | null {
    // What is left out stays as it is.
    const whole = v.is(v.looseObject({}), change) ? { ...behaviour, ...change } : change
    const parsed = v.safeParse(behaviourSchema, whole)
    if (!parsed.success) return issuesOf(parsed.issues)
    behaviour = parsed.output
    if (!behaviour.hang) release()
    return null
  }

  function reset(): void {
    era += 1
    behaviour = HEALTHY
    world.forget()
    release()
    forgotten.resolve()
    forgotten = Promise.withResolvers<void>()
  }

  function release(): void {
    unhang.resolve()
    unhang = Promise.withResolvers<void>()
  }

  function show(c: Context, status: 200 | 400, issues: readonly Issue[]) {
    const groups = world.groups()
    const calls = world.calls()
    return c.html(page({ behaviour, groups, calls, now: now(), issues }), status, PAGE_HEADERS)
  }
}

/** Other web sites that are open in the same browser may not work the switches. Programs send neither header. */
async function fromHere(c: Context, next: Next): Promise<Response | undefined> {
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  const foreign =
    site === undefined
      ? origin !== undefined && URL.parse(origin)?.host !== new URL(c.req.url).host
      : site !== 'same-origin' && site !== 'none'
  if (foreign) return new Response('Only from the sandbox’s own page\n', { status: 403 })
  await next()
  return undefined
}

/** As Express does, and EazyBe probably: a body that is not declared as JSON holds no fields. */
function readBody(text: string, contentType = ''): unknown {
  if (!/^application\/json\s*(?:;|$)/i.test(contentType)) return text
  return readJson(text) ?? text
}

function groupJson({ name, members, createdAt, absent }: RecordedGroup): object {
  return { name, members, createdAt: new Date(createdAt).toISOString(), absent }
}

function callJson({ type: _type, id: _id, at, answeredAt, ...call }: RecordedCall): object {
  return {
    at: new Date(at).toISOString(),
    answeredAt: answeredAt === null ? null : new Date(answeredAt).toISOString(),
    ...call,
  }
}

function responseOf({ status, headers, answer }: Decision): Response {
  if (status !== null) return new Response(answer, { status, headers })
  // More is announced than comes before the connection ends.
  const length = String(answer.length + 1)
  return new Response(answer, {
    headers: { ...headers, 'content-length': length, connection: 'close' },
  })
}

function leaving(signal: AbortSignal): Promise<'left'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('left')
    signal.addEventListener('abort', () => resolve('left'), { once: true })
  })
}

const HOST = '127.0.0.1'

interface ServeEazybeOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** The groups and calls are kept in its `eazybe.jsonl`. */
  readonly stateDir: string
  /** The token that opens it; several stand on lines of their own. */
  readonly token: () => string
}

interface ServedEazybe {
  /** Without a slash at its end. */
  readonly url: string
  /** Hands over a request whatever its host, without the network. */
  fetch(request: Request): Promise<Response>
  /** Also ends the connections of callers who still wait. */
  close(): Promise<void>
}

/** Listens; rejects when the port is taken. */
export async function startEazybe(options: ServeEazybeOptions): Promise<ServedEazybe> {
  const { port, stateDir, token } = options
  const server = createServer()
  server.listen(port, HOST)
  await once(server, 'listening')
  // Only now: opening compacts the journal, which another sandbox on this port may be writing to.
  const app = createEazybe({
    token,
    journal: openJournal(join(stateDir, 'eazybe.jsonl')),
    now: Date.now,
    random: Math.random,
  })
  // The global Request stays Node's own: others in this process compare with it.
  server.on('request', getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${HOST}:${taken}`,
    fetch: async (request) => app.fetch(request),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
