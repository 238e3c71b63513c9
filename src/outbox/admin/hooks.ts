/** Hooks for the operator: what came by each of late, and whether its sender's signatures still fit. */

import { deliveryId } from '../accept.ts'
import type { Context } from '../context.ts'
import { DAY_MS, soonest } from '../dispatch/pace.ts'
import type { StoredState } from '../model.ts'
import type { RefusedWebhooks } from '../store/hooks.ts'
import { holdBack } from '../store/store.ts'
import { iso, maskFields } from './views.ts'

/** What came by a hook of late. */
export interface HookFacts {
  readonly lastReceivedAt: string | null
  /** How many of the account's last hundred deliveries are the hook's, and how many of these wait for an operator. */
  readonly seen: number
  readonly held: number
  readonly parked: number
  /** What the last of them said, as JSON with its numbers hidden, while that is kept. */
  readonly last: { readonly id: string; readonly fields: string } | null
}

/** A hook that was silent for this long may have a wrong secret. */
const SILENT_MS = DAY_MS
/** This many refusals of a hook that works are a burst. */
const BURST = 20

export type HooksAdmin = ReturnType<typeof hooksAdmin>

export function hooksAdmin({ alarm, ports, store }: Context) {
  return {
    async facts(hook: string): Promise<HookFacts> {
      const heard = store.hooks.heardOf(hook)
      const rows = heard === null ? [] : store.reports.lately(hook, heard.seq)
      const count = (state: StoredState) => rows.filter((row) => row.state === state).length
      const [newest] = rows
      const kept = newest === undefined ? null : (store.reports.story(newest.seq)?.fields ?? null)
      const fields = kept === null ? null : maskFields(kept)
      return {
        lastReceivedAt: iso(heard?.at ?? null),
        seen: rows.length,
        held: count('held'),
        parked: count('parked'),
        last:
          newest === undefined || fields === null
            ? null
            : { id: deliveryId(store.account.name, newest.seq), fields },
      }
    },
    /** When each hook that was ever heard of was so last. */
    async heard(): Promise<{ hook: string; at: string }[]> {
      return store.hooks.heard().map(({ hook, at }) => ({ hook, at: iso(at) }))
    },
    /** Refused webhooks of every hook that has any, since its last verified one, and the hooks that are paused. */
    async states(): Promise<{ refused: RefusedWebhooks[]; paused: readonly string[] }> {
      return { refused: store.hooks.refused(), paused: store.account.pausedHooks }
    },
    /** Leads of the hook are held back: those that wait for it alone, and those that come from now on. Gives how many waited. */
    async pause(hook: string, actor: string): Promise<number> {
      const now = ports.now()
      const count = store.transaction(() => {
        store.account.pausedHooks = [...new Set([...store.account.pausedHooks, hook])]
        store.audit.record({ actor, action: 'pause', target: `hook ${hook}`, detail: null }, now)
        return holdBack(store, hook, null, now)
      })
      await alarm.recheck()
      return count
    },
    /** The hook's next leads go on. What was held back meanwhile waits for the operator to release or discard it. */
    async resume(hook: string, actor: string): Promise<void> {
      const now = ports.now()
      store.transaction(() => {
        const { account, audit } = store
        account.pausedHooks = account.pausedHooks.filter((one) => one !== hook)
        audit.record({ actor, action: 'resume', target: `hook ${hook}`, detail: null }, now)
      })
    },
    /** Counts `more` webhooks that did not prove that they come from the hook's sender. */
    async refused(hook: string, more: number, because: string): Promise<void> {
      const now = ports.now()
      const { count, before } = store.hooks.refuse(hook, more, because, now)
      const heard = store.hooks.heardOf(hook)
      const silent = heard === null || heard.at < now - SILENT_MS
      const bursts = Math.floor(count / BURST) - Math.floor(before / BURST)
      store.transaction(() => {
        // The first one tells of a wrong secret; where the hook works, only a burst is worth an alert.
        if ((silent && before === 0) || bursts > 0) {
          store.alerts.raise({ kind: 'refused', subject: hook }, now, count - before)
        }
        store.hooks.write(now)
      })
      await alarm.wakeBy(soonest([store.alerts.nextAt(), store.hooks.nextAt()]), now)
    },
  }
}
