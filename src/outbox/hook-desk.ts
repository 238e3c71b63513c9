/** The hooks' desk: what came by each of late, and whether its sender's signatures still fit. */

import { deliveryId } from './delivery-id.ts'
import { maskFields } from './mask-fields.ts'
import type { Office } from './office.ts'
import { EVERY_DELIVERY, search } from './search.ts'
import type { DeliveryState } from './state.ts'
import { iso } from './views.ts'

/** What came by a hook, over its last deliveries. */
export interface HookFacts {
  readonly lastReceivedAt: string | null
  /** How many of them were looked at. */
  readonly seen: number
  readonly held: number
  readonly parked: number
  /** What the last of them said, as JSON with its numbers hidden, while that is kept. */
  readonly last: { readonly id: string; readonly fields: string } | null
}

const LOOKED_AT = 200

export class HookDesk {
  readonly #office: Office

  constructor(office: Office) {
    this.#office = office
  }

  facts(hook: string): HookFacts {
    const { account, ports, reader } = this.#office
    const { rows } = search<{ seq: number; state: DeliveryState; received_at: number }>(
      ports.storage.sql,
      'seq, state, received_at',
      { ...EVERY_DELIVERY, hook, limit: LOOKED_AT, before: null },
      [],
    )
    const stateCount = (state: DeliveryState) => rows.filter((row) => row.state === state).length
    const [newest] = rows
    const kept = newest === undefined ? null : (reader.kept(newest.seq)?.fields ?? null)
    const fields = kept === null ? null : maskFields(kept)
    return {
      lastReceivedAt: iso(newest?.received_at ?? null),
      seen: rows.length,
      held: stateCount('held'),
      parked: stateCount('parked'),
      last:
        newest === undefined || fields === null
          ? null
          : { id: deliveryId(account.name, newest.seq), fields },
    }
  }

  /** Webhooks that did not prove themselves: the receiver counts them and tells of bursts. */
  async forged(hook: string, count: number): Promise<void> {
    const { ports, rounds, tables } = this.#office
    const now = ports.now()
    tables.alerts.raise({ kind: 'forged', subject: hook }, now, count)
    const at = tables.alerts.nextAt()
    if (at !== null) await rounds.wakeBy(at, now)
  }
}
