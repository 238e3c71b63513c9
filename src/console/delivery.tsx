/** One lead: what became of it and what to do about it, its timeline, and what was sent. */

import { hookOf } from '../operator/admin.ts'
import { questionsOf } from '../operator/answers.ts'
import { type LeadStory, numbersOf, readStory, type Unmasked } from '../operator/deliveries.ts'
import { groupNames } from '../operator/groups.ts'
import { numbersRead } from '../operator/preview.ts'
import { Action } from './controls.tsx'
import { DeliveryActions, isUnfit, type Typed } from './delivery-actions.tsx'
import type { Html, Page, Visit } from './page.ts'
import {
  Badge,
  Card,
  ErrorNotice,
  Fact,
  Heading,
  Json,
  leadName,
  notFoundPage,
  numbersText,
  StateBadge,
  Time,
} from './parts.tsx'
import { advice, MEANINGS, meaning, plain } from './words.ts'

/** Groups that are offered for one that has to be written. */
const MOST_GROUPS = 30

interface Extra {
  /** Numbers and fields in full, where they were just asked for. */
  readonly revealed?: Unmasked
  /** Why a form did nothing. */
  readonly problem?: string
  /** What it was sent with: it need not be written twice. */
  readonly typed?: Typed
}

export async function deliveryPage(visit: Visit, id: string, extra: Extra = {}): Promise<Page> {
  const story = await readStory(visit.admin, id)
  if (story === null) return notFoundPage('delivery')
  const { revealed = null, problem } = extra
  const typed = extra.typed ?? startOfEdit(visit, story, revealed)
  const groups = isUnfit(story) ? await groupNames(visit.admin, MOST_GROUPS) : []
  const numbers = revealed?.contacts.length ? revealed.contacts : story.contacts
  const hook = hookOf(visit.admin, story.hook)
  const questions = hook === null || story.fields === null ? [] : questionsOf(hook, story.fields)
  const body = (
    <div class="stack">
      <Heading
        above={[['/console/deliveries', 'Deliveries']]}
        title={<bdi>{leadName({ ...story, contacts: numbers })}</bdi>}
        below={
          <p class="soft">
            {story.who !== null && (
              <>
                <bdi>{numbersText(numbers)}</bdi>
                {' · '}
              </>
            )}
            {story.id}
          </p>
        }
      />
      {problem !== undefined && <ErrorNotice title="Nothing was done" lines={[problem]} />}
      <Verdict story={story} visit={visit} />
      <div class="grid aside">
        <div class="stack">
          <DeliveryActions
            story={story}
            revealed={revealed}
            typed={typed}
            groups={groups}
            questions={questions}
          />
          <Timeline story={story} visit={visit} />
        </div>
        <div class="stack">
          <Facts story={story} visit={visit} />
          <People story={story} revealed={revealed} />
          <SentFields story={story} revealed={revealed} />
        </div>
      </div>
    </div>
  )
  // Revealed numbers are on this answer only, so news must not be fetched over them.
  const live = revealed === null && problem === undefined
  return {
    title: `${leadName(story)} · ${story.id}`,
    place: 'deliveries',
    body,
    live,
    status: problem ? 409 : 200,
  }
}

/** Where only the group did not fit, the number need not be copied by hand once it was revealed. */
function startOfEdit({ admin }: Visit, story: LeadStory, revealed: Unmasked | null): Typed | null {
  const hook = hookOf(admin, story.hook)
  if (hook === null || revealed === null || revealed.contacts.length > 0) return null
  const contacts = numbersRead(hook, revealed.fields).join('\n')
  return { groupName: story.groupName ?? '', contacts, create: story.create, agreed: false }
}

function Verdict({ story, visit }: { story: LeadStory; visit: Visit }): Html {
  const { hook, state, reason, waitingUntil } = story
  const inviteLink = hookOf(visit.admin, hook)?.inviteLink
  return (
    <section class="card" id="verdict" data-part aria-label="State">
      <div class="row">
        <StateBadge state={state} />
        <strong>
          <bdi>{plain(story.wrong ?? reason ?? '')}</bdi>
        </strong>
        {waitingUntil !== null && (
          <span class="soft">
            next try <Time at={waitingUntil} clock={visit.clock} />
          </span>
        )}
      </div>
      <p>
        {state === 'held'
          ? advice(state, reason)
          : meaning(state, visit.stopped.get(story.account))}
      </p>
      {state === 'parked' && advice(state, reason) !== MEANINGS[state] && (
        <p>{advice(state, reason)}</p>
      )}
      {inviteLink !== undefined && (
        <p class="soft">
          WhatsApp may not add a person, and says nothing of it. Such a person can join by{' '}
          <a href={inviteLink} rel="noreferrer">
            the group’s own link
          </a>
          : {inviteLink}
        </p>
      )}
    </section>
  )
}

const GOOD = /^(?:accepted|released)/
const BAD = /^(?:parked|refused|failed|unknown|held|no connection|not created|limited|paused)/

function Timeline({ story, visit }: { story: LeadStory; visit: Visit }): Html {
  return (
    <Card id="timeline" title="What happened" part>
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
    </Card>
  )
}

const CONSENT_WORDS = { field: 'Answered', attested: 'Attested:', none: '' }

function Facts({ story, visit }: { story: LeadStory; visit: Visit }): Html {
  const { groupName, hook, source, account, state, attempts, receivedAt, settledAt, consent } =
    story
  const waitsForDecision = state === 'held' || state === 'parked'
  return (
    <Card id="facts" title="This lead" part>
      <dl class="facts">
        <Fact title="Group">
          {groupName === null ? (
            <span class="soft">not known</span>
          ) : (
            <a
              href={
                story.groupId === null
                  ? `/console/groups?${new URLSearchParams({ text: groupName })}`
                  : `/console/groups/${account}-${story.groupId}`
              }
            >
              <bdi>{groupName}</bdi>
            </a>
          )}
        </Fact>
        <Fact title="May create it">{story.create ? 'yes' : 'no'}</Fact>
        <Fact title="Hook">
          <a href={`/console/hooks/${hook}`}>{hook}</a> <span class="soft">{source}</span>
        </Fact>
        <Fact title="Account">{account}</Fact>
        <Fact title="Received">
          <Time at={receivedAt} clock={visit.clock} />
        </Fact>
        <Fact title={waitsForDecision ? 'Waits for you since' : 'Settled'}>
          <Time at={settledAt} clock={visit.clock} none="not yet" />
        </Fact>
        <Fact title="Refusals and failures">{attempts}</Fact>
      </dl>
      <div>
        <h3>Consent</h3>
        {consent === null ? (
          <p class="soft">Nothing is kept that shows it.</p>
        ) : (
          <p>
            {CONSENT_WORDS[consent.basis]} <bdi>{consent.what}</bdi>
            {consent.given !== null && (
              <span>
                {' '}
                with <q>{consent.given}</q>
              </span>
            )}
          </p>
        )}
      </div>
    </Card>
  )
}

function People({ story, revealed }: { story: LeadStory; revealed: Unmasked | null }): Html {
  const path = `/console/deliveries/${story.id}`
  const numbers = revealed === null ? [] : numbersOf(story, revealed)
  return (
    <Card
      id="people"
      title="People"
      part
      aside={revealed === null && <Action path={`${path}/reveal`} label="Reveal numbers" />}
    >
      {revealed === null && (
        <p class="soft small">Revealing a number is written in the audit log.</p>
      )}
      {story.people.length === 0 && <p class="soft">No number has been read from it yet.</p>}
      <ul class="todo">
        {story.people.map((person, index) => (
          <li>
            <div>
              <bdi>{numbers[index] ?? person.mask}</bdi>{' '}
              <span class="soft small">{plain(person.state)}</span>{' '}
              {person.suppressed && <Badge tone="wait">left out</Badge>}
            </div>
            <details id={`person-${index}`} hidden={person.state === 'erased'}>
              <summary>Never again …</summary>
              <div class="row">
                {!person.suppressed && (
                  <Action
                    path={`${path}/suppress`}
                    label="Never invite"
                    hidden={{ index: String(index) }}
                  />
                )}
                <Action
                  path={`${path}/erase`}
                  label="Erase everywhere"
                  look="risky"
                  hidden={{ index: String(index) }}
                />
              </div>
            </details>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function SentFields({ story, revealed }: { story: LeadStory; revealed: Unmasked | null }): Html {
  const fields = revealed?.fields ?? story.fields
  return (
    <Card id="sent" title="What was sent to us" part>
      {fields === null ? (
        <p class="soft">It is no longer kept.</p>
      ) : (
        <details id="sent-fields" open={story.state === 'held' || revealed !== null}>
          <summary>Fields</summary>
          <Json value={fields} />
        </details>
      )}
    </Card>
  )
}
