/** Maps samples through a hook without posting them: what `invite` makes of the first lead, before there is one. */

import { several } from '../../console/words.ts'
import type { Hook } from '../../mapping/hook.ts'
import { isWanted, type Mapped, mapFields } from '../../mapping/map.ts'
import { ownFields, sampleFields, samplePhone } from '../../operator/sample/sample-fields.ts'
import { type SampleInput, withPaths } from '../../sources/shared/sample.ts'

const COUNTRY = 'IN'

export interface Trial {
  /** The group that a sample joins, with how many people; null where it makes no invite. */
  readonly joins: string | null
  readonly wrong: readonly string[]
  readonly doubtful: readonly string[]
}

/** Tries a sample shaped after the hook's own `fields`, and then the one that the vendor documents. */
export async function tryHook(name: string, hook: Hook, now: number): Promise<Trial> {
  const { source } = hook
  const occasion = { id: 'sample-1', now }
  const own = await ownFields(hook, source.sample({ fields: {}, ...occasion }))
  const phone = samplePhone(hook.country ?? COUNTRY, () => 0.5)
  const { fields, unfit } = sampleFields(hook, { given: {}, own, phone })
  if (unfit.length > 0) {
    const pairs = unfit.map((path) => `${path}=…`).join(' ')
    const doubt = `Hook ${name}: nothing made up fits ${unfit.join(', ')}, so its invite was not tried. With values of yours: npm run send -- ${name} ${pairs}`
    return { joins: null, wrong: [], doubtful: [doubt] }
  }
  const shaped = await shapedFields(hook, { fields, ...occasion })
  const mapped = mapFields(unconditional(hook), shaped, now)
  const documented = documentedDoubts(name, hook, own, now)
  if (mapped.kind === 'invite') {
    return { joins: joinsOf(mapped), wrong: [], doubtful: documented }
  }
  const lines = mapped.issues.map(({ path, message }) => ({
    path,
    line: `Hook ${name}: ${`${path} ${message}`.trim()}.`,
  }))
  // What `fields` refuses may be the sample's fault; what `invite` returns is the config's.
  const isOurs = ({ path }: { readonly path: string }) => /^invite\b/.test(path)
  return {
    joins: null,
    wrong: lines.filter(isOurs).map(({ line }) => line),
    doubtful:
      source.lookUp === undefined
        ? lines.filter((one) => !isOurs(one)).map(({ line }) => line)
        : [],
  }
}

/** Whether what the vendor documents would be held or skipped. A form has its own questions, so its sample tells nothing. */
function documentedDoubts(name: string, hook: Hook, own: unknown, now: number): string[] {
  const { source, fields } = hook
  if (source.kind === 'form' || source.lookUp !== undefined || fields === undefined) return []
  const yours = `Is yours another? npm run send -- ${name} --file payload.json`
  if (!isWanted(hook, own)) {
    return [`Hook ${name}: \`when\` skips the event that ${source.title} documents. ${yours}`]
  }
  const { consent: _, ...rest } = unconditional(hook)
  const mapped = mapFields(rest, own, now)
  if (mapped.kind === 'invite') return []
  const what = mapped.issues.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')
  return [`Hook ${name}: the body that ${source.title} documents would be held: ${what}. ${yours}`]
}

function joinsOf({
  invite: { groupName, contacts, teammates },
}: Mapped & { kind: 'invite' }): string {
  const others = teammates.length
  const people = several(contacts.length - others, 'person', 'people')
  return `${groupName}: ${people}${others === 0 ? '' : ` with ${several(others, 'teammate')}`}`
}

function unconditional({ when: _, ...hook }: Hook): Hook {
  return hook
}

/** The fields as the Worker would have them. Of senders of ids only the vendor has the rest, so they are put together here. */
async function shapedFields(hook: Hook, input: SampleInput): Promise<unknown> {
  return hook.source.lookUp === undefined
    ? ownFields(hook, hook.source.sample(input))
    : withPaths({}, input.fields)
}
