/** What the forms of accounts, groups and people do: each by the operator's own functions, and then it leads back. */

import * as v from 'valibot'
import { setPaused } from '../operator/accounts.ts'
import { changeGroup, groupChangeSchema, UNCHANGED } from '../operator/groups.ts'
import {
  erasePerson,
  exportPerson,
  knownPerson,
  readNumber,
  setSuppressed,
} from '../operator/people.ts'
import { groupPage } from './group.tsx'
import type { FormAnswer, Sent, Visit } from './page.ts'
import { notFoundPage } from './parts.tsx'
import { peoplePage } from './people.tsx'

export async function pauseForm({ admin }: Visit, { id, verb }: Sent): Promise<FormAnswer> {
  if (verb !== 'pause' && verb !== 'resume') return notFoundPage('page')
  const result = await setPaused(admin, id, verb === 'pause')
  if (result === 'not_found') return notFoundPage('account')
  return { to: `/console?done=${verb === 'pause' ? 'paused' : 'resumed'}` }
}

export async function changeGroupForm(visit: Visit, { id, fields }: Sent): Promise<FormAnswer> {
  const { members, ...rest } = fields
  const form = { ...rest, ...(members !== undefined && { members: Number(members) }) }
  const change = v.safeParse(groupChangeSchema, form)
  if (!change.success) {
    const problem = change.issues.map(({ message }) => `It ${message}`).join('; ')
    return groupPage(visit, id, { problem, typed: form })
  }
  const result = await changeGroup(visit.admin, id, change.output)
  if (result === 'done') return { to: `/console/groups/${id}?done=changed` }
  return result === 'not_found'
    ? notFoundPage('group')
    : groupPage(visit, id, { problem: UNCHANGED[result], typed: form })
}

export async function personForm(visit: Visit, { fields }: Sent): Promise<FormAnswer> {
  const { phone, action, sure } = fields
  const typed = { phone: String(phone ?? ''), action: String(action ?? '') }
  const { admin } = visit
  const read = readNumber(admin, typed.phone)
  if ('because' in read) return peoplePage(visit, { problem: `The number ${read.because}.`, typed })
  switch (action) {
    case 'show':
      return peoplePage(visit, { typed, known: await knownPerson(admin, read.digits) })
    case 'suppress':
    case 'unsuppress': {
      const result = await setSuppressed(admin, read.digits, null, action === 'suppress')
      const leads = result === 'not_found' ? 0 : result.leads
      return { to: `/console/people?done=${action}ed&n=${leads}` }
    }
    case 'erase': {
      if (sure !== 'yes')
        return peoplePage(visit, {
          problem: 'Tick the box to erase: it cannot be taken back.',
          typed,
        })
      const { more, erased } = await erasePerson(admin, read.digits)
      return { to: `/console/people?done=${more ? 'erase_more' : 'erased'}&n=${erased}` }
    }
    case 'export': {
      const accounts = await exportPerson(admin, read.digits)
      return new Response(JSON.stringify({ accounts }, null, 2), {
        headers: {
          'content-type': 'application/json',
          'content-disposition': 'attachment; filename="person.json"',
          'cache-control': 'no-store',
        },
      })
    }
    default:
      return peoplePage(visit, { problem: 'Choose what to do.', typed })
  }
}
