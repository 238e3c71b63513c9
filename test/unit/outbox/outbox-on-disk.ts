/** An outbox over a disk of the test's own: no time is waited for, and as much can be put in as a test needs. */

import type { GroupCall, Outcome } from '../../../src/eazybe/client.ts'
import { accept } from '../../../src/outbox/accept.ts'
import { assembleOutbox } from '../../../src/outbox/assemble.ts'
import type { AccountOptions } from '../../../src/outbox/dispatch/pace.ts'
import type { Retention } from '../../../src/outbox/jobs/retention.ts'
import { retentionOf } from '../../../src/outbox/jobs/retention.ts'
import type { HookRules, OutboxPorts } from '../../../src/outbox/ports.ts'
import { Disk } from '../../simulation/disk.ts'
import { type Step, storageOn } from '../../simulation/storage.ts'

export const BEGIN = Date.UTC(2026, 10, 20, 12)
const AT_ONCE = 100

export interface DiskOutboxOptions {
  readonly account?: AccountOptions
  readonly retention?: Retention
  readonly hooks?: Readonly<Record<string, HookRules>>
  readonly env?: object
  /** Hooks whose group names visitors can type. */
  readonly typed?: readonly string[]
  readonly addToGroup?: OutboxPorts['addToGroup']
  /** What another process left behind. */
  readonly disk?: Disk
  /** Called at every step of the storage; it may throw, as a full one does. */
  readonly step?: Step
}

export type DiskOutbox = ReturnType<typeof outboxOnDisk>

export function outboxOnDisk(options: DiskOutboxOptions = {}) {
  const disk = options.disk ?? new Disk()
  let at = BEGIN
  let number = 0
  const told: string[] = []
  const rooms = assembleOutbox({
    storage: storageOn(disk, options.step ?? (() => {})),
    now: () => at,
    random: () => 0,
    addToGroup: options.addToGroup ?? (async () => ({ kind: 'accepted' })),
    lookUp: async () => ({ kind: 'failed', message: 'no' }),
    sendAlert: async (_, text) => {
      told.push(text)
      return true
    },
    config: {
      accounts: {
        default: { pace: 'steady', peoplePerHour: 1e6, peoplePerDay: 1e6, ...options.account },
      },
      hooks: options.hooks ?? {},
      retention: retentionOf(options.retention),
      canTypeName: (hook) => options.typed?.includes(hook) ?? false,
      publicUrl: null,
    },
    env: { EAZYBE_TOKEN: 'token', ...options.env },
  })
  const { context } = rooms
  const webhook = {
    account: 'default',
    hook: 'webinar',
    source: 'json',
    bodyKey: null,
    fingerprint: 'f',
  }
  /** The next alarm. Gives how long it had to be waited for, in milliseconds. */
  async function ring(): Promise<number> {
    const due = disk.alarmAt ?? Number.POSITIVE_INFINITY
    const waited = due - at
    at = Math.max(at, due)
    disk.alarmAt = null
    await context.alarm.ring()
    return waited
  }
  return {
    ...rooms,
    disk,
    /** What the operator was told. */
    told,
    ring,
    /** Another time of the object's clock. */
    setClock(to: number) {
      at = to
    },
    /** That many leads for one group, each of its own person or all of one. */
    async leads(
      groupName: string,
      count: number,
      { create = true, samePerson = false, hook = webhook.hook, from = number } = {},
    ) {
      number = from
      for (let left = count; left > 0; left -= AT_ONCE) {
        const items = Array.from({ length: Math.min(left, AT_ONCE) }, () => {
          const digits = String(919_800_000_000 + (samePerson ? 0 : ++number))
          const invite = { groupName, contacts: [digits], teammates: [], create }
          const mapped = { kind: 'invite' as const, invite, consent: null }
          return { key: crypto.randomUUID(), fields: '{}', mapped }
        })
        await accept(context, { ...webhook, hook, items })
      }
    },
    /** A lead with teammates beside it. Gives its number. */
    async lead(
      groupName: string,
      people: readonly string[],
      {
        teammates = [],
        create = true,
        hook = webhook.hook,
      }: { teammates?: readonly string[]; create?: boolean; hook?: string } = {},
    ): Promise<number> {
      const invite = { groupName, contacts: [...people, ...teammates], teammates, create }
      const mapped = { kind: 'invite', invite, consent: null } as const
      const fields = JSON.stringify({ phone: people[0] })
      const items = [{ key: crypto.randomUUID(), fields, mapped }]
      const [taken] = await accept(context, { ...webhook, hook, items })
      return Number(taken?.id.split('-').at(-1))
    },
    /** A lead that is held, with what its sender said. */
    async held(fields: string, reason: 'consent' | 'mapping' = 'consent') {
      const mapped = { kind: 'held', reasons: [reason], issues: [], consent: null } as const
      await accept(context, { ...webhook, items: [{ key: crypto.randomUUID(), fields, mapped }] })
    },
    /** Rings every alarm of that time. */
    async pass(ms: number): Promise<void> {
      const until = at + ms
      while ((disk.alarmAt ?? Number.POSITIVE_INFINITY) <= until) await ring()
      at = until
    },
    count: (where: string) =>
      disk.rows<{ count: number }>(`SELECT count(*) AS count FROM ${where}`)[0]?.count ?? 0,
  }
}

/** An outbox, what its EazyBe says to each call, and the calls. */
export function outboxAnswering(
  answer: (call: GroupCall) => Outcome | Promise<Outcome>,
  options: DiskOutboxOptions = {},
) {
  const sent: GroupCall[] = []
  const addToGroup = async (call: GroupCall) => {
    sent.push(call)
    return answer(call)
  }
  return { ...outboxOnDisk({ ...options, addToGroup }), sent }
}

export function ok(): Outcome {
  return { kind: 'accepted' }
}
