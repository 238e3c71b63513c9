/** What the forms of one delivery's page do. */

import { type Action, actOnOne, IMPOSSIBLE, isDone, readEdit } from '../operator/act.ts'
import { hookOf } from '../operator/admin.ts'
import { type Answers, questionsOf } from '../operator/answers.ts'
import { numbersOf, readStory, revealDelivery } from '../operator/deliveries.ts'
import { erasePerson, setSuppressed } from '../operator/people.ts'
import { deliveryPage } from './delivery.tsx'
import { ANSWER, type Typed } from './delivery-actions.tsx'
import type { FormAnswer, Sent, Visit } from './page.ts'
import { notFoundPage } from './parts.tsx'

const ACTIONS = ['release', 'create', 'exact', 'discard'] as const

/** What a button on a delivery’s page does. One route: fixed names beside a parameter would keep Hono from its fast router. */
export function deliveryForm(visit: Visit, sent: Sent): Promise<FormAnswer> {
  const { verb } = sent
  if (verb === 'reveal') return reveal(visit, sent)
  if (verb === 'suppress' || verb === 'erase') return actOnPerson(visit, sent, verb)
  return actOnDelivery(visit, sent)
}

async function actOnDelivery(visit: Visit, { id, verb, fields }: Sent): Promise<FormAnswer> {
  const typed = {
    groupName: String(fields.groupName ?? ''),
    contacts: String(fields.contacts ?? ''),
    create: fields.create === 'yes',
    agreed: fields.agreed === 'yes',
  }
  const refuse = (problem: string) =>
    deliveryPage(visit, id, { problem, ...(verb === 'edit' && { typed }) })
  const action =
    verb === 'remap'
      ? {
          kind: 'remap' as const,
          agreed: typed.agreed,
          answers: await answersIn(visit, id, fields),
        }
      : actionOf(verb, typed)
  if (action === null) return notFoundPage('page')
  if ('problem' in action) return refuse(action.problem)
  const outcome = await actOnOne(visit.admin, id, action)
  if (outcome === 'not_found') return notFoundPage('delivery')
  if (isDone(outcome)) return { to: `/console/deliveries/${id}?done=${outcome}` }
  return refuse(IMPOSSIBLE[outcome])
}

/** The answers that were changed. What was shown has its numbers hidden, so it must not be written back. */
async function answersIn(
  { admin }: Visit,
  id: string,
  sent: Readonly<Record<string, unknown>>,
): Promise<Answers> {
  const story = await readStory(admin, id)
  const hook = story === null ? null : hookOf(admin, story.hook)
  if (story === null || hook === null) return {}
  const changed = questionsOf(hook, story.fields).flatMap(({ path, value }) => {
    const answer = String(sent[`${ANSWER}${path}`] ?? '').trim()
    return answer === '' || answer === value ? [] : [[path, answer] as const]
  })
  return Object.fromEntries(changed)
}

function actionOf(name: string, typed: Typed): Action | { problem: string } | null {
  const kind = ACTIONS.find((one) => one === name)
  const { agreed } = typed
  if (kind !== undefined) return { kind, agreed }
  if (name !== 'edit') return null
  const { groupName, contacts, create } = typed
  const numbers = contacts
    .split(/[\n,;]/)
    .map((line) => line.trim())
    .filter(Boolean)
  const contactsTyped = numbers.length > 0 && { contacts: numbers }
  const edit = readEdit({ groupName, ...contactsTyped, create }, agreed)
  if (!('issues' in edit)) return edit
  const problem = edit.issues.map(({ path, message }) => `${path} ${message}`).join('; ')
  return { problem }
}

async function reveal(visit: Visit, { id }: Sent): Promise<FormAnswer> {
  const revealed = await revealDelivery(visit.admin, id)
  if (revealed === 'not_found') return notFoundPage('delivery')
  if (revealed === 'gone') return deliveryPage(visit, id, { problem: IMPOSSIBLE.fields_gone })
  return deliveryPage(visit, id, { revealed })
}

/** Suppresses or erases one of a delivery's people. Their number is looked up here and not shown, and the look is noted. */
async function actOnPerson(
  visit: Visit,
  { id, fields }: Sent,
  what: 'suppress' | 'erase',
): Promise<FormAnswer> {
  const { admin } = visit
  const story = await readStory(admin, id)
  const revealed = await revealDelivery(admin, id)
  if (story === null || revealed === 'not_found') return notFoundPage('delivery')
  const number = revealed === 'gone' ? undefined : numbersOf(story, revealed)[Number(fields.index)]
  if (!number) return deliveryPage(visit, id, { problem: IMPOSSIBLE.fields_gone })
  const digits = number.slice(1)
  if (what === 'suppress') {
    const result = await setSuppressed(admin, digits, null, true)
    const leads = result === 'not_found' ? 0 : result.leads
    return { to: `/console/deliveries/${id}?done=suppressed&n=${leads}` }
  }
  const { more, erased } = await erasePerson(admin, digits)
  // Erasing may have taken the delivery with it.
  const left = await readStory(admin, id)
  const page = left === null ? '/console/deliveries' : `/console/deliveries/${id}`
  return { to: `${page}?done=${more ? 'erase_more' : 'erased'}&n=${erased}` }
}
