/** What operators did, newest first. Nothing here can be changed. */

import { accountsOf } from '../operator/admin.ts'
import { auditLog, readCursor, writeCursor } from '../operator/merge.ts'
import type { AuditLine } from '../operator/shapes.ts'
import type { Html, Page, Visit } from './page.ts'
import { Empty, Heading, Pager, Table, Time } from './parts.tsx'

const PER_PAGE = 100

export async function auditPage(visit: Visit, params: URLSearchParams): Promise<Page> {
  const cursor = readCursor(params.get('cursor') ?? '')
  const page = await auditLog(visit.admin, PER_PAGE, cursor)
  const body = (
    <div class="stack">
      <Heading title="Audit log">
        What operators did, in the console and over the API. It cannot be changed.
      </Heading>
      <section class="card" id="found" data-part aria-label="Entries">
        {page.values.length === 0 ? (
          <Empty title="Nothing has been done yet" />
        ) : (
          <Entries lines={page.values} visit={visit} />
        )}
      </section>
      <Pager next={page.cursor && `/console/audit?cursor=${writeCursor(page.cursor)}`} />
    </div>
  )
  return { title: 'Audit log', place: 'audit', body, live: cursor === null }
}

function Entries({ lines, visit }: { lines: readonly AuditLine[]; visit: Visit }): Html {
  const several = accountsOf(visit.admin).length > 1
  const rows = lines.map(({ action, target, detail, actor, at, account }) => [
    <>
      <strong>{action}</strong>
      {detail !== null && (
        <div class="soft small">
          <bdi>{detail}</bdi>
        </div>
      )}
    </>,
    <>
      <bdi>{target}</bdi>
      {several && <span class="soft small"> {account}</span>}
    </>,
    <bdi>{actor}</bdi>,
    <>
      <Time at={at} clock={visit.clock} />
      <div class="soft small">{visit.clock.full(at)}</div>
    </>,
  ])
  return <Table columns={['What', 'On', 'By', 'When']} rows={rows} />
}
