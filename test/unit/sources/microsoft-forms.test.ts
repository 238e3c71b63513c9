/** The body that a flow's author pastes: the source reads it, and the example finds what it asks for. */

import { expect, test } from 'vitest'
import { microsoftForms } from '../../../src/sources/microsoft-forms.ts'

test('the body to paste is JSON that the source reads, with what its example asks for', () => {
  const [body] = microsoftForms.paste ?? []
  const filled = body?.text.replace('<Response Id>', '17').replace(/<any name[^>]*>/, 'join') ?? ''
  const reading = microsoftForms.read(JSON.parse(filled), new Headers())
  expect(reading).toMatchObject({ ok: true, submissions: [{ id: 'join:17' }] })
  const fields = reading.ok ? reading.submissions[0]?.fields : null
  for (const name of ['phone', 'cohort', 'whatsapp_ok']) {
    expect(fields).toHaveProperty(name)
    expect(microsoftForms.example).toContain(name)
  }
})
