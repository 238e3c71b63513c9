/** The page of every source: whole, for one hook, and with nothing left to fill in. */

import { describe, expect, it } from 'vitest'
import { guideOf } from '../../../src/setup/guide.ts'
import { everySource } from '../../every-source.ts'

const table = everySource.map((source) => [source.name, source] as const)

describe('the page', () => {
  it.each(table)('of %s has everything in it, and the hook’s own names', (_, source) => {
    const guide = guideOf(source, 'vipList', 'https://hooks.example.com')
    const text = JSON.stringify(guide)
    expect(guide.url).toBe('https://hooks.example.com/hooks/vipList')
    expect(text).toContain('VIP_LIST_SECRET')
    expect(text.includes('VIP_LIST_API_TOKEN')).toBe(source.lookUp !== undefined)
    expect(text).not.toMatch(/\{(?:url|secret|apiToken)\}/)
    expect(guide.steps).toHaveLength(source.setup.length)
    expect(guide.steps.join(' ')).toContain(guide.url)
    expect(guide.contentTypes).toHaveLength(source.accepts.length)
    for (const type of guide.contentTypes) expect(type).toMatch(/^[a-z]+\/[a-z-]+$/)
    for (const sentence of [...guide.expect, ...guide.secrets.map(({ what }) => what)]) {
      expect(sentence).toMatch(/^\p{Lu}.*\.$/su)
    }
    expect(guide).toMatchObject({
      title: source.title,
      kind: source.kind,
      proof: source.scheme.title,
      example: source.example,
      docs: source.docs,
      phoneless: source.phoneless ?? null,
    })
    // Plain data: what renders it may be on the other side of a wire.
    expect(JSON.parse(text)).toEqual(guide)
  })

  it.each(table)('of %s tells of the consent’s own answers where it is a form’s', (_, source) => {
    const { expect: sentences } = guideOf(source, 'webinar', null)
    expect(sentences.join(' ').includes('accept: [')).toBe(source.kind === 'form')
  })

  it('names an example address while the Worker’s own is not known', () => {
    const [, source] = table[0] ?? []
    if (source === undefined) throw new TypeError('There is no source')
    expect(guideOf(source, 'webinar', null).url).toMatch(/^https:\/\/usher\..*\/hooks\/webinar$/)
  })
})
