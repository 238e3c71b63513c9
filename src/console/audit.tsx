/** What operators did, newest first. Nothing here can be changed. */

import { type AuditLine, auditLog } from '../operator/audit.ts'
import { accountsOf } from '../operator/desk.ts'
import { readCursor, writeCursor } from '../operator/merge.ts'
import type { Html } from './html.ts'
import type { Page, Visit } from './page.ts'
import { Empty, Time } from './parts.tsx'

const PER_PAGE = 100

export async function auditPage(visit: Visit, params: URLSearchParams): Promise<Page> {
  const given = params.get('cursor')
  const cursor = given === null ? null : readCursor(given)
  const page = await auditLog(visit.desk, PER_PAGE, cursor)
  const body = (
    <div class="stack">
      <div>
        <h1>Audit log</h1>
        <p class="lede">
          What operators did, in the console and over the API. It cannot be changed.
        </p>
      </div>
      <section class="card" id="found" data-part aria-label="Entries">
        {page.values.length === 0 ? (
          <Empty title="Nothing has been done yet" />
        ) : (
          <Entries lines={page.values} visit={visit} />
        )}
      </section>
      {page.cursor !== null && (
        <nav class="pager" aria-label="Pages">
          <span />
          <a class="button" rel="next" href={`/console/audit?cursor=${writeCursor(page.cursor)}`}>
            Older
          </a>
        </nav>
      )}
    </div>
  )
  return { title: 'Audit log', place: 'audit', body, live: cursor === null }
}

function Entries({ lines, visit }: { lines: readonly AuditLine[]; visit: Visit }): Html {
  const several = accountsOf(visit.desk).length > 1
  return (
    <table class="cards">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">On</th>
          <th scope="col">By</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ action, target, detail, actor, at, account }) => (
          <tr>
            <td>
              <strong>{action}</strong>
              {detail !== null && (
                <div class="soft small">
                  <bdi>{detail}</bdi>
                </div>
              )}
            </td>
            <td data-label="On">
              <bdi>{target}</bdi>
              {several && <span class="soft small"> {account}</span>}
            </td>
            <td data-label="By">
              <bdi>{actor}</bdi>
            </td>
            <td data-label="When">
              <Time at={at} clock={visit.clock} />
              <div class="soft small">{visit.clock.full(at)}</div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
