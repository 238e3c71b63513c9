/** `/metrics` in Prometheus' text format. Its labels are accounts and states: they are as many as the config has, and hold no personal data. */

import { overviews } from '../operator/accounts.ts'
import type { Desk } from '../operator/desk.ts'
import { hookStates } from '../operator/hooks.ts'
import type { Overview } from '../outbox/admin/account.ts'
import { PAUSE_REASONS } from '../outbox/model.ts'

interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export async function metrics(desk: Desk): Promise<string> {
  const accounts = await overviews(desk)
  const hooks = await hookStates(desk)
  const each = (value: (account: Overview) => number): Sample[] =>
    accounts.map((one) => ({ labels: { account: one.account }, value: value(one) }))
  return [
    gauge('usher_account_paused', 'Whether the account makes no calls, by reason', [
      ...accounts.flatMap((one) =>
        PAUSE_REASONS.map((reason) => ({
          labels: { account: one.account, reason },
          value: one.pause?.reason === reason ? 1 : 0,
        })),
      ),
    ]),
    gauge('usher_deliveries', 'Deliveries that have not gone through, by state', [
      ...accounts.flatMap(({ account, backlog, sending }) =>
        Object.entries({ ...backlogStates(backlog), sending }).map(([state, value]) => ({
          labels: { account, state },
          value,
        })),
      ),
    ]),
    gauge(
      'usher_oldest_waiting_seconds',
      'Age of the oldest delivery that waits',
      each(({ backlog: { oldest } }) => age(oldest)),
    ),
    gauge('usher_last_24_hours', 'Deliveries of the last 24 hours, by what became of them', [
      ...accounts.flatMap(({ account, hours }) =>
        (['accepted', 'held', 'parked'] as const).map((state) => ({
          labels: { account, state },
          value: hours.reduce((sum, hour) => sum + hour[state], 0),
        })),
      ),
    ]),
    gauge(
      'usher_people_hour',
      'People sent within the hour',
      each(({ used }) => used.peopleHour),
    ),
    gauge(
      'usher_people_day',
      'People sent within the day',
      each(({ used }) => used.peopleDay),
    ),
    gauge(
      'usher_creates_day',
      'Groups created within the day',
      each(({ used }) => used.createsDay),
    ),
    gauge('usher_hook_ready', 'Whether the hook takes webhooks', [
      ...hooks.map(({ name, trouble }) => ({
        labels: { hook: name },
        value: trouble === null ? 1 : 0,
      })),
    ]),
    gauge('usher_hook_refused', 'Webhooks refused since the last verified one', [
      ...hooks.map(({ name, refused }) => ({ labels: { hook: name }, value: refused?.count ?? 0 })),
    ]),
  ].join('')
}

function backlogStates({ queued, unknown, held, parked }: Overview['backlog']) {
  return { queued, unknown, held, parked }
}

function age(since: string | null): number {
  return since === null ? 0 : Math.max(0, (Date.now() - Date.parse(since)) / 1_000)
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => {
    // Names in the config have letters, digits and dashes only, so nothing needs escaping.
    const text = Object.entries(labels).map(([label, of]) => `${label}="${of}"`)
    return `${name}{${text.join(',')}} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}
