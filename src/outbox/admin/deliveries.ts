/** Deliveries for the operator: finding them, looking at them, and acting on one or on many. */

import { contactsOf } from '../ask.ts'
import type { Context } from '../context.ts'
import { isSettled, type StoredState } from '../model.ts'
import type { StoryRow } from '../store/reports.ts'
import type { DeliveryFilter, SearchContext } from '../store/search.ts'
import type { ActResult, DeliveryAction, Foreseen, Remapped } from './act.ts'
import { actOne, foreseen, isStated, record, remapOne } from './act.ts'
import type { DeliveryPage, DeliveryStory } from './views.ts'
import { inFlight, iso, lacksEvidence, maskFields, reasonsIn, storyOf, viewer } from './views.ts'

/** What is hidden otherwise. Nothing where it was deleted on schedule. */
export interface Revealed {
  readonly contacts: readonly string[]
  readonly fields: string | null
}

/** What mapping a delivery again needs. */
export interface Kept {
  readonly hook: string
  /** Why it was never mapped, such as "consent, mapping"; null: it was. */
  readonly held: string | null
  /** JSON; null once it was deleted on schedule. */
  readonly fields: string | null
  /** True where these are the whole body, which its source could not read when it came. */
  readonly unread: boolean
  /** True where it was held because nothing shows that the person agreed. */
  readonly lacksConsent: boolean
}

/** Done at once, in one transaction. */
const MOST_AT_ONCE = 100

export type DeliveriesAdmin = ReturnType<typeof deliveriesAdmin>

export function deliveriesAdmin(context: Context) {
  const { alarm, ports, store, watchers } = context

  function story(seq: number): DeliveryStory | null {
    const row = store.reports.story(seq)
    return row && storyOf(context, row, store.reports.people(seq), ports.now())
  }

  async function known({ phoneEnd }: DeliveryFilter): Promise<SearchContext> {
    const ends = phoneEnd === null ? [] : await store.account.endsOf(phoneEnd)
    return { sending: inFlight(context), ends, shown: maskFields }
  }

  return {
    /** A page of deliveries, newest first. */
    async list(filter: DeliveryFilter): Promise<DeliveryPage> {
      await alarm.ensure()
      const { rows, before, through } = store.reports.list(filter, await known(filter))
      return { deliveries: rows.map(viewer(context, ports.now())), before, through: iso(through) }
    },
    /** The numbers of a page of deliveries. */
    async seqs(
      filter: DeliveryFilter,
    ): Promise<{ seqs: readonly number[]; before: number | null }> {
      return store.reports.seqs(filter, await known(filter))
    },
    /** What would come of an action on each of a page of deliveries. Nothing is done. */
    async foresee(
      filter: DeliveryFilter,
      kind: 'exact' | 'release' | 'discard',
    ): Promise<{ outcomes: Foreseen[]; before: number | null }> {
      const found = await known(filter)
      const { rows, before } = store.reports.prospects(filter, found)
      const outcomes = rows.map((row) => foreseen(context, row, kind, found.sending))
      return { outcomes, before }
    },
    /** What is kept of a page of deliveries for mapping them again, with their states. */
    async keptOf(
      filter: DeliveryFilter,
    ): Promise<{ kept: (Kept & { state: StoredState })[]; before: number | null }> {
      const { seqs, before } = store.reports.seqs(filter, await known(filter))
      const kept = seqs.flatMap((seq) => {
        const row = store.reports.story(seq)
        return row === null ? [] : [{ ...keptOf(context, row), state: row.state }]
      })
      return { kept, before }
    },
    /** One delivery with its timeline, or null. */
    async story(seq: number): Promise<DeliveryStory | null> {
      await alarm.ensure()
      return story(seq)
    },
    /** Waits until all of these have settled, or that long; gives them as they are then. */
    async settled(seqs: readonly number[], timeoutMs: number): Promise<DeliveryStory[]> {
      const open = seqs.filter((seq) => {
        const state = store.deliveries.state(seq)
        return state !== null && !isSettled(state)
      })
      await Promise.all(open.map((seq) => watchers.wait(seq, timeoutMs)))
      return seqs.flatMap((seq) => story(seq) ?? [])
    },
    /** What is kept of a delivery for mapping it again; null: no such delivery. */
    async kept(seq: number): Promise<Kept | null> {
      const row = store.reports.story(seq)
      return row && keptOf(context, row)
    },
    /** The numbers and the sender's words (JSON) themselves, which the audit log notes; null: no such delivery. */
    async reveal(seq: number, actor: string): Promise<Revealed | null> {
      const row = store.reports.story(seq)
      if (row === null) return null
      store.transaction(() => record(context, seq, 'reveal', null, actor))
      const contacts = store.asks.asked(seq).flatMap(({ digits }) => digits ?? [])
      return { contacts, fields: row.fields }
    },
    /** The numbers of these deliveries, for a download that its caller notes; those that were deleted are left out. */
    async numbers(seqs: readonly number[]): Promise<string[][]> {
      return seqs.map((seq) => store.asks.asked(seq).flatMap(({ digits }) => digits ?? []))
    },
    /** Sends a delivery again with what today's mapping made of it. */
    async remap(
      seq: number,
      { mapped, fields }: Remapped,
      actor: string,
      changed: readonly string[] = [],
    ): Promise<ActResult> {
      const contacts =
        mapped.kind === 'invite' ? await contactsOf(mapped.invite, store.account) : []
      const now = ports.now()
      const result = store.transaction(() => {
        const result = remapOne(context, seq, { mapped, fields, contacts }, now)
        const detail = [
          result,
          ...(changed.length > 0 ? [`answers changed: ${changed.join(', ')}`] : []),
        ]
        if (result !== 'not_found') record(context, seq, 'map again', detail.join('; '), actor)
        return result
      })
      await alarm.recheck()
      return result
    },
    /** Does the same with each of these deliveries, in one transaction. */
    async act(
      seqs: readonly number[],
      action: DeliveryAction,
      actor: string,
    ): Promise<{ seq: number; result: ActResult }[]> {
      const edited =
        action.kind === 'edit' && action.contacts !== null
          ? await contactsOf(
              { contacts: action.contacts, teammates: [], groupName: '', create: false },
              store.account,
            )
          : null
      const now = ports.now()
      const results = store.transaction(() =>
        seqs.slice(0, MOST_AT_ONCE).map((seq) => {
          const result = actOne(context, seq, action, edited, actor, now)
          const stated = isStated(action)
          const detail = stated ? `${result}; the operator states that they agreed` : result
          if (result !== 'not_found') record(context, seq, action.kind, detail, actor)
          return { seq, result }
        }),
      )
      await alarm.recheck()
      return results
    },
  }
}

function keptOf(context: Context, row: StoryRow): Kept {
  return {
    hook: row.hook,
    held: row.held,
    fields: row.fields,
    unread: reasonsIn(row.held).includes('payload'),
    lacksConsent: lacksEvidence(context, row),
  }
}
