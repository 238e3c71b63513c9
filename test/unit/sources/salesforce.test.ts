/** Salesforce's outbound messages: the acknowledgement, a full batch, and what must not be kept. */

import { expect, test } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { readXml } from '../../../src/lib/xml.ts'
import { salesforce } from '../../../src/sources/salesforce.ts'
import type { Submission } from '../../../src/sources/source.ts'

const SESSION = '00D000000000001!AQEAQ.session'

function message(notifications: string): unknown {
  return readXml(`<?xml version="1.0"?>
<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>
<notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00D1</OrganizationId>
<ActionId>04k1</ActionId><SessionId>${SESSION}</SessionId>${notifications}</notifications>
</e:Body></e:Envelope>`)
}

function lead(at: number): string {
  return `<Notification><Id>04l${at}</Id><sObject><sf:Id>00Q${at}</sf:Id><sf:Phone>+5255123456${at}</sf:Phone></sObject></Notification>`
}

function read(body: unknown): readonly Submission<unknown>[] | null {
  const reading = salesforce.read(body, new Headers())
  return reading.ok ? reading.submissions : null
}

test('the acknowledgement is a 200 of SOAP, whatever came', async () => {
  const answer = salesforce.acknowledge?.({
    method: 'POST',
    url: 'https://usher.example/hooks/leads',
    headers: new Headers(),
    body: utf8(''),
    urlSecret: null,
    now: 0,
  })
  expect(answer?.status).toBe(200)
  expect(answer?.headers.get('content-type')).toBe('text/xml; charset=utf-8')
  const text = (await answer?.text()) ?? ''
  expect(readXml(text)).toEqual({ Envelope: { Body: { notificationsResponse: { Ack: 'true' } } } })
  expect(text).toContain('<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound">')
})

test('a hundred notifications are a hundred events, each with its message around it', () => {
  const batch = Array.from({ length: 100 }, (_, at) => lead(at)).join('')
  const submissions = read(message(batch))
  expect(submissions).toHaveLength(100)
  expect(submissions?.[99]).toEqual({
    id: '04l99',
    fields: {
      OrganizationId: '00D1',
      ActionId: '04k1',
      Notification: { Id: '04l99', sObject: { Id: '00Q99', Phone: '+525512345699' } },
    },
  })
})

test('the session’s id, whose holder can act as its user, is not kept', () => {
  expect(JSON.stringify(read(message(lead(1))))).not.toContain(SESSION)
})

test.each([
  ['no notification', ''],
  [
    'a notification without an id',
    '<Notification><Id/><sObject><Id>1</Id></sObject></Notification>',
  ],
  ['a notification without a record', '<Notification><Id>04l1</Id></Notification>'],
])('a message with %s is not read', (_, notifications) => {
  expect(read(message(notifications))).toBeNull()
})
