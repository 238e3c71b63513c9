/** What tells leads apart in a list before their number is read: the name that the sender gives the person. */

import { describe, expect, it } from 'vitest'
import { personName } from '../../../src/outbox/admin/views.ts'

describe('the name of a lead', () => {
  it.each<[sentence: string, fields: unknown, name: string | null]>([
    ['by its key', { phone: '98200', name: 'Asha Rao' }, 'Asha Rao'],
    ['by its question', { 'What is your full name?': 'Asha Rao' }, 'Asha Rao'],
    ['in two parts', { last_name: 'Rao', first_name: 'Asha' }, 'Asha Rao'],
    ['deep inside', { data: { object: { customer: { name: 'José "Pepe" Á' } } } }, 'José "Pepe" Á'],
    [
      'beside names of something else',
      { form_name: 'Spring', groupName: 'May', name: 'Zoë' },
      'Zoë',
    ],
    ['with a number in it, hidden', { name: 'Asha 98200 12345' }, 'Asha ••••• •2345'],
    [
      'that is cut in a number',
      { name: `${'A'.repeat(54)} 98200 12345` },
      `${'A'.repeat(54)} •••••`,
    ],
    ['that is empty', { name: ' ' }, null],
    ['that is not there', { phone: '98200', company: 'Name & Co' }, null],
    ['that is no text', { name: { first: 'Asha' } }, null],
  ])('is found %s', (_, fields, name) => {
    expect(personName(JSON.stringify(fields))).toBe(name)
  })

  it('is read of the beginning of a long body too', () => {
    expect(personName('{"name":"Asha","about":"W\\u0')).toBe('Asha')
  })
})
