/** Formstack's formula against a delivery that was captured, since no page of the vendor's has one. */

import { expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { formstack } from '../../../src/sources/formstack.ts'
import { fixture } from '../../fixtures/formstack.ts'

// Captured on 2026-09-25 under the key "test1", which is too short to be taken as a hook's secret:
// https://github.com/hookdeck/webhook-skills/blob/main/skills/formstack-webhooks/references/verification.md
const KEY = 'test1'
const BODY = 'FormID=6606394&UniqueID=1500878955&HandshakeKey=test'
const SIGNATURE = 'sha256=30dff7f180b6d69eab397a5d51719474df490b730514c253e8b5832d3b51b970'

const request = {
  method: 'POST',
  url: 'https://usher.example/hooks/join',
  headers: new Headers(),
  id: '1500878955',
  now: Date.parse('2026-09-25T09:00:00Z'),
}

test('the scheme and its oracle sign a captured delivery as Formstack did', async () => {
  const ours = await formstack.scheme.sign({ ...request, body: utf8(BODY) }, KEY)
  expect(ours.headers).toEqual({ 'X-FS-Signature': SIGNATURE })
  const theirs = fixture.oracles.map((oracle) => oracle.sign({ ...request, body: BODY }, KEY))
  expect(theirs).toEqual([{ headers: { 'X-FS-Signature': SIGNATURE } }])
})

test('a key so short is refused all the same', () => {
  expect(formstack.scheme.refuseSecret(KEY)).toBe('is shorter than 16 characters')
})
