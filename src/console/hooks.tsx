/** Hooks: which are ready, and where each sender posts to. */

import { type HookState, hookStates, lastHeard } from '../operator/hooks.ts'
import type { Clock } from './clock.ts'
import type { Html } from './html.ts'
import type { Page, Visit } from './page.ts'
import { Badge, Empty, Time } from './parts.tsx'

export async function hooksPage(visit: Visit): Promise<Page> {
  const { desk, clock } = visit
  const [hooks, heard] = await Promise.all([hookStates(desk), lastHeard(desk)])
  const body = (
    <div class="stack">
      <div>
        <h1>Hooks</h1>
        <p class="lede">
          One for each form, shop or automation that sends leads. They are written in{' '}
          <code>src/config.ts</code>.{' '}
          <a href="/console/senders">Every sender’s steps and example</a>
        </p>
      </div>
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
  return (
    <table class="cards">
      <thead>
        <tr>
          <th scope="col">Hook</th>
          <th scope="col">State</th>
          <th scope="col">Sender</th>
          <th scope="col">Consent</th>
          <th scope="col">Last received</th>
        </tr>
      </thead>
      <tbody>
        {hooks.map(({ name, account, sourceTitle, trouble, refused, paused, consent }) => (
          <tr>
            <td class="lead">
              <a href={`/console/hooks/${name}`}>{name}</a>
              <span class="soft small">{account}</span>
            </td>
            <td data-label="State">
              <Ready trouble={trouble} /> <Paused paused={paused} />
              <Refused refused={refused} clock={clock} />
            </td>
            <td data-label="Sender">{sourceTitle}</td>
            <td data-label="Consent">{consent}</td>
            <td data-label="Last received">
              <Heard at={heard.get(name)} clock={clock} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Heard({ at, clock }: { at: string | undefined; clock: Clock }): Html {
  return at === undefined ? <span class="soft">nothing yet</span> : <Time at={at} clock={clock} />
}

/** What was refused since the last webhook that was verified. */
export function Refused({
  refused,
  clock,
}: {
  refused: HookState['refused']
  clock: Clock
}): Html | null {
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
