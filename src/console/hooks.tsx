/** Hooks: which are ready, and where each sender posts to. */

import { hookStates, lastHeard } from '../operator/hooks.ts'
import type { HookState } from '../operator/shapes.ts'
import type { Clock } from './clock.ts'
import type { Html, Page, Visit } from './page.ts'
import { Badge, Empty, Heading, Table, Time } from './parts.tsx'

export async function hooksPage(visit: Visit): Promise<Page> {
  const { admin, clock } = visit
  const [hooks, heard] = await Promise.all([hookStates(admin), lastHeard(admin)])
  const body = (
    <div class="stack">
      <Heading title="Hooks">
        One for each form, shop or automation that sends leads. They are written in{' '}
        <code>src/config.ts</code>. <a href="/console/senders">Every sender’s steps and example</a>
      </Heading>
      {hooks.length === 0 ? (
        <Empty title="There are no hooks yet">Add one to src/config.ts.</Empty>
      ) : (
        <div class="card">
          <HookTable hooks={hooks} heard={heard} clock={clock} />
        </div>
      )}
    </div>
  )
  return { title: 'Hooks', place: 'hooks', body }
}

function HookTable(props: {
  hooks: readonly HookState[]
  heard: ReadonlyMap<string, string>
  clock: Clock
}): Html {
  const { hooks, heard, clock } = props
  const rows = hooks.map(({ name, account, sourceTitle, trouble, refused, paused, consent }) => [
    <>
      <a href={`/console/hooks/${name}`}>{name}</a>
      <span class="soft small">{account}</span>
    </>,
    <>
      <Ready trouble={trouble} /> <Paused paused={paused} />
      <Refused refused={refused} clock={clock} />
    </>,
    sourceTitle,
    consent,
    <Time at={heard.get(name) ?? null} clock={clock} none="nothing yet" />,
  ])
  const columns = [{ head: 'Hook', look: 'lead' }, 'State', 'Sender', 'Consent', 'Last received']
  return <Table columns={columns} rows={rows} />
}

/** What was refused since the last webhook that was verified. */
export function Refused(props: { refused: HookState['refused']; clock: Clock }): Html | null {
  const { refused, clock } = props
  if (refused === null) return null
  return (
    <p class="small">
      <Badge tone="bad">Refused: {refused.count}</Badge> last{' '}
      <Time at={refused.lastAt} clock={clock} />: {refused.because}
    </p>
  )
}

export function Paused({ paused }: { paused: boolean }): Html | null {
  return paused ? <Badge tone="wait">Paused</Badge> : null
}

export function Ready({ trouble }: { trouble: string | null }): Html {
  return trouble === null ? (
    <Badge tone="good">Ready</Badge>
  ) : (
    <span>
      <Badge tone="bad">Not ready</Badge> <span class="soft small">{trouble}</span>
    </span>
  )
}
