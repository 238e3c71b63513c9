/** Caps on people and creations, by the hour and the day, and how hooks share them. */

import type { Spent } from '../model.ts'
import type { OutboxConfig } from '../ports.ts'
import { DAY_MS, HOUR_MS, type Pace } from './pace.ts'

interface BudgetInput {
  readonly pace: Pace
  readonly spent: Spent
  /** The hooks of the account. */
  readonly hooks: readonly string[]
}

/** The caps on people, as a hook may use them. */
export function peopleBudgets({ pace, spent, hooks }: BudgetInput, hook: string): Budget[] {
  const uses = usesOf(spent, 'people', hook, hooks)
  return [
    { ...uses, windowMs: HOUR_MS, cap: pace.peoplePerHour },
    { ...uses, windowMs: DAY_MS, cap: pace.peoplePerDay },
  ]
}

/** The caps on new groups, as a hook may use them. */
export function creationBudgets({ pace, spent, hooks }: BudgetInput, hook: string): Budget[] {
  const uses = usesOf(spent, 'creations', hook, hooks)
  return [
    { ...uses, windowMs: HOUR_MS, cap: pace.createsPerHour },
    { ...uses, windowMs: DAY_MS, cap: pace.createsPerDay },
  ]
}

/** The hooks whose calls an account makes. */
export function hooksOf({ hooks }: Pick<OutboxConfig, 'hooks'>, account: string): string[] {
  return Object.keys(hooks).filter((name) => (hooks[name]?.account ?? 'default') === account)
}

/** How many people each hook had within the last day. */
export function peopleOf({ byHook }: Spent): (hook: string) => number {
  return (hook) => byHook.get(hook)?.tried.length ?? 0
}

/** A cap, and what was used of it: by all, by one hook, and by each of the others. */
export interface Budget {
  readonly all: readonly number[]
  readonly own: readonly number[]
  readonly others: readonly (readonly number[])[]
  readonly windowMs: number
  readonly cap: number
}

/** The last fifth of a cap is for hooks that used less than a fifth: a flood at one form leaves room for the others. */
const KEPT_SHARE = 0.2

function keptOf({ cap, others, windowMs }: Budget, now: number): number {
  if (!Number.isFinite(cap) || cap < 2) return 0
  const kept = Math.ceil(cap * KEPT_SHARE)
  return others.some((uses) => within(uses, windowMs, now) < kept) ? kept : 0
}

function within(uses: readonly number[], windowMs: number, now: number): number {
  return uses.filter((at) => at > now - windowMs).length
}

function usesOf(spent: Spent, of: 'people' | 'creations', hook: string, hooks: readonly string[]) {
  const byOne = (name: string) => spent.byHook.get(name)?.[of] ?? []
  const others = hooks.filter((name) => name !== hook).map(byOne)
  return { all: spent[of], own: byOne(hook), others }
}

/** How much a cap still allows a hook within the window that ends now. */
export function room(budget: Budget, now: number): number {
  const { all, own, windowMs, cap } = budget
  const left = cap - within(all, windowMs, now)
  const kept = keptOf(budget, now)
  return kept === 0
    ? left
    : Math.max(left - kept, Math.min(left, kept - within(own, windowMs, now)))
}

/** When there is room for one more of a hook. */
export function shareFreeAt(budget: Budget, now: number): number {
  const { all, own, windowMs, cap } = budget
  const kept = keptOf(budget, now)
  const inAll = freeAt(all, windowMs, cap, now)
  if (kept === 0) return inAll
  const inOwn = Math.max(freeAt(own, windowMs, kept, now), inAll)
  return Math.min(inOwn, freeAt(all, windowMs, cap - kept, now))
}

/** When the window has room for one more: `now` where it has. */
export function freeAt(
  uses: readonly number[],
  windowMs: number,
  cap: number,
  now: number,
): number {
  const within = uses.filter((at) => at > now - windowMs)
  if (within.length < cap) return now
  const last = within[within.length - cap]
  return (last ?? now) + windowMs
}
