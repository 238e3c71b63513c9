/** Parts that several pages share, and pages that only have something to say. */

import type { DeliveryView } from '../outbox/admin/views.ts'
import type { Clock } from './clock.ts'
import type { Child, Html, Page } from './page.ts'
import { plain, STATES, type Tone } from './words.ts'

export function Badge({ tone, children }: { tone: Tone; children?: Child }): Html {
  return <span class={`badge ${tone}`}>{children}</span>
}

export function StateBadge({ state }: { state: DeliveryView['state'] }): Html {
  const { word, tone } = STATES[state]
  return <Badge tone={tone}>{word}</Badge>
}

/** How long ago, with the exact time on hover. `none`: what stands there without a time. */
export function Time(props: { at: string | null; clock: Clock; none?: string }): Html {
  const { at, clock, none } = props
  if (at === null) return <span class="soft">{none}</span>
  return (
    <time datetime={at} title={clock.full(at)}>
      {clock.relative(at)}
    </time>
  )
}

export function Empty({ title, children }: { title: string; children?: Child }): Html {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}

/** Why nothing was done. */
export function ErrorNotice(props: { title: string; lines?: readonly string[] }): Html {
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{props.title}</strong>
      </p>
      {props.lines?.map((line) => (
        <p>{line}</p>
      ))}
    </div>
  )
}

/** The address of a page, and what it is called. */
export type Link = readonly [href: string, name: string]

/** What a page begins with. `above`: the pages that it belongs to. */
export function Heading(props: {
  above?: readonly Link[]
  title: Child
  below?: Child
  children?: Child
}): Html {
  const { above = [], title, below, children } = props
  return (
    <div>
      {above.length > 0 && (
        <p class="crumb">
          {above.map(([href, name], index) => (
            <>
              {index > 0 && ' / '}
              <a href={href}>{name}</a>
            </>
          ))}
        </p>
      )}
      <h1>{title}</h1>
      {children !== undefined && <p class="lede soft">{children}</p>}
      {below}
    </div>
  )
}

/** A section of a page. `part`: the script replaces it when there is news. */
export function Card(props: {
  id?: string
  title: string
  part?: boolean
  hidden?: boolean
  /** Stands beside the title. */
  aside?: Child
  children?: Child
}): Html {
  const { id, title, part, hidden, aside, children } = props
  const titleId = id && `${id}-title`
  return (
    <section class="card" id={id} data-part={part} aria-labelledby={titleId} hidden={hidden}>
      <div class="row apart">
        <h2 id={titleId}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  )
}

/** One fact of a list. */
export function Fact(props: { title: Child; look?: string; children?: Child }): Html {
  const { title, look, children } = props
  return (
    <div>
      <dt>{title}</dt>
      <dd class={look}>{children}</dd>
    </div>
  )
}

/** A column of a table; its head alone is enough. */
export type Column = string | WholeColumn

interface WholeColumn {
  readonly head: string
  readonly look?: string
  /** What its cells are called on a phone, where that is not the head. */
  readonly label?: string
}

/** A table with its head, which is a list of cards on a phone. */
export function Table(props: {
  columns: readonly Column[]
  rows: readonly (readonly Child[])[]
  look?: string
}): Html {
  const { columns, rows, look = 'cards' } = props
  const all = columns.map(
    (column): WholeColumn => (typeof column === 'string' ? { head: column } : column),
  )
  return (
    <table class={look}>
      <thead>
        <tr>
          {all.map(({ head, look }) => (
            <th scope="col" class={look}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells) => (
          <tr>
            {all.map(({ head, look, label = head }, index) => (
              <td data-label={index === 0 ? undefined : label} class={look}>
                {cells[index]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The columns' looks say where each stands in the card of a lead. */
const LEAD_COLUMNS: readonly Column[] = [
  { head: 'Lead', look: 'lead' },
  { head: 'State', look: 'how' },
  { head: 'Group', look: 'name' },
  { head: 'Hook', look: 'of-hook' },
  { head: 'Received', look: 'when' },
]

export function DeliveryTable(props: { deliveries: readonly DeliveryView[]; clock: Clock }): Html {
  const rows = props.deliveries.map((lead) => [
    <>
      <a href={`/console/deliveries/${lead.id}`}>
        <bdi>{leadName(lead)}</bdi>
      </a>
      <span class="soft small">
        {lead.who !== null && (
          <>
            <bdi>{numbersText(lead.contacts)}</bdi>
            {' · '}
          </>
        )}
        <span>{lead.id}</span>
      </span>
    </>,
    <>
      <StateBadge state={lead.state} />{' '}
      <span class="soft small">
        <bdi>{plain(lead.wrong ?? lead.reason ?? '')}</bdi>
      </span>
    </>,
    lead.groupName === null ? <span class="soft">not known</span> : <bdi>{lead.groupName}</bdi>,
    lead.hook,
    <Time at={lead.receivedAt} clock={props.clock} />,
  ])
  return <Table columns={LEAD_COLUMNS} rows={rows} look="cards leads" />
}

/** What to call a lead: the name that its sender gives, or else its number. */
export function leadName({ contacts, who }: Pick<DeliveryView, 'contacts' | 'who'>): string {
  return who ?? numbersText(contacts)
}

/** The first number and how many more. One that is held before it was mapped has none yet. */
export function numbersText(contacts: readonly string[]): string {
  const [first, ...rest] = contacts
  if (first === undefined) return 'no number yet'
  return rest.length === 0 ? first : `${first} and ${rest.length} more`
}

/** Links to the other pages of a list; null: this is the first one, or the last. */
export function Pager(props: {
  newest?: string | null
  next: string | null
  label?: string
  children?: Child
}): Html {
  const { newest = null, next, label = 'Older', children } = props
  return (
    <nav class="pager" id="pages" data-part aria-label="Pages">
      {newest === null ? (
        <span />
      ) : (
        <a class="button" href={newest}>
          Newest
        </a>
      )}
      {children}
      {next !== null && (
        <a class="button" rel="next" href={next}>
          {label}
        </a>
      )}
    </nav>
  )
}

/** A value of JSON for a reader: names and values, lists and texts. */
export function Json({ value }: { value: unknown }): Html {
  if (typeof value !== 'object' || value === null) {
    return <bdi class={`json ${typeof value}`}>{value === null ? 'nothing' : String(value)}</bdi>
  }
  const entries = Object.entries(value)
  if (entries.length === 0)
    return <span class="soft">{Array.isArray(value) ? 'an empty list' : 'empty'}</span>
  return (
    <dl class="json">
      {entries.map(([name, item]) => (
        <Fact title={<bdi>{name}</bdi>}>
          <Json value={item} />
        </Fact>
      ))}
    </dl>
  )
}

export function notFoundPage(what: string): Page {
  const text = 'It may have been deleted on schedule.'
  return { ...messagePage(`There is no such ${what}`, text, 404), title: 'Not found' }
}

/** A page that says one thing. */
export function messagePage(title: string, text: string, status: 400 | 404 | 409): Page {
  const body = (
    <div class="empty">
      <h1>{title}</h1>
      <p>
        {text} <a href="/console">Back to the overview</a>
      </p>
    </div>
  )
  return { title, place: null, body, status }
}
