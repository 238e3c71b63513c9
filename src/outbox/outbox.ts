/** The outbox of one EazyBe account as a Durable Object: its parts, on Cloudflare's storage, clock and alarm. */

import { DurableObject } from 'cloudflare:workers'
import { sendAlert } from '../alert.ts'
import { addToGroup } from '../eazybe.ts'
import type { Overview } from './account-desk.ts'
import type { Arrival, ArrivedItem } from './arrival.ts'
import type { OutboxParts } from './assemble.ts'
import { assembleOutbox } from './assemble.ts'
import type { AuditPage } from './audit.ts'
import type { GroupChange, GroupFilter, GroupResult, GroupView } from './group-desk.ts'
import type { HookFacts } from './hook-desk.ts'
import type { ActResult, DeliveryAction, Kept, Remapped, Revealed } from './operator.ts'
import type { Erased, PersonFile } from './people-desk.ts'
import type { OutboxConfig } from './ports.ts'
import type { DeliveryFilter } from './search.ts'
import type { DeliveryPage, DeliveryStory } from './views.ts'

/** The entry file says which accounts and hooks there are. */
export abstract class OutboxObject extends DurableObject<object> {
  readonly #parts: OutboxParts

  constructor(ctx: DurableObjectState, env: object, config: OutboxConfig) {
    super(ctx, env)
    this.#parts = assembleOutbox({
      name: ctx.id.name,
      storage: ctx.storage,
      now: Date.now,
      random: Math.random,
      addToGroup: (call, token) => addToGroup(call, { token }),
      sendAlert,
      config,
      env,
    })
  }

  /** @see Intake.accept */
  accept(arrival: Arrival): Promise<ArrivedItem[]> {
    return this.#parts.intake.accept(arrival)
  }

  /** @see Rounds.alarm */
  override alarm(): Promise<void> {
    return this.#parts.rounds.alarm()
  }

  /** @see Operator.list */
  list(filter: DeliveryFilter): Promise<DeliveryPage> {
    return this.#parts.operator.list(filter)
  }

  /** @see Operator.seqs */
  seqs(filter: DeliveryFilter): { seqs: readonly number[]; before: number | null } {
    return this.#parts.operator.seqs(filter)
  }

  /** @see Operator.story */
  story(seq: number): Promise<DeliveryStory | null> {
    return this.#parts.operator.story(seq)
  }

  /** @see Operator.settled */
  settled(seqs: readonly number[], timeoutMs: number): Promise<DeliveryStory[]> {
    return this.#parts.operator.settled(seqs, timeoutMs)
  }

  /** @see Operator.kept */
  kept(seq: number): Kept | null {
    return this.#parts.operator.kept(seq)
  }

  /** @see Operator.reveal */
  reveal(seq: number, actor: string): Revealed | null {
    return this.#parts.operator.reveal(seq, actor)
  }

  /** @see Operator.retry */
  retry(seq: number, remapped: Remapped | null, actor: string): Promise<ActResult> {
    return this.#parts.operator.retry(seq, remapped, actor)
  }

  /** @see Operator.act */
  act(
    seqs: readonly number[],
    action: DeliveryAction,
    actor: string,
  ): Promise<{ seq: number; result: ActResult }[]> {
    return this.#parts.operator.act(seqs, action, actor)
  }

  /** @see AccountDesk.overview */
  overview(): Promise<Overview> {
    return this.#parts.accountDesk.overview()
  }

  /** @see AccountDesk.pause */
  pause(actor: string): void {
    this.#parts.accountDesk.pause(actor)
  }

  /** @see AccountDesk.resume */
  resume(actor: string): Promise<void> {
    return this.#parts.accountDesk.resume(actor)
  }

  /** @see AccountDesk.audit */
  audit(before: number | null, limit: number): AuditPage {
    return this.#parts.accountDesk.audit(before, limit)
  }

  /** @see AccountDesk.note */
  note(actor: string, action: string, target: string, detail: string | null): void {
    this.#parts.accountDesk.note(actor, action, target, detail)
  }

  /** @see GroupDesk.list */
  groups(filter: GroupFilter): { groups: GroupView[]; before: number | null } {
    return this.#parts.groupDesk.list(filter)
  }

  /** @see GroupDesk.view */
  group(id: number): GroupView | null {
    return this.#parts.groupDesk.view(id)
  }

  /** @see GroupDesk.change */
  changeGroup(id: number, change: GroupChange, actor: string): Promise<GroupResult> {
    return this.#parts.groupDesk.change(id, change, actor)
  }

  /** @see PeopleDesk.suppress */
  suppress(digits: string, groupId: number | null, actor: string): Promise<void> {
    return this.#parts.peopleDesk.suppress(digits, groupId, actor)
  }

  /** @see PeopleDesk.unsuppress */
  unsuppress(digits: string, groupId: number | null, actor: string): Promise<void> {
    return this.#parts.peopleDesk.unsuppress(digits, groupId, actor)
  }

  /** @see PeopleDesk.erase */
  erase(digits: string, before: number | null, actor: string): Promise<Erased> {
    return this.#parts.peopleDesk.erase(digits, before, actor)
  }

  /** @see PeopleDesk.file */
  personFile(digits: string, before: number | null, actor: string): Promise<PersonFile> {
    return this.#parts.peopleDesk.file(digits, before, actor)
  }

  /** @see HookDesk.facts */
  hookFacts(hook: string): HookFacts {
    return this.#parts.hookDesk.facts(hook)
  }

  /** @see HookDesk.forged */
  forged(hook: string, count: number): Promise<void> {
    return this.#parts.hookDesk.forged(hook, count)
  }
}
