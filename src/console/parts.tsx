/** Small parts that several pages share. */

import { countryCodes } from '../mapping/phone/index.ts'
import type { DeliveryView } from '../outbox/admin/views.ts'
import type { Clock } from './clock.ts'
import type { Child, Html } from './html.ts'
import { plain, STATES, type Tone } from './words.ts'

export function Badge({ tone, children }: { tone: Tone; children?: Child }): Html {
  return <span class={`badge ${tone}`}>{children}</span>
}

export function StateBadge({ state }: { state: DeliveryView['state'] }): Html {
  const { word, tone } = STATES[state]
  return <Badge tone={tone}>{word}</Badge>
}

/** How long ago, with the exact time on hover, and for readers of the page's source. */
export function Time({ at, clock }: { at: string; clock: Clock }): Html {
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

/** Every country by its name, in the order of the names. */
export function CountrySelect({ label, picked }: { label: string; picked: string }): Html {
  return (
    <label>
      {label}
      <select name="country">
        <option value="">None</option>
        {COUNTRIES.map(([code, name]) => (
          <option value={code} selected={code === picked}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

const NAMES = new Intl.DisplayNames('en', { type: 'region' })
const COUNTRIES = countryCodes()
  .map((code) => [code, NAMES.of(code) ?? code] as const)
  .toSorted(([, one], [, other]) => one.localeCompare(other, 'en'))

export function Problem({ title, children }: { title: string; children?: Child }): Html {
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{title}</strong>
      </p>
      {children}
    </div>
  )
}

/** Deliveries as a table, which is a list of cards on a phone. */
export function DeliveryTable({
  deliveries,
  clock,
}: {
  deliveries: readonly DeliveryView[]
  clock: Clock
}): Html {
  return (
    <table class="cards leads">
      <thead>
        <tr>
          <th scope="col">Lead</th>
          <th scope="col">State</th>
          <th scope="col">Group</th>
          <th scope="col">Hook</th>
          <th scope="col">Received</th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <tr>
            <td class="lead">
              <a href={`/console/deliveries/${delivery.id}`}>
                <bdi>{leadName(delivery)}</bdi>
              </a>
              <span class="soft small">
                {delivery.who !== null && (
                  <>
                    <bdi>{numbersText(delivery.contacts)}</bdi>
                    {' · '}
                  </>
                )}
                <span>{delivery.id}</span>
              </span>
            </td>
            <td data-label="State" class="how">
              <StateBadge state={delivery.state} />{' '}
              <span class="soft small">
                <bdi>{plain(delivery.wrong ?? delivery.reason ?? '')}</bdi>
              </span>
            </td>
            <td data-label="Group" class="name">
              {delivery.groupName === null ? (
                <span class="soft">not known</span>
              ) : (
                <bdi>{delivery.groupName}</bdi>
              )}
            </td>
            <td data-label="Hook" class="of-hook">
              {delivery.hook}
            </td>
            <td data-label="Received" class="when">
              <Time at={delivery.receivedAt} clock={clock} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
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

/** A button that is a form of its own. */
export function Action({
  path,
  label,
  look = 'button',
  hidden = {},
  disabled = false,
}: {
  path: string
  label: string
  look?: string
  hidden?: Readonly<Record<string, string>>
  disabled?: boolean
}): Html {
  return (
    <form method="post" action={path} class="inline">
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class={look} disabled={disabled}>
        {label}
      </button>
    </form>
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
        <div>
          <dt>
            <bdi>{name}</bdi>
          </dt>
          <dd>
            <Json value={item} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
