/** `/metrics` in Prometheus' text format. Its labels are accounts and states: they are as many as the config has, and hold no personal data. */

import { hoursTotal, overviews } from '../operator/accounts.ts'
import type { Admin } from '../operator/admin.ts'
import { hookStates } from '../operator/hooks.ts'
import type { HookState } from '../operator/shapes.ts'
import type { Overview } from '../outbox/admin/account.ts'
import { PAUSE_REASONS } from '../outbox/model.ts'

interface Metric {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export async function metrics(admin: Admin): Promise<string> {
  const accounts = await overviews(admin)
  const hooks = await hookStates(admin)
  const each = (value: (account: Overview) => number): Metric[] =>
    accounts.map((one) => ({ labels: { account: one.account }, value: value(one) }))
  const by = (label: string, values: (account: Overview) => Record<string, number>): Metric[] =>
    accounts.flatMap((one) =>
      Object.entries(values(one)).map(([name, value]) => {
        return { labels: { account: one.account, [label]: name }, value }
      }),
    )
  const ofHooks = (value: (hook: HookState) => number): Metric[] =>
    hooks.map((one) => ({ labels: { hook: one.name }, value: value(one) }))
  const gauges: readonly (readonly [name: string, help: string, samples: readonly Metric[]])[] = [
    [
      'usher_account_paused',
      'Whether the account makes no calls, by reason',
      by('reason', ({ pause }) => {
        return Object.fromEntries(PAUSE_REASONS.map((one) => [one, Number(pause?.reason === one)]))
      }),
    ],
    [
      'usher_deliveries',
      'Deliveries that have not gone through, by state',
      by('state', ({ backlog: { queued, unknown, held, parked }, sending }) => {
        return { queued, unknown, held, parked, sending }
      }),
    ],
    [
      'usher_oldest_waiting_seconds',
      'Age of the oldest delivery that waits',
      each(({ backlog: { oldest } }) => age(oldest)),
    ],
    [
      'usher_last_24_hours',
      'Deliveries of the last 24 hours, by what became of them',
      by('state', ({ hours }) => hoursTotal(hours)),
    ],
    ['usher_people_hour', 'People sent within the hour', each(({ used }) => used.peopleHour)],
    ['usher_people_day', 'People sent within the day', each(({ used }) => used.peopleDay)],
    ['usher_creates_day', 'Groups created within the day', each(({ used }) => used.createsDay)],
    [
      'usher_hook_ready',
      'Whether the hook takes webhooks',
      ofHooks(({ trouble }) => Number(trouble === null)),
    ],
    [
      'usher_hook_refused',
      'Webhooks refused since the last verified one',
      ofHooks(({ refused }) => refused?.count ?? 0),
    ],
  ]
  return gauges.map((one) => gauge(...one)).join('')
}

function age(since: string | null): number {
  return since === null ? 0 : Math.max(0, (Date.now() - Date.parse(since)) / 1_000)
}

function gauge(name: string, help: string, samples: readonly Metric[]): string {
  const lines = samples.map(({ labels, value }) => {
    // Names in the config have letters, digits and dashes only, so nothing needs escaping.
    const text = Object.entries(labels).map(([label, of]) => `${label}="${of}"`)
    return `${name}{${text.join(',')}} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}
