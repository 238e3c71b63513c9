/** The last 24 hours as bars: accepted, held and parked, with the same in words for screen readers. */

import { hoursTotal } from '../operator/accounts.ts'
import type { Overview } from '../outbox/admin/account.ts'
import type { Clock } from './clock.ts'
import type { Html } from './page.ts'
import { several } from './words.ts'

type Hour = Overview['hours'][number]

const WIDTH = 720
const HEIGHT = 170
const BASE = 144
const TOP = 26
const BAR = 20
const SLOT = WIDTH / 24
/** From the bottom of a bar up. */
const KINDS = ['accepted', 'held', 'parked'] as const
const LABEL_EVERY = 6

/** Hours of all accounts, added up. */
export function sumHours(all: readonly (readonly Hour[])[]): Hour[] {
  const byHour = Map.groupBy(all.flat(), ({ hour }) => hour)
  return [...byHour]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .slice(-24)
    .map(([hour, some]) => ({ hour, ...hoursTotal(some) }))
}

export function Chart({ hours, clock }: { hours: readonly Hour[]; clock: Clock }): Html {
  const { accepted, held, parked } = hoursTotal(hours)
  const sums = hours.map((hour) => hour.accepted + hour.held + hour.parked)
  const most = Math.max(1, ...sums)
  const busiest = hours[sums.indexOf(most)]
  const words = `In the last 24 hours EazyBe accepted ${several(accepted, 'lead')}; ${held} were held and ${parked} parked.${
    busiest === undefined ? '' : ` The busiest hour began at ${clock.hour(busiest.hour)}.`
  }`
  return (
    <figure class="chart">
      <p class="legend">
        <span class="accepted">Accepted {accepted}</span>
        <span class="held">Held {held}</span>
        <span class="parked">Parked {parked}</span>
      </p>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words}>
        <line x1="0" x2={WIDTH} y1={BASE + 0.5} y2={BASE + 0.5} />
        <text x={WIDTH} y={TOP - 8} text-anchor="end">
          {busiest === undefined ? 'nothing settled yet' : `busiest hour: ${several(most, 'lead')}`}
        </text>
        {hours.map((hour, index) => (
          <Bar hour={hour} index={index} most={most} clock={clock} />
        ))}
      </svg>
    </figure>
  )
}

function Bar(props: { hour: Hour; index: number; most: number; clock: Clock }): Html {
  const { hour, index, most, clock } = props
  const x = index * SLOT + (SLOT - BAR) / 2
  const scale = (BASE - TOP) / most
  let y = BASE
  const parts = KINDS.filter((kind) => hour[kind] > 0).map((kind) => {
    // What there is of a kind can be seen, however tall the day's other bars are.
    const height = Math.max(2, hour[kind] * scale)
    y -= height
    return (
      <rect
        class={kind}
        x={x.toFixed(1)}
        y={y.toFixed(1)}
        width={BAR}
        height={height.toFixed(1)}
        rx="2"
      />
    )
  })
  return (
    <g>
      <title>
        {`${clock.hour(hour.hour)}: ${hour.accepted} accepted, ${hour.held} held, ${hour.parked} parked`}
      </title>
      {parts}
      {index % LABEL_EVERY === 0 && (
        <text x={x} y={HEIGHT - 8}>
          {clock.hour(hour.hour)}
        </text>
      )}
    </g>
  )
}
