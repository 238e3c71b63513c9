/** Hooks: which are ready, and where each sender posts to. */

import { type HookState, hookStates } from '../operator/hooks.ts'
import type { Html } from './html.ts'
import type { Page, Visit } from './page.ts'
import { Badge, Empty } from './parts.tsx'

export function hooksPage(visit: Visit): Page {
  const hooks = hookStates(visit.desk)
  const body = (
    <div class="stack">
      <div>
        <h1>Hooks</h1>
        <p class="lede">
          One for each form, shop or automation that sends leads. They are written in{' '}
          <code>src/config.ts</code>.
        </p>
      </div>
      {hooks.length === 0 ? (
        <Empty title="There are no hooks yet">Add one to src/config.ts.</Empty>
      ) : (
        <div class="card">
          <HookTable hooks={hooks} />
        </div>
      )}
    </div>
  )
  return { title: 'Hooks', place: 'hooks', body }
}

function HookTable({ hooks }: { hooks: readonly HookState[] }): Html {
  return (
    <table class="cards">
      <thead>
        <tr>
          <th scope="col">Hook</th>
          <th scope="col">State</th>
          <th scope="col">Sender</th>
          <th scope="col">Consent</th>
        </tr>
      </thead>
      <tbody>
        {hooks.map(({ name, account, sourceTitle, trouble, consent }) => (
          <tr>
            <td class="lead">
              <a href={`/console/hooks/${name}`}>{name}</a>
              <span class="soft small">{account}</span>
            </td>
            <td data-label="State">
              <Ready trouble={trouble} />
            </td>
            <td data-label="Sender">{sourceTitle}</td>
            <td data-label="Consent">{consent}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
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
