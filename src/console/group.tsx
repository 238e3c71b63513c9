/** One group: our figures of it, and putting right what Usher holds. */

import { readGroup } from '../operator/groups.ts'
import type { Group } from '../operator/shapes.ts'
import { Field, Submit } from './controls.tsx'
import type { Html, Page, Visit } from './page.ts'
import { Badge, Card, ErrorNotice, Fact, Heading, notFoundPage, Time } from './parts.tsx'
import { several, type Tone } from './words.ts'

export const STATUS: Readonly<Record<Group['status'], { word: string; tone: Tone; what: string }>> =
  {
    new: { word: 'Not made yet', tone: 'quiet', what: 'EazyBe has accepted no person for it yet.' },
    doubtful: {
      word: 'Being checked',
      tone: 'wait',
      what: 'A call to create it failed or was not answered. Usher asks without creating, before it would make a second one.',
    },
    exists: {
      word: 'Exists',
      tone: 'good',
      what: 'EazyBe took people for it. It is never created again by itself.',
    },
  }

/** Counted at every look at the page. */
const MOST_COUNTED = 60

interface Extra {
  /** Why a form did nothing, and what it was sent with. */
  readonly problem?: string
  readonly typed?: Readonly<Record<string, unknown>>
}

export async function groupPage(visit: Visit, id: string, extra: Extra = {}): Promise<Page> {
  const { problem, typed = {} } = extra
  const group = await readGroup(visit.admin, id, MOST_COUNTED)
  if (group === null) return notFoundPage('group')
  const { name, status, members, capacity, waiting, held, parts, aliases } = group
  const found = `/console/deliveries?${new URLSearchParams({ group: name })}`
  const body = (
    <div class="stack">
      <Heading
        above={[['/console/groups', 'Groups']]}
        title={<bdi>{name}</bdi>}
        below={
          <p class="row">
            <Badge tone={STATUS[status].tone}>{STATUS[status].word}</Badge>
            <span class="soft">{STATUS[status].what}</span>
          </p>
        }
      />
      {problem !== undefined && <ErrorNotice title="Nothing was changed" lines={[problem]} />}
      <section class="card" id="facts" data-part aria-label="Figures">
        <dl class="facts">
          <Fact title="People, by our count">
            <span class="big">{members}</span> of {capacity}
            <meter
              aria-label="How full it is"
              min={0}
              max={capacity}
              value={Math.min(members, capacity)}
            />
          </Fact>
          <Fact title="Leads waiting" look="big">
            {countText(waiting, MOST_COUNTED)}
          </Fact>
          <Fact title="Leads held" look="big">
            {countText(held, MOST_COUNTED)}
          </Fact>
          <Fact title="First call">
            <Time at={group.firstCallAt} clock={visit.clock} none="none yet" />
          </Fact>
          <Fact title="Last call">
            <Time at={group.lastCallAt} clock={visit.clock} none="none yet" />
          </Fact>
          {group.restUntil !== null && (
            <Fact title="Rests; next call">
              <Time at={group.restUntil} clock={visit.clock} />
            </Fact>
          )}
        </dl>
        <p>
          <a href={found}>Its deliveries</a>
        </p>
      </section>
      {parts.length > 1 && <Parts parts={parts} own={group.id} />}
      {aliases.length > 0 && (
        <p class="soft">
          Hooks also call it <bdi>{aliases.join(', ')}</bdi>.
        </p>
      )}
      <Corrections group={group} typed={typed} />
    </div>
  )
  return {
    title: name,
    place: 'groups',
    body,
    live: problem === undefined,
    status: problem ? 409 : 200,
  }
}

/** "3+": of more than `most` no more are counted. */
export function countText(count: number, most: number): string {
  return count >= most ? `${most}+` : String(count)
}

function Parts({ parts, own }: { parts: Group['parts']; own: string }): Html {
  return (
    <Card title={`${several(parts.length, 'group')} under this name`}>
      <p class="soft">A full group is followed by the next one.</p>
      <ul>
        {parts.map(({ id, name }) => (
          <li>
            {id === own ? (
              <bdi>{name}</bdi>
            ) : (
              <a href={`/console/groups/${id}`}>
                <bdi>{name}</bdi>
              </a>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Corrections(props: { group: Group; typed: Readonly<Record<string, unknown>> }): Html {
  const { id, status } = props.group
  const { members = props.group.members, name = props.group.name } = props.typed
  const path = `/console/groups/${id}`
  return (
    <section class="stack" aria-labelledby="correct-title">
      <h2 id="correct-title">Put it right</h2>
      <div class="grid two">
        <form class="card" method="post" action={path}>
          <input type="hidden" name="kind" value="count" />
          <Field
            label="How many people are really in it"
            name="members"
            type="number"
            min={0}
            max={1024}
            value={String(members)}
            required
            note="As WhatsApp shows it, with the people that you added yourself."
          />
          <Submit>Correct the count</Submit>
        </form>
        <form class="card" method="post" action={path}>
          <input type="hidden" name="kind" value="rename" />
          <Field
            label="Its name in WhatsApp now"
            name="name"
            value={String(name)}
            maxlength={100}
            required
            note="Rename it in WhatsApp first: EazyBe finds groups by their names, and Usher renames none."
          />
          <Submit>Use this name from now on</Submit>
        </form>
        {status !== 'exists' && (
          <form class="card" method="post" action={path}>
            <input type="hidden" name="kind" value="exists" />
            <p>You see the group in WhatsApp: people may go there.</p>
            <Submit>It exists</Submit>
          </form>
        )}
        <form class="card" method="post" action={path}>
          <input type="hidden" name="kind" value="create" />
          <p>
            You are sure that there is none of this name. If there is one, WhatsApp will show two.
          </p>
          <Submit look="risky">Create it</Submit>
        </form>
      </div>
    </section>
  )
}
