/** A source's page, made of the source itself: what to click and paste for one hook, what to expect, and what is not confirmed. */

import { CONTENT_TYPES } from '../lib/decode.ts'
import { apiTokenName, secretName } from '../lib/names.ts'
import type { Source } from '../sources/source.ts'

/** Plain data, for the console and the command line to show. */
export type Guide = ReturnType<typeof guideOf>

/** Where the Worker is, while its config does not say. */
const SOMEWHERE = 'https://usher.YOUR-SUBDOMAIN.workers.dev'

/** The page of a source for one hook; `publicUrl` as the config has it, or what the request came by. */
export function guideOf(source: Source, hookName: string, publicUrl: string | null) {
  const { name, title, kind, example, docs, phoneless, unconfirmed = [], fails = [] } = source
  const url = `${publicUrl ?? SOMEWHERE}/hooks/${hookName}`
  const filled = (text: string): string =>
    text
      .replaceAll('{url}', () => url)
      .replaceAll('{secret}', secretName(hookName))
      .replaceAll('{apiToken}', apiTokenName(hookName))
  return {
    name,
    title,
    kind,
    /** Where what it sends has no phone number: how to get there all the same. Null where it has one. */
    phoneless: phoneless === undefined ? null : filled(phoneless),
    steps: source.setup.map(filled),
    url,
    secrets: secretsOf(source, hookName),
    /** How it proves itself. */
    proof: source.scheme.title,
    contentTypes: source.accepts.map((accepted) => CONTENT_TYPES[accepted]),
    /** What Usher makes of what it sends, in whole sentences. */
    expect: expectations(source).map(filled),
    fails: fails.map(filled),
    example,
    unconfirmed,
    docs,
  }
}

/** The Worker's secrets that the hook needs. */
function secretsOf({ title, lookUp }: Source, hookName: string) {
  const proof = {
    name: secretName(hookName),
    what: `What ${title} proves itself by; several values, one a line, while you change it.`,
  }
  const token = {
    name: apiTokenName(hookName),
    what: `A token of ${title}’s API, with which Usher looks up what the webhook leaves out.`,
  }
  return lookUp === undefined ? [proof] : [proof, token]
}

function expectations(source: Source): string[] {
  const { title } = source
  const sentences: (string | false)[] = [
    `What ${title} sends is answered once it is stored, and a repeat is told by its id or its body and changes nothing.`,
    source.readsAnswer === true
      ? 'What cannot be mapped is kept, and answered 422 with what is wrong.'
      : 'What cannot be mapped is kept and shown as held; the sender is answered 200 all the same, so that it does not try again in vain.',
    source.kind === 'form' &&
      "The hook must say how people agree, and who did not is held: a form asks them with a question of its own. Where a ticked box sends the text beside it, name that text in the consent: { field: …, accept: ['Add me'] }.",
    source.speaksInvite === true &&
      'It may send { groupName, contacts, create } itself: the hook then needs no `fields` and no `invite`.',
    source.lookUp !== undefined &&
      'It sends ids only. Usher asks its API for the rest; where that fails it asks again for half a day. Then the delivery is held, and mapping it again asks once more.',
    source.handshake !== undefined &&
      'It checks the address before it sends anything: store {secret} and deploy first.',
    source.busyStatus === 429 &&
      'When Usher is in trouble it answers 429, upon which this sender tries again.',
  ]
  return sentences.filter((sentence) => sentence !== false)
}
