/** What becomes of a call that meets one trouble of a mix: decided under another behaviour, or decided as usual and spoilt. Pure. */

import type { Behaviour } from './behaviour.ts'
import {
  type AskedCall,
  BROKEN,
  type Conditions,
  type Decision,
  decide,
  FAILED,
  INVALID,
  MISSING,
  TOO_MANY,
} from './decide.ts'
import type { Way } from './mix.ts'
import { type Effect, type RecordedCall, wasAccepted } from './record.ts'

/** Those that a switch of the behaviour plays for all calls alike. */
const SWITCHES: Partial<Record<Way, Partial<Behaviour>>> = {
  unauthorized: { token: 'invalid' },
  inactive: { session: 'inactive' },
  retryAfter: { retryAfterSeconds: 1 },
  failed: { failRate: 1 },
  createLimit: { createLimit: 0 },
  statusFalse: { statusFalse: true },
  html: { body: 'html' },
  empty: { body: 'empty' },
}

/** Decides one call that meets this; null meets nothing. `calls` are those before it, oldest first. */
export function meet(
  way: Way | null,
  asked: AskedCall,
  circumstances: Conditions,
  calls: () => readonly RecordedCall[],
): Decision {
  if (way === null) return decide(asked, circumstances)
  const behaviour = { ...circumstances.behaviour, ...SWITCHES[way] }
  return spoilt(decide(asked, { ...circumstances, behaviour }), way, calls)
}

function spoilt(usual: Decision, way: Way, calls: () => readonly RecordedCall[]): Decision {
  const { effect } = usual
  switch (way) {
    case 'invalid':
      return INVALID
    case 'throttled':
      return TOO_MANY
    case 'dropped':
      return BROKEN
    case 'missing':
      return effect !== null && !effect.created && isTrusted(effect.name, calls()) ? MISSING : usual
    case 'after':
      return { ...FAILED, effect }
    case 'partly':
      return { ...FAILED, effect: effect && half(effect) }
    case 'droppedAfter':
      return { ...BROKEN, effect }
    case 'silent':
      return { ...usual, effect: effect && withoutOne(effect) }
    default:
      return usual
  }
}

/**
 * Whether the last call about the group was accepted: a group is not denied twice running, and not while it is in doubt.
 * Two denials in a row are what tells Usher that it was never made; `listLagMs` plays those.
 */
function isTrusted(groupName: string, calls: readonly RecordedCall[]): boolean {
  const last = calls.findLast(({ body }) => isAbout(body, groupName))
  return last !== undefined && wasAccepted(last)
}

function isAbout(body: unknown, groupName: string): boolean {
  return typeof body === 'object' && body !== null && Reflect.get(body, 'groupName') === groupName
}

function half(effect: Effect): Effect {
  return { ...effect, added: effect.added.slice(0, Math.ceil(effect.added.length / 2)) }
}

function withoutOne(effect: Effect): Effect {
  const [one, ...added] = effect.added
  return one === undefined ? effect : { ...effect, added, absent: [...effect.absent, one] }
}
