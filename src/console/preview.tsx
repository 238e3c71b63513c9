/** What a hook makes of a payload: the mapping as it would happen, with nothing stored and no call made. */

import { issueText } from '../lib/problem.ts'
import type { Preview } from '../operator/preview.ts'
import type { EventPreview, HookDetails } from '../operator/shapes.ts'
import { Submit } from './controls.tsx'
import type { Html } from './page.ts'
import { Badge, Card, ErrorNotice, Json, Table } from './parts.tsx'
import { plain } from './words.ts'

/** A payload that was tried. */
export interface Tried {
  /** The lead of which it is kept; null: it was pasted, or is the sender's sample. */
  readonly from: string | null
  readonly payload: string
  readonly made: Preview
}

export function PreviewSection({ hook, preview }: { hook: HookDetails; preview?: Tried }): Html {
  return (
    <Card id="preview" title="Try the mapping">
      <p class="soft">Nothing is stored, and EazyBe is not called.</p>
      <form class="tall" method="post" action={`/console/hooks/${hook.name}/preview#preview`}>
        <label>
          A payload as {hook.sourceTitle} posts it
          <textarea name="payload" rows={8} spellcheck={false} autocomplete="off">
            {preview?.payload ?? ''}
          </textarea>
        </label>
        <div class="row">
          <Submit look="main">Show what would happen</Submit>
          <button type="submit" name="use" value="sample">
            Take the sender’s sample
          </button>
          {hook.lastFields !== null && (
            <button type="submit" name="use" value={hook.lastFields.id}>
              Take what came last
            </button>
          )}
        </div>
      </form>
      {preview !== undefined && <Result made={preview.made} />}
    </Card>
  )
}

function Result({ made }: { made: Preview }): Html {
  if (!made.ok) {
    return (
      <ErrorNotice
        title="This body would be held: it cannot be read"
        lines={made.issues.map(issueText)}
      />
    )
  }
  if (made.events.length === 0) {
    return (
      <p role="status">There is no event in it for this hook: it would be answered 200 and left.</p>
    )
  }
  return (
    <div class="stack" role="status">
      {made.events.map((event) => (
        <EventResult event={event} />
      ))}
    </div>
  )
}

function EventResult({ event }: { event: EventPreview }): Html {
  const { skip, held, invite, numbers, consent, fields } = event
  return (
    <div class="stack">
      {skip !== null ? (
        <p>
          <Badge tone="quiet">Skipped</Badge> {skip}
        </p>
      ) : held !== null ? (
        <div class="notice wait">
          <p>
            <Badge tone="wait">Held</Badge> <strong>{held.reason}</strong>
          </p>
          {held.issues.map(({ path, message }) => (
            <p>
              {path !== '' && <code>{plain(path)}</code>} {message}
            </p>
          ))}
        </div>
      ) : (
        <p>
          <Badge tone="good">Would be queued</Badge>
        </p>
      )}
      {invite !== null && (
        <div>
          <h3>What EazyBe would be asked</h3>
          <pre id="would-be-sent">{JSON.stringify(invite, null, 2)}</pre>
          {consent?.basis === 'field' && (
            <p class="soft">
              Agreed: {consent.what} is <q>{consent.given}</q>
            </p>
          )}
        </div>
      )}
      {numbers.length > 0 && (
        <Table
          columns={['Number in', 'As typed', 'As read']}
          rows={numbers.map(({ path, raw, read, notes }) => [
            <code>{plain(path)}</code>,
            <bdi>{raw === '' ? 'nothing' : raw}</bdi>,
            <>
              {read === null ? <Badge tone="bad">Refused</Badge> : <strong>{read}</strong>}
              {notes.map((note) => (
                <div class="soft small">{read === null ? `It ${note}` : note}</div>
              ))}
            </>,
          ])}
        />
      )}
      <details id={`fields-${event.id ?? 'of'}`}>
        <summary>Fields that the hook was given</summary>
        <Json value={fields} />
      </details>
    </div>
  )
}
