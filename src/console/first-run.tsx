/** What to do before anything has arrived: one way to the first lead. */

import type { HookState } from '../operator/shapes.ts'
import { isSandbox } from '../setup/readiness.ts'
import type { Html, Visit } from './page.ts'
import { Card, Empty } from './parts.tsx'

export function FirstRun(props: {
  visit: Visit
  hooks: readonly HookState[]
  hidden: boolean
}): Html {
  const { visit, hooks, hidden } = props
  const [first] = hooks
  if (first === undefined) {
    return (
      <section id="first" data-part hidden={hidden} aria-label="First steps">
        <Empty title="There are no hooks yet">
          <p>
            Add one to <code>src/config.ts</code>: it says who sends, who agreed, and which group
            they go to.
          </p>
        </Empty>
      </section>
    )
  }
  const sandbox = isSandbox(visit.admin.env)
  return (
    <Card id="first" title="Three steps to the first lead" part hidden={hidden}>
      <ol class="steps">
        <li>
          Connect the sender:{' '}
          <a href={`/console/hooks/${first.name}/setup`}>set up {first.sourceTitle}</a> for the hook
          “{first.name}”.
        </li>
        <li>
          See what would come of a payload, without sending anything:{' '}
          <a href={`/console/hooks/${first.name}#preview`}>try the mapping</a>.
        </li>
        <li>
          Send a lead through the whole path:{' '}
          <a href={`/console/hooks/${first.name}#test`}>send a test</a>
          {sandbox
            ? '. This is the sandbox, so no real person is added to anything.'
            : ', to a number of your own.'}
        </li>
      </ol>
    </Card>
  )
}
