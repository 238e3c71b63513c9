/** How to set up a hook's sender, for a reader who does not program: the source's guide, as a page. */

import { hookOf } from '../operator/desk.ts'
import { stateOf } from '../operator/hooks.ts'
import type { Guide } from '../setup/guide.ts'
import { guideOf } from '../setup/guide.ts'
import { CopyLine } from './hook.tsx'
import type { Html } from './html.ts'
import { notFoundPage } from './messages.tsx'
import type { Page, Visit } from './page.ts'

export function setupPage(visit: Visit, name: string): Page {
  const { desk } = visit
  const hook = hookOf(desk, name)
  if (hook === null) return notFoundPage('hook')
  const state = stateOf(desk, name, hook)
  const guide = guideOf(hook.source, name, desk.config.publicUrl ?? desk.origin)
  const body = (
    <div class="stack">
      <div>
        <p class="crumb">
          <a href="/console/hooks">Hooks</a> / <a href={`/console/hooks/${name}`}>{name}</a>
        </p>
        <h1>Set up {guide.title}</h1>
        <p class="lede">
          It proves itself by: {guide.proof}. The vendor’s own page:{' '}
          <a href={guide.docs} rel="noreferrer">
            {new URL(guide.docs).hostname}
          </a>
        </p>
      </div>
      {guide.phoneless !== null && <p class="notice wait">{guide.phoneless}</p>}
      <section class="card" aria-labelledby="address-title">
        <h2 id="address-title">The address to paste</h2>
        <CopyLine id="hook-url" text={state.url} />
        <Secrets guide={guide} />
      </section>
      <section class="card" aria-labelledby="steps-title">
        <h2 id="steps-title">Step by step</h2>
        <ol class="steps">
          {guide.steps.map((step) => (
            <li>{step}</li>
          ))}
        </ol>
        {(hook.source.paste ?? []).map(({ name: title, text }, index) => (
          <Paste id={`paste-${index}`} title={title} text={text} />
        ))}
      </section>
      <Sentences title="What to expect" sentences={guide.expect} />
      <Sentences title="When something goes wrong" sentences={guide.fails} />
      <section class="card" aria-labelledby="example-title">
        <h2 id="example-title">A hook to begin with</h2>
        <Paste id="example" title="For src/config.ts" text={guide.example} />
      </section>
      <Sentences title="What no page of the vendor’s says" sentences={guide.unconfirmed} />
    </div>
  )
  return { title: `Set up ${guide.title}`, place: 'hooks', body }
}

function Secrets({ guide }: { guide: Guide }): Html {
  return (
    <dl class="facts">
      {guide.secrets.map(({ name, what }) => (
        <div>
          <dt>
            Secret <code>{name}</code>
          </dt>
          <dd>
            {what}
            <div class="soft small">
              Set it with <code>npx wrangler secret put {name}</code>. The console never shows it.
            </div>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Paste({ id, title, text }: { id: string; title: string; text: string }): Html {
  return (
    <div class="stack">
      <h3>{title}</h3>
      <pre tabindex={0}>
        <code id={id}>{text}</code>
      </pre>
      <p>
        <button type="button" data-copy={id} hidden>
          Copy
        </button>
      </p>
    </div>
  )
}

function Sentences({
  title,
  sentences,
}: {
  title: string
  sentences: readonly string[]
}): Html | null {
  if (sentences.length === 0) return null
  return (
    <section class="card">
      <h2>{title}</h2>
      <ul>
        {sentences.map((sentence) => (
          <li>{sentence}</li>
        ))}
      </ul>
    </section>
  )
}
