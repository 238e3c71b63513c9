/** What can be done about a delivery in its state: plain forms, the one that fits best first. */

import type { Question } from '../operator/answers.ts'
import type { LeadStory, Unmasked } from '../operator/deliveries.ts'
import { Field, Names, Select, Submit, Tick } from './controls.tsx'
import type { Html } from './page.ts'
import { Card } from './parts.tsx'
import { ACTION_LABELS, ACTIONS_OF } from './words.ts'

interface Offer {
  readonly action: string
  readonly label: string
  readonly look: string
}

/** An edit as it was typed. */
export interface Typed {
  readonly groupName: string
  readonly contacts: string
  readonly create: boolean
  readonly agreed: boolean
}

interface Props {
  readonly story: LeadStory
  readonly revealed: Unmasked | null
  readonly typed: Typed | null
  /** Names that are known, to choose from where the group is not. */
  readonly groups: readonly string[]
  /** Answers that its mapping reads; empty: what was sent is no longer kept. */
  readonly questions: readonly Question[]
}

export function DeliveryActions(props: Props): Html {
  const { story } = props
  const path = `/console/deliveries/${story.id}`
  const sentBefore = story.state === 'accepted' || story.state === 'skipped'
  return (
    <Card id="actions" title="What to do" part>
      {story.state === 'sending' && <p class="soft">EazyBe has the call: wait for its answer.</p>}
      {isErased(story) ? (
        <p class="soft">Its person was erased: there is nothing left that could be sent.</p>
      ) : sentBefore ? (
        <details id="again">
          <summary>Send it once more …</summary>
          <p>
            EazyBe accepted these people before. Sending again calls it once more for the same
            people: do it only when you know that they are not in the group.
          </p>
          <Offers {...props} path={path} />
        </details>
      ) : (
        <Offers {...props} path={path} />
      )}
      {story.state !== 'sending' && props.questions.length > 0 && (
        <Correct {...props} path={path} />
      )}
      {story.state !== 'sending' && !isErased(story) && <Edit {...props} path={path} />}
    </Card>
  )
}

function offersOf(story: LeadStory): Offer[] {
  const { state, reason } = story
  const isGroupMissing = reason === 'group missing' || reason === 'group gone'
  const offers = ACTIONS_OF[state].map((action): Offer => {
    const label =
      action === 'release' && isGroupMissing ? 'The group is there: send it' : ACTION_LABELS[action]
    const isMain = action === 'release' || (action === 'exact' && state === 'parked')
    return { action, label, look: isMain ? 'main' : action === 'discard' ? 'risky' : 'button' }
  })
  if (isUnfit(story)) return offers.filter(({ action }) => action !== 'release')
  const create = { action: 'create', label: 'Let Usher create the group', look: 'button' }
  return state === 'held' && isGroupMissing ? offers.toSpliced(1, 0, create) : offers
}

function Offers({ story, typed, path }: Props & { readonly path: string }): Html | null {
  const offers = offersOf(story)
  if (offers.length === 0) return null
  return (
    <form class="tall" method="post" action={`${path}/${offers[0]?.action}`}>
      {story.lacksConsent && <Agreed ticked={typed?.agreed === true} />}
      <div class="row">
        {offers.map(({ action, label, look }) => (
          <button type="submit" class={look} formaction={`${path}/${action}`}>
            {label}
          </button>
        ))}
      </div>
    </form>
  )
}

/** The operator's statement, without which nothing is sent of which no consent is kept. */
function Agreed({ ticked }: { ticked: boolean }): Html {
  return (
    <Tick name="agreed" checked={ticked}>
      I know that this person agreed to join. It is recorded with my name.
    </Tick>
  )
}

/** True where nothing is kept of any of its people. */
function isErased({ reason, people }: LeadStory): boolean {
  return (
    reason === 'erased' || (people.length > 0 && people.every(({ state }) => state === 'erased'))
  )
}

/** True where no group and number were read. Only a programmer can mend a mapping; an operator can say who goes where. */
export function isUnfit({ state, reason }: LeadStory): boolean {
  const unread = ['mapping', 'payload', 'look-up']
  return state === 'held' && (reason?.split(', ').some((one) => unread.includes(one)) ?? false)
}

/** What an answer's field is called in the form. */
export const ANSWER = 'answer:'

/** A wrong answer is corrected, and the config says what follows from it. */
function Correct({ story, typed, questions, path }: Props & { readonly path: string }): Html {
  return (
    <details id="correct" open={isUnfit(story)}>
      <summary>Change the answer and map again …</summary>
      <form class="tall" method="post" action={`${path}/remap`}>
        {questions.map((question) => (
          <Answer question={question} />
        ))}
        {story.lacksConsent && <Agreed ticked={typed?.agreed === true} />}
        <Submit>Change and map again</Submit>
      </form>
    </details>
  )
}

function Answer({ question }: { question: Question }): Html {
  const { path, value, choices, isPhone } = question
  const name = `${ANSWER}${path}`
  const label = `Answer to ${path}`
  if (choices !== null) {
    const none = value === null ? 'not answered' : `as it came: ${value}`
    const options = choices.map((choice) => [choice, choice] as const)
    return <Select name={name} label={label} none={none} options={options} />
  }
  return (
    <Field
      label={label}
      name={name}
      value={isPhone ? '' : (value ?? '')}
      placeholder={isPhone ? (value ?? '') : undefined}
      maxlength={200}
    />
  )
}

/** Numbers are changed only after they were revealed, or by writing them anew. */
function Edit({ story, revealed, typed, groups, path }: Props & { readonly path: string }): Html {
  const unread = story.people.length === 0
  return (
    <details id="edit" open={revealed !== null || typed !== null || isUnfit(story)}>
      <summary>Edit and send …</summary>
      <form class="tall" method="post" action={`${path}/edit`}>
        <Field
          label="Group"
          name="groupName"
          value={typed?.groupName ?? story.groupName ?? ''}
          maxlength={200}
          required
          list="groups"
        />
        <Names id="groups" names={groups} />
        <label>
          Numbers, one a line, with + and the country code
          <textarea
            name="contacts"
            rows={3}
            autocomplete="off"
            spellcheck={false}
            required={unread}
          >
            {typed?.contacts ?? revealed?.contacts.join('\n') ?? ''}
          </textarea>
          <small>
            {revealed !== null
              ? 'What is known of them is shown because you revealed it.'
              : unread
                ? 'None has been read yet. “Reveal numbers” shows what was sent.'
                : 'Left empty, they stay as they are.'}
          </small>
        </label>
        <Tick name="create" checked={typed?.create ?? story.create}>
          It may create the group
        </Tick>
        {story.lacksConsent && <Agreed ticked={typed?.agreed === true} />}
        <Submit look="main">Save and send</Submit>
      </form>
    </details>
  )
}
