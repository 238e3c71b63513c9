/** The first page: whether all is well, in one sentence, and what needs attention. */

import { overviews } from '../operator/accounts.ts'
import { MAX_CHARACTERS } from '../operator/filter.ts'
import { hookStates } from '../operator/hooks.ts'
import { listDeliveries } from '../operator/merge.ts'
import type { HookState } from '../operator/shapes.ts'
import type { InHand, Overview } from '../outbox/admin/account.ts'
import { AccountCard, lastOut } from './account-card.tsx'
import { Chart, sumHours } from './chart.tsx'
import type { Clock } from './clock.ts'
import { FirstRun } from './first-run.tsx'
import type { Html, Page, Visit } from './page.ts'
import { Card, DeliveryTable, Time } from './parts.tsx'
import { capital, LONG_WAITS, PAUSES, plain, several, type Tone } from './words.ts'

const LATEST = 4
/** Rows that are read for them. */
const MOST_ROWS = 40
/** A page that is left open must cost little: of leads that wait no more are counted. */
const MOST_COUNTED = 101

export async function overviewPage(visit: Visit): Promise<Page> {
  const { admin, clock } = visit
  const [accounts, hooks, latest] = await Promise.all([
    overviews(admin, MOST_COUNTED),
    hookStates(admin),
    listDeliveries(admin, {}, LATEST, null, MOST_ROWS),
  ])
  const tasks = tasksOf(accounts, hooks)
  const empty = latest.values.length === 0
  // All parts are always there: the script replaces them by their names, and what is not needed yet is hidden.
  const body = (
    <div class="stack">
      <Verdict
        tasks={tasks}
        empty={empty}
        stopped={visit.stopped.size}
        accounts={accounts}
        clock={clock}
      />
      <Tasks tasks={tasks} />
      <FirstRun visit={visit} hooks={hooks} hidden={!empty} />
      <section class="stack" id="accounts" data-part aria-label="Accounts">
        {accounts.map((account) => (
          <AccountCard account={account} clock={clock} />
        ))}
      </section>
      <Card id="day" title="The last 24 hours" part hidden={empty}>
        <Chart hours={sumHours(accounts.map(({ hours }) => hours))} clock={clock} />
      </Card>
      <Card
        id="latest"
        title="Latest leads"
        part
        hidden={empty}
        aside={<a href="/console/deliveries">All deliveries</a>}
      >
        <DeliveryTable deliveries={latest.values} clock={clock} />
      </Card>
    </div>
  )
  return { title: 'Overview', place: 'overview', body, live: true }
}

interface Task {
  readonly tone: Extract<Tone, 'wait' | 'bad'>
  readonly title: string
  readonly what: string
  readonly href: string
  readonly link: string
  /** Of leads: why they wait, each with the list of its own. */
  readonly reasons?: readonly InHand[]
}

/** What needs attention, the worst first. */
function tasksOf(accounts: readonly Overview[], hooks: readonly HookState[]): Task[] {
  const ofAccount = (tone: Task['tone'], account: string, title: string, what: string): Task => ({
    tone,
    title: accounts.length > 1 ? `${account}: ${title}` : title,
    what,
    href: `#account-${account}`,
    link: 'See the account',
  })
  const ofHook = (tone: Task['tone'], name: string, title: string, what: string): Task => ({
    tone,
    title: `The hook “${name}” ${title}`,
    what,
    href: `/console/hooks/${name}`,
    link: 'See the hook',
  })
  const ofLeads = (state: InHand['state'], task: Pick<Task, 'tone' | 'what' | 'link'>): Task[] => {
    const count = accounts.reduce((total, { backlog }) => total + backlog[state], 0)
    const title = `${several(count, 'lead is', 'leads are')} ${state}`
    const href = `/console/deliveries?state=${state}`
    return count === 0 ? [] : [{ ...task, title, href, reasons: reasonsOf(accounts, state) }]
  }
  const tasks = [
    ...accounts.flatMap(({ account, pause, longWait }) => {
      const words = pause === null ? longWait && LONG_WAITS[longWait.why] : PAUSES[pause.reason]
      const tone = pause === null || pause.reason === 'operator' ? 'wait' : 'bad'
      return words === null ? [] : ofAccount(tone, account, words.title, words.what)
    }),
    ...hooks.flatMap(({ name, trouble }) =>
      trouble === null ? [] : ofHook('bad', name, 'lets nothing through', `${capital(trouble)}.`),
    ),
    ...hooks.flatMap(({ name, refused }) => {
      if (refused === null) return []
      const title = `refused ${several(refused.count, 'webhook')}`
      return ofHook('bad', name, title, `The last one: ${refused.because}.`)
    }),
    ...hooks.flatMap(({ name, paused }) => {
      const what = 'Its leads are taken in and held until you resume it.'
      return paused ? ofHook('wait', name, 'is paused', what) : []
    }),
    ...accounts.flatMap((view) => {
      const { account, backlog } = view
      const last = lastOut(view)
      const what = `The last goes out ${last}. If a form is flooded, pause its hook.`
      const title = waitingText(backlog.queued + backlog.unknown, backlog.more)
      return last === null ? [] : ofAccount('wait', account, title, what)
    }),
    ...ofLeads('parked', {
      tone: 'bad',
      what: 'They did not go through. Each says why.',
      link: 'Look at them',
    }),
    ...ofLeads('held', {
      tone: 'wait',
      what: 'They wait for your decision, and are not sent before.',
      link: 'Decide',
    }),
  ]
  return tasks.toSorted((one, other) => Number(other.tone === 'bad') - Number(one.tone === 'bad'))
}

interface StandingProps {
  readonly tasks: readonly Task[]
  readonly empty: boolean
  /** Accounts that make no calls, of so many. */
  readonly stopped: number
  readonly accounts: readonly Overview[]
  readonly clock: Clock
}

/** Whether all is well, in one sentence. */
function verdictOf({ tasks, empty, stopped, accounts }: StandingProps) {
  if (tasks.length === 0) {
    const [title, what] = empty
      ? ['Ready for the first lead', 'Nothing has arrived yet.']
      : ['All is well', 'Leads go to their groups, and nothing waits for you.']
    return { tone: 'good', title, what }
  }
  const tone = tasks.some((task) => task.tone === 'bad') ? 'bad' : 'wait'
  const title = `${several(tasks.length, 'thing needs', 'things need')} your attention`
  if (stopped === 0) return { tone, title, what: 'Everything else goes on by itself.' }
  const all = stopped === accounts.length
  const others = 'Leads are taken in; the other accounts send theirs.'
  return { tone, title, what: all ? 'Leads are taken in, and none is sent.' : others }
}

function Verdict(props: StandingProps): Html {
  const { accounts, clock } = props
  const { tone, title, what } = verdictOf(props)
  return (
    <div class={`verdict ${tone}`} id="verdict" data-part>
      <svg viewBox="0 0 48 48" aria-hidden="true">
        <circle cx="24" cy="24" r="22" fill="currentColor" opacity="0.15" />
        <path
          fill="none"
          stroke="currentColor"
          stroke-width="3.5"
          stroke-linecap="round"
          stroke-linejoin="round"
          d={tone === 'good' ? 'M15 25l6.5 6.5L34 18' : 'M24 14v13M24 33.5v.1'}
        />
      </svg>
      <h1>{title}</h1>
      <p class="soft">
        {what} <Waiting accounts={accounts} clock={clock} />
      </p>
    </div>
  )
}

/** How many leads wait for a call, and since when the oldest does. */
function Waiting(props: { accounts: readonly Overview[]; clock: Clock }): Html | null {
  const { accounts, clock } = props
  const waiting = accounts.reduce((all, { backlog }) => all + backlog.queued + backlog.unknown, 0)
  const more = accounts.some(({ backlog }) => backlog.more)
  const [oldest] = accounts.flatMap(({ backlog }) => backlog.oldest ?? []).toSorted()
  if (waiting === 0) return null
  const waits = `${waitingText(waiting, more)} for a call`
  if (more || oldest === undefined) return <>{waits}.</>
  return (
    <>
      {`${waits}; the oldest came `}
      <Time at={oldest} clock={clock} />.
    </>
  )
}

/** "1 lead waits", "More than 100 leads wait": of a long queue no more are counted. */
function waitingText(waiting: number, more: boolean): string {
  if (more) return `More than ${several(waiting - 1, 'lead')} wait`
  return `${several(waiting, 'lead')} ${waiting === 1 ? 'waits' : 'wait'}`
}

function Tasks({ tasks }: { tasks: readonly Task[] }): Html {
  return (
    <section
      class="card"
      id="tasks"
      data-part
      aria-label="What needs your attention"
      hidden={tasks.length === 0}
    >
      <ul class="todo">
        {tasks.map(({ title, what, href, link, reasons = [] }) => (
          <li>
            <div>
              <strong>{title}</strong>
              <p class="soft">{what}</p>
              <Reasons reasons={reasons} />
            </div>
            <a class="button" href={href}>
              {link}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Reasons({ reasons }: { reasons: readonly InHand[] }): Html | null {
  if (reasons.length === 0) return null
  return (
    <ul class="reasons">
      {reasons.map(({ state, reason, count }) => (
        <li>
          <a href={`/console/deliveries?${new URLSearchParams({ state, reason })}`}>
            {count} × <bdi>{plain(reason)}</bdi>
          </a>
        </li>
      ))}
    </ul>
  )
}

/** Of all accounts, the commonest first. */
function reasonsOf(accounts: readonly Overview[], state: InHand['state']): InHand[] {
  const all = accounts.flatMap(({ backlog }) => backlog.reasons)
  const mine = all.filter(
    (one) => one.state === state && one.reason !== '' && one.reason.length <= MAX_CHARACTERS,
  )
  return [...Map.groupBy(mine, ({ reason }) => reason)]
    .map(([reason, some]) => {
      return { state, reason, count: some.reduce((total, { count }) => total + count, 0) }
    })
    .toSorted((one, other) => other.count - one.count)
}
