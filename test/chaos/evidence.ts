/** What is known in the end: Usher's own story of each delivery, and EazyBe's of every call and group. */

import * as v from 'valibot'
import { deliveries } from '../journeys/leads.ts'
import type { SandboxCall, SandboxGroup, Usher } from '../journeys/server.ts'
import type { Lead } from './cast.ts'
import type { Scene } from './scene.ts'

const AT_ONCE = 8

const storySchema = v.object({
  id: v.string(),
  state: v.string(),
  reason: v.nullable(v.string()),
  settledAt: v.nullable(v.string()),
  timeline: v.array(v.object({ at: v.string(), event: v.string() })),
})

export type Story = v.InferOutput<typeof storySchema>

export interface Evidence {
  readonly leads: readonly Lead[]
  /** The deliveries that each lead's sender was told of. */
  readonly acknowledged: ReadonlyMap<string, ReadonlySet<string>>
  /** By id. */
  readonly stories: ReadonlyMap<string, Story>
  /** In the order they came. */
  readonly calls: readonly SandboxCall[]
  readonly groups: readonly SandboxGroup[]
  /** What each kill left, with the deliveries that senders had been told of before. */
  readonly scenes: readonly (Scene & { readonly told: ReadonlySet<string> })[]
}

/** Asks for every story, and for all that EazyBe saw. */
export async function askForAll(
  usher: Usher,
): Promise<Pick<Evidence, 'stories' | 'calls' | 'groups'>> {
  const waiting = (await deliveries(usher)).map(({ id }) => id)
  const stories = new Map<string, Story>()
  const ask = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const response = await usher.api(`/api/deliveries/${id}`)
      stories.set(id, v.parse(storySchema, await response.json()))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, ask))
  return { stories, calls: await usher.sandbox.calls(), groups: await usher.sandbox.groups() }
}
