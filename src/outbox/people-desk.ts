/** The people's desk: who is never to be sent, erasing somebody everywhere, and telling them what is kept of them. */

import type { ConsentEvidence } from '../consent.ts'
import { numbersIn } from '../phone.ts'
import type { StoredContact } from './contacts.ts'
import { anyWaits, readableContacts } from './contacts.ts'
import { endOf } from './ledger.ts'
import type { Office } from './office.ts'
import { EVERYWHERE } from './people.ts'
import { personOf } from './person.ts'
import { timelineLine } from './timeline.ts'
import type { DeliveryStory } from './views.ts'
import { iso } from './views.ts'

/** Deliveries looked through in one step. No index holds who is in which: it would cost a row with every lead, and this is asked rarely. */
const STEP_ROWS = 2_000
/** Of what is read of them in one step: some senders' events are large, and an object has 128 MB. */
const STEP_CHARACTERS = 4_000_000
const MARK_CHARACTERS = 8
/** A number as it is typed may lack its country code, Brazil's ninth digit, or have Argentina's 15: so much of its end is its own. */
const OWN_DIGITS = 8

/** How far a step got. Ask again with `before` until it is null. */
export interface Erased {
  readonly erased: number
  readonly before: number | null
}

/** What is kept of one person. */
export interface PersonFile {
  readonly deliveries: readonly DeliveryStory[]
  readonly groups: readonly { readonly group: string; readonly acceptedAt: string }[]
  /** `group` null: everywhere. */
  readonly suppressed: readonly {
    readonly group: string | null
    readonly since: string
    readonly why: string
  }[]
  /** Of deliveries that were deleted on schedule: what showed that the person agreed. */
  readonly consents: readonly ConsentEvidence[]
  readonly before: number | null
}

interface Row extends Record<string, SqlStorageValue> {
  seq: number
  state: string
  contacts: string
  group_id: number | null
  fields: string | null
  consent: string | null
  received_at: number
}

/** Somebody who is looked for: by the keyed hash, and in what senders said by the number itself. */
interface Sought {
  readonly person: string
  readonly digits: string
}

export class PeopleDesk {
  readonly #office: Office
  readonly #sql: SqlStorage

  constructor(office: Office) {
    this.#office = office
    this.#sql = office.ports.storage.sql
  }

  /** Never again: to this group and its other parts, or (null) to any. Takes international digits. */
  async suppress(digits: string, groupId: number | null, actor: string): Promise<void> {
    const person = await this.#personOf(digits)
    this.#write('suppress', person, groupId, actor, (family, now) =>
      this.#office.tables.people.suppress(person, family, 'the operator', now),
    )
  }

  /** The person wants to be sent again. Whom EazyBe accepted before is still not sent twice. */
  async unsuppress(digits: string, groupId: number | null, actor: string): Promise<void> {
    const person = await this.#personOf(digits)
    this.#write('unsuppress', person, groupId, actor, (family) =>
      this.#office.tables.people.unsuppress(person, family),
    )
  }

  #write(
    action: string,
    person: string,
    groupId: number | null,
    actor: string,
    write: (family: number, now: number) => void,
  ): void {
    const { ports, tables } = this.#office
    const now = ports.now()
    ports.storage.transactionSync(() => {
      write(groupId === null ? EVERYWHERE : tables.groups.get(groupId).family, now)
      const detail = groupId === null ? 'everywhere' : `group ${groupId}`
      tables.audit.record({ actor, action, target: markOf(person), detail }, now)
    })
  }

  /**
   * Wipes somebody from every delivery and from the memory of groups; only the mark that they are never to be sent stays, and is
   * there from the first step on. Membership in WhatsApp is not ours to undo.
   */
  async erase(digits: string, before: number | null, actor: string): Promise<Erased> {
    const person = await this.#personOf(digits)
    const { ports, tables } = this.#office
    const now = ports.now()
    const erased = ports.storage.transactionSync((): Erased => {
      if (before === null) {
        tables.people.suppress(person, EVERYWHERE, 'erased', now)
        tables.people.forget(person)
        this.#sql.exec('DELETE FROM evidence WHERE person = ?', person)
        const target = markOf(person)
        tables.audit.record({ actor, action: 'erase', target, detail: null }, now)
      }
      const { rows, next } = this.#step({ person, digits }, before)
      for (const row of rows) this.#erase(row, person, now)
      return { erased: rows.length, before: next }
    })
    await this.#office.rounds.recheck()
    return erased
  }

  #erase(row: Row, person: string, now: number): void {
    const before = readableContacts(row.contacts)
    const others = before.filter((contact) => contact.person !== person)
    this.#office.tables.sweeper.keepEvidence(row, others)
    const contacts = before.map(
      (contact): StoredContact =>
        contact.person === person
          ? { digits: null, person: '', mask: 'erased', state: 'erased' }
          : contact,
    )
    // Somebody else may still wait in it; else it ends here. What has ended stays as it ended.
    const open = row.state !== 'accepted' && row.state !== 'skipped'
    const end = open && !anyWaits(contacts) ? endOf(contacts) : null
    this.#sql.exec(
      `UPDATE deliveries SET contacts = ?, fields = NULL, consent = NULL, timeline = json_array(json(?)),
         state = coalesce(?, state), reason = CASE WHEN ? IS NULL THEN reason ELSE ? END,
         due_at = CASE WHEN ? IS NULL THEN due_at ELSE NULL END, settled_at = coalesce(settled_at, ?) WHERE seq = ?`,
      JSON.stringify(contacts),
      timelineLine(now, 'erased', 'Somebody in it was erased, and with them what was said'),
      end?.state ?? null,
      end?.state ?? null,
      end?.reason ?? null,
      end?.state ?? null,
      end === null ? null : now,
      row.seq,
    )
    if (end !== null && row.group_id !== null) {
      this.#office.tables.queue.refresh(row.group_id, now)
    }
  }

  /** What is kept of one person, in steps. */
  async file(digits: string, before: number | null, actor: string): Promise<PersonFile> {
    const person = await this.#personOf(digits)
    const { ports, reader, tables } = this.#office
    const now = ports.now()
    if (before === null) {
      const target = markOf(person)
      tables.audit.record({ actor, action: 'export', target, detail: null }, now)
    }
    const { rows, next } = this.#step({ person, digits }, before)
    const first = before === null
    return {
      deliveries: rows.flatMap(({ seq, contacts }) => {
        const story = reader.story(seq, now)
        if (story === null) return []
        const shared = readableContacts(contacts).some((contact) => contact.person !== person)
        // What was said of somebody else is not for this person's eyes.
        return [shared ? { ...story, fields: null } : story]
      }),
      groups: first ? this.#groupsOf(person) : [],
      suppressed: first ? this.#suppressedOf(person) : [],
      consents: first ? this.#consentsOf(person) : [],
      before: next,
    }
  }

  #step(sought: Sought, before: number | null): { rows: Row[]; next: number | null } {
    const top = before ?? Number.MAX_SAFE_INTEGER
    const { floor } = this.#sql
      .exec<{ floor: number | null }>(
        `SELECT min(seq) AS floor FROM (SELECT seq FROM deliveries WHERE seq < ? ORDER BY seq DESC LIMIT ?)`,
        top,
        STEP_ROWS,
      )
      .one()
    if (floor === null) return { rows: [], next: null }
    const cursor = this.#sql.exec<Row>(
      `SELECT seq, state, contacts, group_id, fields, consent, received_at FROM deliveries
       WHERE seq < ? AND seq >= ? AND (fields IS NOT NULL OR instr(contacts, ?) > 0) ORDER BY seq DESC`,
      top,
      floor,
      sought.person,
    )
    const rows: Row[] = []
    let characters = 0
    for (const row of cursor) {
      if (isAbout(row, sought)) rows.push(row)
      characters += row.contacts.length + (row.fields?.length ?? 0)
      if (characters > STEP_CHARACTERS) return { rows, next: row.seq }
    }
    return { rows, next: floor }
  }

  #groupsOf(person: string): PersonFile['groups'] {
    return this.#sql
      .exec<{ name: string | null; accepted_at: number }>(
        `SELECT groups.name, accepted_at FROM people LEFT JOIN groups ON groups.id = people.group_id WHERE person = ?`,
        person,
      )
      .toArray()
      .map((row) => ({ group: row.name ?? '', acceptedAt: iso(row.accepted_at) }))
  }

  #suppressedOf(person: string): PersonFile['suppressed'] {
    return this.#sql
      .exec<{ name: string | null; since: number; why: string }>(
        `SELECT groups.name, since, why FROM suppressed LEFT JOIN groups ON groups.id = suppressed.family WHERE person = ?`,
        person,
      )
      .toArray()
      .map(({ name, since, why }) => ({ group: name, since: iso(since), why }))
  }

  #consentsOf(person: string): ConsentEvidence[] {
    return this.#sql
      .exec<{ consent: string }>('SELECT consent FROM evidence WHERE person = ?', person)
      .toArray()
      .map(({ consent }) => JSON.parse(consent))
  }

  #personOf(digits: string): Promise<string> {
    return personOf(digits, this.#office.account.personKey)
  }
}

/** Also where it was held before there was an invite: then the number stands in what the sender said, and nowhere else. */
function isAbout({ contacts, fields }: Row, { person, digits }: Sought): boolean {
  if (contacts.includes(person)) return true
  if (fields === null) return false
  const end = digits.slice(-OWN_DIGITS)
  // Not at the end alone: a date or a house number may follow.
  return numbersIn(fields).some((number) => number.includes(end))
}

/** Tells one person's entries of the audit log from another's, also when nothing else of them is kept. */
function markOf(person: string): string {
  return `person ${person.slice(0, MARK_CHARACTERS)}`
}
