/** Groups: our count of who is in each, and what waits for it. */

import { budgets } from '../operator/accounts.ts'
import { listGroups } from '../operator/groups.ts'
import { type Cursor, readCursor, writeCursor } from '../operator/merge.ts'
import type { Group } from '../operator/shapes.ts'
import { Budget } from './account-card.tsx'
import { Field, Submit } from './controls.tsx'
import { countText, STATUS } from './group.tsx'
import type { Html, Page, Visit } from './page.ts'
import { Badge, Card, type Column, Empty, Heading, Pager, Table } from './parts.tsx'

const PER_PAGE = 12
/** A page that is left open must cost little: the groups' own pages count further. */
const LOOK = { scan: 80, counted: 3 }

export async function groupsPage(visit: Visit, params: URLSearchParams): Promise<Page> {
  const text = params.get('text')?.trim() || null
  const cursor = readCursor(params.get('cursor') ?? '')
  const [page, accounts] = await Promise.all([
    listGroups(visit.admin, text, PER_PAGE, cursor, LOOK),
    budgets(visit.admin),
  ])
  const next = (to: Cursor) =>
    new URLSearchParams({ ...(text !== null && { text }), cursor: writeCursor(to) })
  const body = (
    <div class="stack">
      <Heading title="Groups">
        People: how many EazyBe accepted, by our count. Only WhatsApp shows who really is in a
        group.
      </Heading>
      <search>
        <form class="fields card" method="get" action="/console/groups">
          <Field label="Name" name="text" value={text ?? ''} maxlength={200} />
          <div class="row">
            <Submit look="main">Search</Submit>
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
      <Pager next={page.cursor && `/console/groups?${next(page.cursor)}`} label="More" />
    </div>
  )
  return { title: 'Groups', place: 'groups', body, live: cursor === null && text === null }
}

const COLUMNS: readonly Column[] = [
  { head: 'Group', look: 'lead' },
  'State',
  { head: 'People', look: 'number' },
  { head: 'Waiting', look: 'number' },
  { head: 'Held', look: 'number' },
]

function GroupTable({ groups }: { groups: readonly Group[] }): Html {
  const rows = groups.map(({ id, name, account, status, members, capacity, waiting, held }) => [
    <>
      <a href={`/console/groups/${id}`}>
        <bdi>{name}</bdi>
      </a>
      <span class="soft small">{account}</span>
    </>,
    <Badge tone={STATUS[status].tone}>{STATUS[status].word}</Badge>,
    `${members} of ${capacity}`,
    countText(waiting, LOOK.counted),
    countText(held, LOOK.counted),
  ])
  return <Table columns={COLUMNS} rows={rows} />
}

/** Why a group that waits may not be made today. */
function Budgets({ accounts }: { accounts: Awaited<ReturnType<typeof budgets>> }): Html {
  const capped = accounts.filter(({ caps }) => Object.values(caps).some((cap) => cap !== null))
  return (
    <Card id="budget" title="Budget used" part hidden={capped.length === 0}>
      {capped.map((account) => (
        <div class="budget">
          {accounts.length > 1 && <h3>Account {account.account}</h3>}
          <Budget view={account} />
        </div>
      ))}
    </Card>
  )
}
