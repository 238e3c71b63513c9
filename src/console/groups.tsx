/** Groups: our count of who is in each, and what waits for it. */

import { budgets } from '../operator/accounts.ts'
import { type Group, listGroups } from '../operator/groups.ts'
import { readCursor, writeCursor } from '../operator/merge.ts'
import { Budget } from './account-card.tsx'
import { STATUS } from './group.tsx'
import type { Html } from './html.ts'
import type { Page, Visit } from './page.ts'
import { Badge, Empty } from './parts.tsx'

const PER_PAGE = 12
/** A page that is left open must cost little: the groups' own pages count further. */
const LOOK = { scan: 80, counted: 3 }

export async function groupsPage(visit: Visit, params: URLSearchParams): Promise<Page> {
  const text = params.get('text')?.trim() || null
  const given = params.get('cursor')
  const cursor = given === null ? null : readCursor(given)
  const [page, accounts] = await Promise.all([
    listGroups(visit.desk, text, PER_PAGE, cursor, LOOK),
    budgets(visit.desk),
  ])
  const query = (more: Record<string, string>) =>
    new URLSearchParams({ ...(text !== null && { text }), ...more }).toString()
  const body = (
    <div class="stack">
      <div>
        <h1>Groups</h1>
        <p class="lede">
          People: how many EazyBe accepted, by our count. Only WhatsApp shows who really is in a
          group.
        </p>
      </div>
      <search>
        <form class="fields card" method="get" action="/console/groups">
          <label>
            Name
            <input name="text" value={text ?? ''} maxlength={200} autocomplete="off" />
          </label>
          <div class="row">
            <button class="main" type="submit">
              Search
            </button>
            {text !== null && <a href="/console/groups">Clear</a>}
          </div>
        </form>
      </search>
      <Budgets accounts={accounts} />
      <section class="card" id="found" data-part aria-label="Found">
        {page.groups.length === 0 ? (
          <Empty title={text === null ? 'No groups yet' : 'No group fits'}>
            A group is made by the first lead that may create it.
          </Empty>
        ) : (
          <GroupTable groups={page.groups} />
        )}
      </section>
      {page.cursor !== null && (
        <nav class="pager" aria-label="Pages">
          <span />
          <a
            class="button"
            rel="next"
            href={`/console/groups?${query({ cursor: writeCursor(page.cursor) })}`}
          >
            More
          </a>
        </nav>
      )}
    </div>
  )
  return { title: 'Groups', place: 'groups', body, live: cursor === null && text === null }
}

function GroupTable({ groups }: { groups: readonly Group[] }): Html {
  return (
    <table class="cards">
      <thead>
        <tr>
          <th scope="col">Group</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            People
          </th>
          <th scope="col" class="number">
            Waiting
          </th>
          <th scope="col" class="number">
            Held
          </th>
        </tr>
      </thead>
      <tbody>
        {groups.map(({ id, name, account, status, members, capacity, waiting, held }) => (
          <tr>
            <td class="lead">
              <a href={`/console/groups/${id}`}>
                <bdi>{name}</bdi>
              </a>
              <span class="soft small">{account}</span>
            </td>
            <td data-label="State">
              <Badge tone={STATUS[status].tone}>{STATUS[status].word}</Badge>
            </td>
            <td data-label="People" class="number">
              {`${members} of ${capacity}`}
            </td>
            <td data-label="Waiting" class="number">
              {counted(waiting)}
            </td>
            <td data-label="Held" class="number">
              {counted(held)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** "3+": they are counted no further here. */
function counted(count: number): string {
  return count >= LOOK.counted ? `${LOOK.counted}+` : String(count)
}

/** Why a group that waits may not be made today. */
function Budgets({ accounts }: { accounts: Awaited<ReturnType<typeof budgets>> }): Html {
  const capped = accounts.filter(({ caps }) => Object.values(caps).some((cap) => cap !== null))
  return (
    <section
      class="card"
      id="budget"
      data-part
      aria-labelledby="budget-title"
      hidden={capped.length === 0}
    >
      <h2 id="budget-title">Budget used</h2>
      {capped.map((account) => (
        <div class="budget">
          {accounts.length > 1 && <h3>Account {account.account}</h3>}
          <Budget view={account} />
        </div>
      ))}
    </section>
  )
}
