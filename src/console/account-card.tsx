/** One EazyBe account: whether it works, what waits and why, and how much of its pace is used. */

import type { Overview } from '../outbox/admin/account.ts'
import type { Clock } from './clock.ts'
import { Action } from './controls.tsx'
import type { Html } from './page.ts'
import { Badge, Fact, Time } from './parts.tsx'
import { LONG_WAITS, PAUSES, several } from './words.ts'

/** From here on a bar warns. */
const NEARLY = 0.9

export function AccountCard({ account: view, clock }: { account: Overview; clock: Clock }): Html {
  const { account, pause, longWait, backlog } = view
  const waiting = backlog.queued + backlog.unknown
  const last = lastOut(view)
  const verb = pause === null && longWait === null ? 'pause' : 'resume'
  return (
    <article class="card" id={`account-${account}`}>
      <div class="row apart">
        <div class="row">
          <h2>Account {account}</h2>
          <Standing view={view} />
        </div>
        <Action
          path={`/console/accounts/${account}/${verb}`}
          label={verb === 'pause' ? 'Pause' : 'Resume'}
          look={verb === 'pause' ? 'button' : 'main'}
        />
      </div>
      {pause !== null && (
        <div class="notice wait">
          <p>
            <strong>{PAUSES[pause.reason].title}</strong> since{' '}
            <Time at={pause.since} clock={clock} />
          </p>
          <p>{PAUSES[pause.reason].what}</p>
          {pause.probeAt !== null && (
            <p>
              Tries again <Time at={pause.probeAt} clock={clock} />.
            </p>
          )}
        </div>
      )}
      {pause === null && longWait !== null && (
        <div class="notice wait">
          <p>
            <strong>{LONG_WAITS[longWait.why].title}</strong>
          </p>
          <p>
            The next call is made <Time at={longWait.until} clock={clock} />.{' '}
            {LONG_WAITS[longWait.why].what}
          </p>
        </div>
      )}
      <dl class="facts">
        <Fact title="Waiting to be sent">
          <span class="big">{backlog.more ? `over ${waiting - 1}` : waiting}</span>
          {backlog.oldest !== null && waiting > 0 && (
            <div class="soft small">
              the oldest came <Time at={backlog.oldest} clock={clock} />
            </div>
          )}
          {last !== null && <div class="soft small">the last goes out {last}</div>}
        </Fact>
        <Fact title="Next call">
          <NextCall view={view} clock={clock} />
        </Fact>
        <Fact title="Last call">
          <LastCall view={view} clock={clock} />
        </Fact>
      </dl>
      <Budget view={view} />
    </article>
  )
}

function Standing({ view: { pause, longWait } }: { view: Overview }): Html {
  if (pause !== null) return <Badge tone="bad">Paused</Badge>
  if (longWait !== null) return <Badge tone="wait">Waiting</Badge>
  return <Badge tone="good">Working</Badge>
}

/** When the last of those that wait can go out; null: today, or there is no telling. Most leads are one person. */
export function lastOut({ backlog, used, caps: { peopleDay } }: Overview): string | null {
  if (peopleDay === null) return null
  const days = daysToGo(backlog.queued + backlog.unknown, used.peopleDay, peopleDay)
  return days === 0 ? null : `in ${several(days, 'day')} or more, at ${peopleDay} a day`
}

/** Days until the last of so many who wait; 0: today is enough, or there is no telling. */
export function daysToGo(waiting: number, usedToday: number, perDay: number): number {
  const later = waiting - Math.max(0, perDay - usedToday)
  return perDay === 0 || later <= 0 ? 0 : Math.ceil(later / perDay)
}

function NextCall({ view, clock }: { view: Overview; clock: Clock }): Html {
  const { sending, nextCallAt, nextCallWhy } = view
  if (sending > 0) {
    return <span>{`now, with ${several(sending, 'lead')}`}</span>
  }
  if (nextCallAt === null) {
    return <span class="soft">{nextCallWhy ?? 'when there is something to send'}</span>
  }
  return (
    <span>
      <Time at={nextCallAt} clock={clock} />
      {nextCallWhy !== null && <div class="soft small">{nextCallWhy}</div>}
    </span>
  )
}

function LastCall({ view: { lastCall }, clock }: { view: Overview; clock: Clock }): Html {
  if (lastCall === null) return <span class="soft">none yet</span>
  return (
    <span>
      <Time at={lastCall.at} clock={clock} />
      <div class="soft small">{`${lastCall.outcome}, ${several(lastCall.people, 'person', 'people')}`}</div>
    </span>
  )
}

/** What of the caps is used; nothing where there are none, as in the sandbox. */
export function Budget({
  view: { account, used, caps },
}: {
  view: Pick<Overview, 'account' | 'used' | 'caps'>
}): Html | null {
  const rows = [
    ['People this hour', 'hour', used.peopleHour, caps.peopleHour],
    ['People today', 'day', used.peopleDay, caps.peopleDay],
    ['New groups today', 'creates', used.createsDay, caps.createsDay],
  ] as const
  if (rows.every(([, , , cap]) => cap === null)) return null
  return (
    <dl class="facts">
      {rows.map(([title, key, value, cap]) => (
        <div>
          <dt id={`${account}-${key}`}>{title}</dt>
          <dd>
            {cap === null ? `${value}, no limit` : `${value} of ${cap}`}
            {cap !== null && cap > 0 && (
              <meter
                aria-labelledby={`${account}-${key}`}
                min={0}
                max={cap}
                high={cap * NEARLY}
                optimum={0}
                value={Math.min(value, cap)}
              />
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
