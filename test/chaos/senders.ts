/** The senders: they post until they are told 200, again and again, whatever is in the way, as vendors do. */

import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { secretName } from '../../src/lib/names.ts'
import { signedSample } from '../../src/operator/sample/signed-sample.ts'
import type { Sample } from '../../src/sources/shared/sample.ts'
import { shopify } from '../../src/sources/shopify.ts'
import { typeform } from '../../src/sources/typeform.ts'
import config from '../journeys/config.ts'
import type { Usher } from '../journeys/server.ts'
import type { Lead } from './cast.ts'

const AT_ONCE = 8
const AGAIN_AFTER_MS = 100
const PATIENCE_MS = 10_000
const LOOK_EVERY_MS = 10

const answerSchema = v.object({ status: v.string(), deliveries: v.array(v.string()) })

export interface Senders {
  /** The deliveries that each lead was told of, by its id. */
  readonly acknowledged: ReadonlyMap<string, ReadonlySet<string>>
  /** How many posts there were, with those that failed and those that were sent twice. */
  posts(): number
  /** From now on also the leads of this life are posted. */
  release(life: number): void
  /** Resolves when every lead that was released is acknowledged, or after that long. */
  done(withinMs: number): Promise<void>
  /** Stops posting. */
  close(): Promise<void>
}

/** A webhook that is to be posted so many times at once. */
interface Post {
  readonly lead: Lead
  readonly sample: Sample
  readonly copies: number
}

/** Posts nothing before the first release. */
export function startSenders(usher: Usher, leads: readonly Lead[]): Senders {
  const { hooks } = config
  const secrets = usher.vars()
  const acknowledged = new Map<string, Set<string>>()
  const waiting: Post[] = []
  const later: Post[] = []
  let posts = 0
  let open = 0
  let closed = false
  const loops = Promise.all(Array.from({ length: AT_ONCE }, send))

  async function send(): Promise<void> {
    while (!closed) {
      const next = waiting.shift()
      if (next === undefined) {
        await sleep(LOOK_EVERY_MS)
        continue
      }
      const answers = await Promise.all(Array.from({ length: next.copies }, () => post(next)))
      if (answers.every(Boolean)) {
        open -= 1
        continue
      }
      waiting.push(next)
      await sleep(AGAIN_AFTER_MS)
    }
  }

  /** Whether it was answered 200. */
  async function post({ lead, sample }: Post): Promise<boolean> {
    const { id, hook: hookName } = lead
    const hook = hooks[hookName]
    const secret = secrets[secretName(hookName)]
    if (hook === undefined || secret === undefined) throw new TypeError(`No hook ${hookName}`)
    const target = { hookName, hook, secret, baseUrl: usher.url, publicUrl: null }
    const { url, headers, body } = await signedSample(target, sample, { id, now: Date.now() })
    posts += 1
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS)
      const response = await fetch(url, { method: 'POST', headers, body, signal })
      const text = await response.text()
      if (response.status !== 200) return false
      const told = acknowledged.get(id) ?? new Set()
      acknowledged.set(id, told)
      for (const delivery of v.parse(answerSchema, JSON.parse(text)).deliveries) told.add(delivery)
      return true
    } catch (error) {
      if (error instanceof v.ValiError) throw error
      return false
    }
  }

  function add(post: Post): void {
    waiting.push(post)
    open += 1
  }

  return {
    acknowledged,
    posts: () => posts,
    release(life) {
      for (const post of later.splice(0)) add(post)
      for (const lead of leads.filter((one) => one.life === life)) {
        const sample = sampleOf(lead)
        add({ lead, sample, copies: lead.posted === 'at once' ? 2 : 1 })
        if (lead.posted === 'again') later.push({ lead, sample, copies: 1 })
      }
    },
    async done(withinMs) {
      for (const post of later.splice(0)) add(post)
      const until = Date.now() + withinMs
      while (open > 0 && Date.now() < until) await sleep(LOOK_EVERY_MS)
    },
    async close() {
      closed = true
      await loops
    },
  }
}

/** What the sender sends, the same each time it is sent. */
function sampleOf({ id, hook, groupName, people, create, flaw }: Lead): Sample {
  const [person = ''] = people
  const now = Date.now()
  switch (hook) {
    case 'webinar': {
      const fields = {
        phone: flaw === 'mapping' ? '12' : `+${person}`,
        cohort: groupName.replace('Webinar ', ''),
        whatsapp_ok: flaw === 'consent' ? 'no' : 'yes',
      }
      return typeform.sample({ fields, id, now })
    }
    case 'orders':
      return shopify.sample({ fields: { 'shipping_address.phone': `+${person}` }, id, now })
    case 'automation':
      return {
        contentType: 'application/json',
        headers: { 'idempotency-key': id },
        body: JSON.stringify({ groupName, contacts: people, create }),
      }
  }
}
