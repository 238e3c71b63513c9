/** How to set up a hook's sender, for a reader who does not program: the source's guide, as a page. */

import { hookOf } from '../operator/admin.ts'
import { stateOf } from '../operator/hooks.ts'
import { ownFields } from '../operator/sample/sample-fields.ts'
import { fieldList, type ListedField } from '../operator/snippet.ts'
import type { Guide } from '../setup/guide.ts'
import { guideOf } from '../setup/guide.ts'
import { sources } from '../sources/index.ts'
import type { Source } from '../sources/source.ts'
import { CopyLine, Paste } from './controls.tsx'
import type { Html, Page, Visit } from './page.ts'
import { Card, Fact, Heading, type Link, notFoundPage, Table } from './parts.tsx'

/** What a hook is called before it has a name. */
const EXAMPLE_HOOK = 'webinar'
const MOST_FIELDS = 40
const HOOKS: Link = ['/console/hooks', 'Hooks']

export function setupPage(visit: Visit, name: string): Page {
  const { admin } = visit
  const hook = hookOf(admin, name)
  if (hook === null) return notFoundPage('hook')
  const state = stateOf(admin, name, hook)
  const above = [`/console/hooks/${name}`, name] as const
  const title = `Set up ${hook.source.title}`
  return guidePage(visit, { source: hook.source, name, url: state.url, above, title })
}

/** Every sender that a hook can be made for. */
export function sendersPage(): Page {
  const body = (
    <div class="stack">
      <Heading above={[HOOKS]} title="Senders">
        What each needs, what it sends and a hook to begin with, before there is one:{' '}
        <code>npm run new -- webinar tally</code> writes it into <code>src/config.ts</code>.
      </Heading>
      <div class="card">
        <Table
          columns={[
            { head: 'Sender', look: 'lead' },
            { head: 'Name in src/config.ts', label: 'Name' },
            'Kind',
          ]}
          rows={sources.map(({ name, title, kind }) => [
            <a href={`/console/senders/${name}`}>{title}</a>,
            name,
            kind,
          ])}
        />
      </div>
    </div>
  )
  return { title: 'Senders', place: 'hooks', body }
}

/** A sender's page for a hook that is not there yet. */
export async function senderSetupPage(visit: Visit, name: string): Promise<Page> {
  const source = sources.find((one) => one.name === name)
  if (source === undefined) return notFoundPage('sender')
  const { config, origin } = visit.admin
  const sample = source.sample({ fields: {}, id: 'sample-1', now: Date.UTC(2026, 0, 1) })
  const fields = fieldList(await ownFields({ source }, sample)).slice(0, MOST_FIELDS)
  return guidePage(visit, {
    source,
    name: EXAMPLE_HOOK,
    url: guideOf(source, EXAMPLE_HOOK, config.publicUrl ?? origin).url,
    above: ['/console/senders', 'Senders'],
    title: source.title,
    fields,
  })
}

interface ShownSteps {
  readonly source: Source
  /** The hook's. */
  readonly name: string
  readonly url: string
  readonly above: Link
  readonly title: string
  readonly fields?: readonly ListedField[]
}

function guidePage(
  { admin }: Visit,
  { source, name, url, above, title, fields }: ShownSteps,
): Page {
  const guide = guideOf(source, name, admin.config.publicUrl ?? admin.origin)
  const body = (
    <div class="stack">
      <Heading above={[HOOKS, above]} title={title}>
        It proves itself by: {guide.proof}. The vendor’s own page:{' '}
        <a href={guide.docs} rel="noreferrer">
          {new URL(guide.docs).hostname}
        </a>
      </Heading>
      {guide.phoneless !== null && <p class="notice wait">{guide.phoneless}</p>}
      <Card id="address" title="The address to paste">
        <CopyLine id="hook-url" text={url} />
        <Secrets guide={guide} />
      </Card>
      <Card id="steps" title="Step by step">
        <ol class="steps">
          {guide.steps.map((step) => (
            <li>{step}</li>
          ))}
        </ol>
        {(source.paste ?? []).map(({ name: title, text }, index) => (
          <Paste id={`paste-${index}`} title={title} text={text} />
        ))}
      </Card>
      {fields !== undefined && <Fields fields={fields} />}
      <Sentences title="What to expect" sentences={guide.expect} />
      <Sentences title="When something goes wrong" sentences={guide.fails} />
      <Card id="beginning" title="A hook to begin with">
        <Paste id="example" title="For src/config.ts" text={guide.example} />
      </Card>
      <Sentences title="What no page of the vendor’s says" sentences={guide.unconfirmed} />
    </div>
  )
  return { title, place: 'hooks', body }
}

function Fields({ fields }: { fields: readonly ListedField[] }): Html {
  return (
    <Card id="fields" title="What its sample holds">
      <p class="soft">By the names that fields reads.</p>
      <dl class="facts">
        {fields.map(({ path, value }) => (
          <Fact title={<code>{path.join('.')}</code>}>{JSON.stringify(value)}</Fact>
        ))}
      </dl>
    </Card>
  )
}

function Secrets({ guide }: { guide: Guide }): Html {
  return (
    <dl class="facts">
      {guide.secrets.map(({ name, what }) => (
        <Fact
          title={
            <>
              Secret <code>{name}</code>
            </>
          }
        >
          {what}
          <div class="soft small">
            Set it with <code>npx wrangler secret put {name}</code>. The console never shows it.
          </div>
        </Fact>
      ))}
    </dl>
  )
}

function Sentences(props: { title: string; sentences: readonly string[] }): Html | null {
  const { title, sentences } = props
  if (sentences.length === 0) return null
  return (
    <Card title={title}>
      <ul>
        {sentences.map((sentence) => (
          <li>{sentence}</li>
        ))}
      </ul>
    </Card>
  )
}
