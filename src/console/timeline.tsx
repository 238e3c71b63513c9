/** What happened to a lead, line by line, with EazyBe's own words. */

import type { Story } from '../operator/deliveries.ts'
import type { Html } from './html.ts'
import type { Visit } from './page.ts'
import { Time } from './parts.tsx'
import { plain } from './words.ts'

const GOOD = /^(?:accepted|released)/
const BAD = /^(?:parked|refused|failed|unknown|held|no connection|not created|limited|paused)/

export function Timeline({ story, visit }: { story: Story; visit: Visit }): Html {
  return (
    <section class="card" id="timeline" data-part aria-labelledby="timeline-title">
      <h2 id="timeline-title">What happened</h2>
      <ol class="timeline">
        {story.timeline.map(({ at, event, detail, count = 1, last }) => (
          <li class={GOOD.test(event) ? 'good' : BAD.test(event) ? 'bad' : ''}>
            <strong>{event}</strong>{' '}
            <span class="soft small">
              <Time at={at} clock={visit.clock} /> · {visit.clock.full(at)}
              {last !== undefined && ` · ${count} times, last ${visit.clock.full(last)}`}
            </span>
            {detail !== undefined && (
              <p>
                <bdi>{plain(detail)}</bdi>
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
