/** Groups and their parts: which names there are, what is known of each part, and when it is due. */

import type { Member, Part, PartQueue } from '../model.ts'
import type { OutboxConfig } from '../ports.ts'
import { type Fragment, fragment, raw, type Sql } from './sql.ts'

/** WhatsApp's groups hold 1,024; admins and people who are invited by others need room too. */
export const DEFAULT_CAPACITY = 1_000
/** More than ten thousand people of one name are a mistake in a mapping. */
const MOST_PARTS = 10
/** Parts of each queue that a plan looks at; the others are due later, or their hooks had more than those shown. */
const SHOWN_PER_QUEUE = 10
/** `create`: waits for a creation, which has a budget of its own. */
const QUEUES = ['add', 'create'] as const

export interface NewGroup {
  readonly name: string
  readonly hook: string
  /** When its hook asked to create it; null: not yet. */
  readonly mintedAt: number | null
  /** When the first of its queue is due; null: its queue is empty. */
  readonly dueAt: number | null
  readonly creates: boolean
}

type PartRow = Omit<Part, 'capacity'> & Pick<PartQueue, 'hook' | 'queue'>

/** Of each queue; more hooks than any config has. */
const MOST_HOOKS = 200
/** Sorts before every hook's name. */
const NO_HOOK = ''

interface HookDue {
  readonly hook: string
  readonly dueAt: number
}

const PART_COLUMNS =
  raw(`id, group_id AS groupId, number, name, status, rest_until AS restUntil, misses,
  create_failures AS createFailures, tried_at AS triedAt, members, coalesce(last_call_at, 0) AS lastCallAt, hook, queue`)
const PART = fragment`SELECT ${PART_COLUMNS} FROM parts`

export class Parts {
  readonly #sql: Sql
  readonly #hooks: OutboxConfig['hooks']

  constructor(sql: Sql, hooks: OutboxConfig['hooks']) {
    this.#sql = sql
    this.#hooks = hooks
  }

  /** Registers a name with its first part. Gives the group's number and the part's. */
  addGroup({ name, hook, mintedAt, dueAt, creates }: NewGroup): { id: number; partId: number } {
    const id = this.#sql.value<number>`
      INSERT INTO groups (name, hook, minted_at) VALUES (${name}, ${hook}, ${mintedAt}) RETURNING id`
    return { id, partId: this.#addPart({ groupId: id, number: 1, name, hook, dueAt, creates }) }
  }

  #addPart(part: Omit<NewGroup, 'mintedAt'> & { groupId: number; number: number }): number {
    const { groupId, hook, number, name, dueAt, creates } = part
    return this.#sql.value`
      INSERT INTO parts (group_id, hook, number, name, status, open, due_at, queue)
      VALUES (${groupId}, ${hook}, ${number}, ${name}, 'new', 1, ${dueAt}, ${creates ? 'create' : 'add'}) RETURNING id`
  }

  /** A hook asks to create the group: it is that hook's from now on, and counts against its day. */
  mint(groupId: number, hook: string, now: number): void {
    this.#sql.run`UPDATE groups SET minted_at = ${now}, hook = ${hook} WHERE id = ${groupId}`
    this.#sql.run`UPDATE parts SET hook = ${hook} WHERE group_id = ${groupId}`
  }

  /** The operator lets a hook use this group, also where another hook made it. */
  allow(groupId: number, hook: string): void {
    this.#sql.run`INSERT OR IGNORE INTO group_hooks (group_id, hook) VALUES (${groupId}, ${hook})`
  }

  get(id: number): Part {
    return this.#partOf(this.#sql.one<PartRow>`${PART} WHERE id = ${id}`)
  }

  find(id: number): Part | null {
    const row = this.#sql.first<PartRow>`${PART} WHERE id = ${id}`
    return row && this.#partOf(row)
  }

  /** All parts of a group, in their order. */
  ofGroup(groupId: number): Part[] {
    return this.#sql.all<PartRow>`${PART} WHERE group_id = ${groupId} ORDER BY number`.map((row) =>
      this.#partOf(row),
    )
  }

  /** Parts that people of a delivery are blocked for the absence of, and that nothing was known of since. */
  goneOf(delivery: number): number[] {
    return this.#sql.column`
      SELECT DISTINCT parts.id FROM asks JOIN memberships AS m ON m.person = asks.person AND m.group_id = asks.group_id
        AND m.team_part = asks.team_part JOIN parts ON parts.id = m.part_id
      WHERE asks.delivery = ${delivery} AND asks.lead = 1 AND m.status = 'blocked' AND m.reason = 'group gone'
        AND parts.status = 'exists' AND misses > 0`
  }

  /**
   * Those due first in both queues, some of every hook that waits: a bounded number, whatever the backlog. Of more hooks than are
   * shown, those that are due and had the fewest people come first.
   */
  dueFirst(
    used: (hook: string) => number,
    now: number,
  ): (Part & Pick<PartQueue, 'hook' | 'queue'>)[] {
    return QUEUES.flatMap((queue) => {
      const later = ({ dueAt }: HookDue) => Math.max(dueAt, now)
      const hooks = this.#hooksDue(queue)
        .toSorted(
          (one, other) =>
            later(one) - later(other) ||
            used(one.hook) - used(other.hook) ||
            one.dueAt - other.dueAt,
        )
        .slice(0, SHOWN_PER_QUEUE)
      const each = Math.ceil(SHOWN_PER_QUEUE / Math.max(1, hooks.length))
      const rows = hooks.flatMap(
        ({ hook }) => this.#sql.all<PartRow & { dueAt: number }>`
          SELECT ${PART_COLUMNS}, due_at AS dueAt FROM parts
          WHERE queue = ${queue} AND hook = ${hook} AND due_at IS NOT NULL ORDER BY due_at LIMIT ${each}`,
      )
      return rows.toSorted((one, other) => one.dueAt - other.dueAt)
    }).map(({ dueAt: _, ...row }) => ({ ...this.#partOf(row), hook: row.hook, queue: row.queue }))
  }

  /** The hooks with something in a queue, each with when its first part is due. */
  #hooksDue(queue: (typeof QUEUES)[number]): HookDue[] {
    const found: HookDue[] = []
    for (let last = NO_HOOK; found.length < MOST_HOOKS; ) {
      const next = this.#sql.first<HookDue>`
        SELECT hook, due_at AS dueAt FROM parts WHERE queue = ${queue} AND hook > ${last} AND due_at IS NOT NULL
        ORDER BY hook, due_at LIMIT 1`
      if (next === null) break
      found.push(next)
      last = next.hook
    }
    return found
  }

  /** The part that takes the people without room in `full`: a later one with room, or a new one; null: there are enough. */
  next(full: Part, placesOf: (part: Part) => number): Part | null {
    const parts = this.ofGroup(full.groupId)
    const roomy = parts.find((part) => part.number > full.number && placesOf(part) < part.capacity)
    if (roomy === undefined && parts.length >= MOST_PARTS) return null
    this.#sql.run`UPDATE parts SET open = 0 WHERE group_id = ${full.groupId} AND open = 1`
    if (roomy !== undefined) {
      this.#sql.run`UPDATE parts SET open = 1 WHERE id = ${roomy.id}`
      return roomy
    }
    const first = parts[0] ?? full
    let number = Math.max(...parts.map((part) => part.number)) + 1
    // A group that a hook or an operator named so is not ours to fill.
    while (this.isTaken(`${first.name} ${number}`, null)) number++
    const { groupId } = full
    const hook = this.#sql.value<string>`SELECT hook FROM parts WHERE id = ${full.id}`
    const name = `${first.name} ${number}`
    return this.get(this.#addPart({ groupId, number, name, hook, dueAt: null, creates: false }))
  }

  /** Whether a group or part other than this one has the name. */
  isTaken(name: string, partId: number | null): boolean {
    return this.#sql.has`
      SELECT 1 FROM parts WHERE name = ${name} AND id IS NOT ${partId}
      UNION ALL SELECT 1 FROM groups WHERE name = ${name} AND id IS NOT (SELECT group_id FROM parts WHERE id = ${partId})
      UNION ALL SELECT 1 FROM group_names WHERE name = ${name} AND group_id IS NOT (SELECT group_id FROM parts WHERE id = ${partId})`
  }

  /** A part has another name in WhatsApp now. Hooks that use the old name still find the group. */
  rename({ id, groupId, number, name: before }: Part, name: string): void {
    this.#sql.run`UPDATE parts SET name = ${name} WHERE id = ${id}`
    if (before === name) return
    if (number === 1) this.#sql.run`UPDATE groups SET name = ${name} WHERE id = ${groupId}`
    this.#sql
      .run`INSERT OR REPLACE INTO group_names (name, group_id) VALUES (${before}, ${groupId})`
    this.#sql.run`DELETE FROM group_names WHERE name = ${name}`
  }

  aliases(groupId: number): string[] {
    return this.#sql.column`SELECT name FROM group_names WHERE group_id = ${groupId}`
  }

  /** The operator counted. Everybody accepted until now is in that number. */
  count(id: number, members: number): void {
    this.#sql.run`UPDATE parts SET members = ${members}, counted_from = 0 WHERE id = ${id}`
  }

  /** The operator says that the group is there. */
  exists(id: number): void {
    this.#sql.run`UPDATE parts SET status = 'exists', misses = 0, rest_until = 0 WHERE id = ${id}`
  }

  /** The operator says that the group is not there, and may be created: its count begins anew. */
  allowCreation(id: number, now: number): void {
    this.#sql.run`
      UPDATE parts SET status = 'new', misses = 0, rest_until = 0, members = 0, counted_from = ${now} WHERE id = ${id}`
  }

  /** A person is due: the part is due then, unless it was earlier. Gives its time where that is earlier, or it waits in another queue now. */
  bringForward(id: number, dueAt: number, creates: boolean): number | null {
    const [at = null] = this.#sql.column<number>`
      UPDATE parts SET due_at = min(coalesce(due_at, max(rest_until, ${dueAt})), max(rest_until, ${dueAt})),
        queue = CASE WHEN status = 'new' AND ${creates} THEN 'create' ELSE queue END
      WHERE id = ${id} AND (due_at IS NULL OR due_at > max(rest_until, ${dueAt}) OR queue = 'add' AND status = 'new' AND ${creates})
      RETURNING due_at`
    return at
  }

  /** Sets when a part is due by the head of its queue; undefined: the queue is empty. */
  setDueBy(part: Part, head: Member | undefined): void {
    const dueAt = dueWith(part, head)
    this.#sql
      .run`UPDATE parts SET due_at = ${dueAt}, queue = ${queueOf(part)} WHERE id = ${part.id}`
  }

  /** Writes a part after a call; `head` is the first of its queue. */
  saveAfterCall(part: Part, head: Member | undefined, now: number): void {
    const dueAt = dueWith(part, head)
    this.#sql.run`
      UPDATE parts SET status = ${part.status}, rest_until = ${part.restUntil}, misses = ${part.misses},
        create_failures = ${part.createFailures}, tried_at = ${part.triedAt}, members = ${part.members}, first_call_at = coalesce(first_call_at, ${now}),
        last_call_at = ${now}, due_at = ${dueAt}, queue = ${queueOf(part)} WHERE id = ${part.id}`
  }

  /**
   * A group that was never asked to be created is the text of a visitor: it goes with the last delivery that names it. What an
   * operator said of it keeps it: a suppression of a person, or leave for a hook to use it.
   */
  deleteUnmade(groupId: number): void {
    this.#sql.run`
      DELETE FROM parts WHERE group_id = ${groupId} AND status = 'new' AND number = 1 AND due_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM groups WHERE id = ${groupId} AND minted_at IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM suppressed WHERE group_id = ${groupId} AND group_id > 0)
        AND NOT EXISTS (SELECT 1 FROM group_hooks WHERE group_id = ${groupId})
        AND NOT EXISTS (SELECT 1 FROM group_names WHERE group_id = ${groupId})
        AND NOT EXISTS (SELECT 1 FROM calls WHERE ended_at IS NULL AND calls.part_id = parts.id)
        AND NOT EXISTS (SELECT 1 FROM parts AS others WHERE others.group_id = ${groupId} AND others.number > 1)
        AND NOT EXISTS (SELECT 1 FROM memberships WHERE part_id = parts.id AND status IN ('waiting', 'maybe'))
        AND NOT EXISTS (SELECT 1 FROM memberships WHERE part_id = parts.id AND status = 'blocked')
        AND NOT EXISTS (SELECT 1 FROM memberships WHERE part_id = parts.id AND first_call_at IS NOT NULL AND accepted_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM deliveries WHERE group_id = ${groupId} AND state IN ('held', 'parked', 'skipped'))`
    this.#sql.run`
      DELETE FROM groups WHERE id = ${groupId} AND NOT EXISTS (SELECT 1 FROM parts WHERE group_id = ${groupId})
        AND NOT EXISTS (SELECT 1 FROM group_names WHERE group_id = ${groupId})`
  }

  /** The capacity is today's config's: a hook that may take more goes on filling the group it has. */
  #partOf({ hook, queue: _, ...row }: PartRow): Part {
    return { ...row, capacity: this.capacityOf(hook) }
  }

  /** How many people the parts of a hook's groups take. */
  capacityOf(hook: string): number {
    const rules = Object.hasOwn(this.#hooks, hook) ? this.#hooks[hook] : undefined
    return rules?.capacity ?? DEFAULT_CAPACITY
  }
}

/** When a part with this head is due. */
function dueWith({ restUntil }: Part, head: Member | undefined): number | null {
  return head === undefined ? null : Math.max(head.dueAt, restUntil)
}

/** A part that exists, or is in doubt, is only ever added to. One person with leave to create the group is enough to create it. */
function queueOf({ id, status }: Part): Fragment {
  if (status !== 'new') return raw(`'add'`)
  return fragment`CASE WHEN EXISTS (SELECT 1 FROM memberships
    WHERE part_id = ${id} AND status IN ('waiting', 'maybe') AND creates = 1) THEN 'create' ELSE 'add' END`
}
