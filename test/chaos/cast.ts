/** Who sends what in a run of chaos: leads made of a seed, over all hooks and the lives of the process. */

import type { Chance } from '../../src/sandbox/eazybe/mix.ts'

export interface Lead {
  readonly id: string
  readonly hook: 'webinar' | 'orders' | 'automation'
  readonly groupName: string
  /** International digits. */
  readonly people: readonly string[]
  /** Whether it asks to make the group. */
  readonly create: boolean
  /** What is wrong with it, so that it must be held whatever EazyBe says. */
  readonly flaw: 'consent' | 'mapping' | null
  /** In which life of the process it is posted first. */
  readonly life: number
  /** A vendor's habits: once; twice at once; once more in a later life. */
  readonly posted: 'once' | 'at once' | 'again'
}

export interface Cast {
  readonly leads: readonly Lead[]
  /** Numbers that fail every call they are in. */
  readonly poison: readonly string[]
}

const LEADS_PER_GROUP = 40
const FEWEST_GROUPS = 6
const LEADS_PER_POISON = 400
/** Shares of the leads, or of those of their kind. */
const SHARES = {
  orders: 0.1,
  automation: 0.3,
  atOnce: 0.1,
  again: 0.1,
  /** A person who sent before, mostly for another group. */
  known: 0.15,
  noConsent: 0.01,
  badNumber: 0.01,
  noLeaveToCreate: 0.1,
  nobodysGroup: 0.02,
}
const MOST_COMPANIONS = 3
const FIRST_NUMBER = 919_800_000_000

/** That many leads, spread over that many lives. */
export function castOf(chance: Chance, count: number, lives: number): Cast {
  const groups = Math.max(FEWEST_GROUPS, Math.round(count / LEADS_PER_GROUP))
  const people: string[] = []
  const poison: string[] = []
  let numbers = 0
  const leads = Array.from({ length: count }, (_, index): Lead => {
    const life = Math.floor((index * lives) / count)
    return { ...submission(life), id: `lead-${index}`, life, posted: habit() }
  })
  return { leads, poison }

  function submission(life: number): Omit<Lead, 'id' | 'life' | 'posted'> {
    const fine = { create: true, flaw: null, groupName: openGroup(life) }
    const kind = chance()
    if (kind < SHARES.orders) {
      return { ...fine, hook: 'orders', groupName: 'Buyers', people: [person()] }
    }
    if (kind < SHARES.orders + SHARES.automation) return { ...fine, ...automated(fine.groupName) }
    const flaw = flawOf()
    if (flaw !== null) return { ...fine, hook: 'webinar', flaw, people: [newcomer()] }
    return { ...fine, hook: 'webinar', ...(poisoned(life) ?? { people: [person()] }) }
  }

  function automated(groupName: string): Pick<Lead, 'hook' | 'groupName' | 'people' | 'create'> {
    const companions = Math.floor(chance() * MOST_COMPANIONS)
    const together = new Set(Array.from({ length: 1 + companions }, person))
    const nobodys = chance() < SHARES.nobodysGroup
    return {
      hook: 'automation',
      groupName: nobodys ? `Nobody’s ${Math.floor(chance() * FEWEST_GROUPS)}` : groupName,
      people: [...together],
      create: !nobodys && chance() >= SHARES.noLeaveToCreate,
    }
  }

  /** Groups open one after the other over the lives; two hooks share each. */
  function openGroup(life: number): string {
    const open = Math.ceil((groups * (life + 1)) / lives)
    return groupOf(Math.floor(chance() * open))
  }

  /**
   * Bad numbers come late, into a group of the first life: one that is in the way of a creation stops all creations of
   * the account for the sake of WhatsApp's limit, a day in life and far too long here.
   */
  function poisoned(life: number): Pick<Lead, 'groupName' | 'people'> | null {
    const due = Math.floor(count / LEADS_PER_POISON) - poison.length
    if (due <= 0 || life < lives / 2) return null
    const number = newcomer()
    poison.push(number)
    return { groupName: groupOf(0), people: [number] }
  }

  function person(): string {
    const known = people[Math.floor(chance() * people.length)]
    if (known !== undefined && chance() < SHARES.known) return known
    const fresh = newcomer()
    people.push(fresh)
    return fresh
  }

  /** A person who sends this one time only. */
  function newcomer(): string {
    numbers += 1
    return String(FIRST_NUMBER + numbers)
  }

  function flawOf(): Lead['flaw'] {
    const dice = chance()
    if (dice < SHARES.noConsent) return 'consent'
    return dice < SHARES.noConsent + SHARES.badNumber ? 'mapping' : null
  }

  function habit(): Lead['posted'] {
    const dice = chance()
    if (dice < SHARES.atOnce) return 'at once'
    return dice < SHARES.atOnce + SHARES.again ? 'again' : 'once'
  }
}

function groupOf(index: number): string {
  return `Webinar Batch ${index + 1}`
}
