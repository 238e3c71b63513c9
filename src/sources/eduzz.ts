/** Eduzz: paid invoices of courses and other digital products, by the Developer Hub's webhook. */

import * as v from 'valibot'
import { hmac } from '../schemes/hmac.ts'
import {
  idText,
  optionalId,
  optionalObject,
  optionalText,
  unlessNamed,
  unlessStatus,
} from './shared/payload.ts'
import { jsonSample, serial } from './shared/sample.ts'
import { defineSource } from './source.ts'

const PAID_EVENT = 'myeduzz.invoice_paid'
const PAID = 'paid'

const event = v.looseObject({
  id: optionalId,
  event: v.string(),
  /** The ping with which Eduzz tries an address need not have any. */
  data: optionalObject({
    id: optionalId,
    status: optionalText,
    buyer: optionalObject({ cellphone: optionalText, phone: optionalText, phone2: optionalText }),
  }),
})

export const eduzz = defineSource({
  name: 'eduzz',
  title: 'Eduzz',
  kind: 'shop',
  scheme: hmac({ header: 'x-signature', encoding: 'hex' }),
  payload: event,
  submissions: (body) => {
    const { id, event: name, data } = body
    const { cellphone, phone, phone2 } = data?.buyer ?? {}
    const invoice = idText(data?.id)
    return [
      {
        // The invoice, not the event: whether an event that is sent again keeps its id no page says.
        id: invoice === null ? idText(id) : `${name}:${invoice}`,
        fields: { ...body, buyer_phone: [cellphone, phone, phone2].find(Boolean) ?? null },
        skip:
          unlessNamed(name, PAID_EVENT, 'paid invoice') ??
          unlessStatus(data?.status, PAID, 'an invoice whose status'),
      },
    ]
  },
  sample: jsonSample(paidInvoice, { moved: { buyer_phone: 'data.buyer.cellphone' } }),
  setup: [
    'In Eduzz open the Developer Hub, then Webhook, then Segurança, make a secret and store it as {secret}. Deploy before you go on: Eduzz tries the address.',
    'Under Configurações choose “Criar configuração”, paste {url}, choose the event “Fatura paga” of MyEduzz and your products, and activate it.',
    'The hook reads buyer_phone, the first number that the buyer gave; the body as Eduzz sends it has what was bought in data.items.',
    'Numbers have no country code: give phone() your country.',
    'Opened, cancelled and refunded invoices, chargebacks and the trial event are acknowledged and skipped. An order bump is an invoice of its own.',
  ],
  fails: ['Events can be sent again from the history in the Developer Hub, which changes nothing.'],
  example: `hook({
  source: eduzz,
  consent: { attested: 'Ticked at checkout: “Add me to the WhatsApp group”' },
  fields: v.object({
    buyer_phone: phone('BR'),
    data: v.object({ items: v.array(v.object({ name: v.string() })) }),
  }),
  invite: ({ buyer_phone, data }) => ({
    groupName: data.items[0]?.name ?? 'Alunos',
    contacts: [buyer_phone],
    create: true,
  }),
})`,
  docs: 'https://developers.eduzz.com/reference/webhook/myeduzz-invoice-paid',
  unconfirmed: [
    'The signature: the vendor’s page on it could not be read; receivers that were written independently agree.',
    'How often Eduzz tries again, how long it waits, and whether an event that is sent again keeps its id.',
    'Whether the trial event has data: it is taken without.',
    'Whether a student who is not the buyer has a number: only the buyer’s is read.',
  ],
})

function paidInvoice(id: string, now: number) {
  const at = new Date(now).toISOString()
  return {
    id: `event-${id}`,
    event: PAID_EVENT,
    sentDate: at,
    data: {
      id: String(serial(id)),
      status: PAID,
      buyer: {
        id: '1',
        name: 'Ana Souza',
        email: 'ana@example.com',
        cellphone: '11912345601',
        phone: '',
        phone2: '',
      },
      items: [{ productId: '700001', name: 'Turma 7', price: { currency: 'BRL', value: 499 } }],
      paid: { currency: 'BRL', value: 499 },
      paidAt: at,
      paymentMethod: 'pix',
      transaction: { id: `transaction-${id}` },
    },
  }
}
