/** Bodies by content type, within bounds, and nothing in them that reaches a prototype. */

import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/lib/bytes.ts'
import { contentKind, decodeBody } from '../../../src/lib/decode.ts'

const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'

describe('a content type', () => {
  it.each([
    ['application/json', 'json'],
    ['Application/JSON; charset=utf-8', 'json'],
    ['application/vnd.api+json', 'json'],
    ['application/cloudevents+json;charset=UTF-8', 'json'],
    ['application/x-www-form-urlencoded; charset=utf-8', 'form'],
    ['multipart/form-data; boundary=x', 'multipart'],
    ['text/plain', 'text'],
    ['text/plain; charset=utf-8', 'text'],
    ['text/html', null],
    ['text/json', null],
    ['application/jsonp', null],
    ['application/json, text/plain', null],
    ['application/json-seq', null],
    ['application/xml', 'xml'],
    ['text/xml; charset=UTF-8', 'xml'],
    ['application/soap+xml', 'xml'],
    ['application/xmlish', null],
    ['', null],
    [null, null],
  ])('%j is %s', (type, kind) => {
    expect(contentKind(type)).toBe(kind)
  })
})

describe('a JSON body', () => {
  const NOT_JSON = { ok: false, message: 'The body is not JSON' }
  const TOO_MUCH = { ok: false, message: 'The body nests too deep or is too wide' }

  it.each<[sentence: string, text: string, decoded: object]>([
    ['an object', '{"a":1}', { ok: true, value: { a: 1 } }],
    ['an object after a byte order mark', '\ufeff{"a":1}', { ok: true, value: { a: 1 } }],
    ['a bare text', '"a"', { ok: true, value: 'a' }],
    ['nothing', '', NOT_JSON],
    ['half an object', '{"a":', NOT_JSON],
    ['two objects', '{}{}', NOT_JSON],
    ['a comment', '{} // ok', NOT_JSON],
    ['32 lists in each other', '['.repeat(32) + ']'.repeat(32), { ok: true }],
    ['40 lists in each other', '['.repeat(40) + ']'.repeat(40), TOO_MUCH],
    ['40 objects in each other', `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, TOO_MUCH],
    ['a hundred thousand lists in each other', '['.repeat(100_000) + ']'.repeat(100_000), TOO_MUCH],
    ['20,000 members', `[${'0,'.repeat(19_999)}0]`, { ok: true }],
    ['20,001 members', `[${'0,'.repeat(20_000)}0]`, TOO_MUCH],
    ['20,001 members in many lists', `[${'[0],'.repeat(10_000)}0]`, TOO_MUCH],
    ['60,000 members of a long order', `[${'"0123456789",'.repeat(59_999)}0]`, { ok: true }],
    ['60,000 members of a short text', `[${'0,'.repeat(59_999)}0]`, TOO_MUCH],
  ])('of %s', async (_, text, decoded) => {
    expect(await decodeBody(utf8(text), 'json', JSON_TYPE)).toMatchObject(decoded)
  })

  it('that is not UTF-8 is told so', async () => {
    const bytes = Uint8Array.of(0x22, 0xc3, 0x28, 0x22)
    expect(await decodeBody(bytes, 'json', JSON_TYPE)).toEqual({
      ok: false,
      message: 'The body is not UTF-8',
    })
  })

  it('with a member __proto__ has a member of that name, and the usual prototype', async () => {
    const decoded = await decodeBody(utf8('{"__proto__":{"create":true}}'), 'json', JSON_TYPE)
    const value: unknown = decoded.ok ? decoded.value : null
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Reflect.ownKeys(Object(value))).toEqual(['__proto__'])
    expect(Reflect.get({}, 'create')).toBeUndefined()
  })
})

describe('a form', () => {
  it.each<[sentence: string, text: string, value: unknown]>([
    ['texts', 'name=Asha+Rao&phone=%2B91+98000', { name: 'Asha Rao', phone: '+91 98000' }],
    ['a name twice and thrice', 'a=1&b=2&a=3&a=4', { a: ['1', '3', '4'], b: '2' }],
    ['an empty value', 'a=&b', { a: '', b: '' }],
    ['nothing', '', {}],
    ['bytes that are no text', 'a=%ff', { a: '\ufffd' }],
  ])('of %s', async (_, text, value) => {
    expect(await decodeBody(utf8(text), 'form', FORM_TYPE)).toEqual({ ok: true, value })
  })

  it('with a part __proto__ has a member of that name, and the usual prototype', async () => {
    const decoded = await decodeBody(utf8('__proto__=1&__proto__=2'), 'form', FORM_TYPE)
    const value: unknown = decoded.ok ? decoded.value : null
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.entries(Object(value))).toEqual([['__proto__', ['1', '2']]])
  })

  it('of more than five thousand parts is too much', async () => {
    const parts = (count: number) => utf8('a=1&'.repeat(count))
    expect(await decodeBody(parts(5_000), 'form', FORM_TYPE)).toMatchObject({ ok: true })
    expect(await decodeBody(parts(5_001), 'form', FORM_TYPE)).toEqual({
      ok: false,
      message: 'The form has too many parts',
    })
  })
})

describe('a multipart body', () => {
  async function bodyOf(form: FormData): Promise<[Uint8Array, string]> {
    const response = new Response(form)
    return [
      new Uint8Array(await response.arrayBuffer()),
      response.headers.get('content-type') ?? '',
    ]
  }

  it('gives its texts and leaves its files out', async () => {
    const form = new FormData()
    form.append('phone', '98000 00001')
    form.append('days', 'Mon')
    form.append('days', 'Tue')
    form.append('cv', new File(['%PDF'], 'cv.pdf'))
    const [bytes, type] = await bodyOf(form)
    expect(await decodeBody(bytes, 'multipart', type)).toEqual({
      ok: true,
      value: { phone: '98000 00001', days: ['Mon', 'Tue'] },
    })
  })

  it.each([
    ['without a boundary', 'multipart/form-data'],
    ['with another boundary', 'multipart/form-data; boundary=other'],
  ])('%s is told so', async (_, type) => {
    const form = new FormData()
    form.append('a', '1')
    const [bytes] = await bodyOf(form)
    expect(await decodeBody(bytes, 'multipart', type)).toEqual({
      ok: false,
      message: 'The body is not multipart form data',
    })
  })

  it('of more than five thousand parts is too much', async () => {
    const form = new FormData()
    for (let part = 0; part < 5_001; part++) form.append('a', '1')
    const [bytes, type] = await bodyOf(form)
    expect(await decodeBody(bytes, 'multipart', type)).toMatchObject({ ok: false })
  })
})

describe('an XML body', () => {
  const NOT_XML = { ok: false, message: 'The body is not XML, or too much of it' }
  const soap = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi='x'>
 <soapenv:Body>
  <note:Lead xsi:type="sf:Lead"><!-- a > comment -->
   <sf:Id>00Q1</sf:Id><sf:Phone/><sf:City> Pune &amp; Satara </sf:City>
  </note:Lead>
  <Tag>a</Tag><Tag><![CDATA[<b> & c]]></Tag><Code>&#65;&#x1F600;&quot;</Code>
 </soapenv:Body>
</soapenv:Envelope>
`

  it.each<[sentence: string, text: string, decoded: object]>([
    [
      'an envelope',
      soap,
      {
        ok: true,
        value: {
          Envelope: {
            Body: {
              Lead: { Id: '00Q1', Phone: '', City: 'Pune & Satara' },
              Tag: ['a', '<b> & c'],
              Code: 'A😀"',
            },
          },
        },
      },
    ],
    ['an element of nothing', '<a/>', { ok: true, value: { a: '' } }],
    [
      'text beside elements, which nobody means',
      '<a>x<b>1</b>y</a>',
      { ok: true, value: { a: { b: '1' } } },
    ],
    [
      'names that objects inherit',
      '<a><__proto__><b>1</b></__proto__><constructor>2</constructor></a>',
      { ok: true, value: { a: JSON.parse('{"__proto__":{"b":"1"},"constructor":"2"}') } },
    ],
    ['nothing', '', NOT_XML],
    ['JSON', '{"a":1}', NOT_XML],
    ['two roots', '<a/><b/>', NOT_XML],
    ['the same root twice', '<a/><a/>', NOT_XML],
    ['text after its root', '<a/>b', NOT_XML],
    ['an element that is not closed', '<a><b></a>', NOT_XML],
    ['elements that overlap', '<a><b></a></b>', NOT_XML],
    ['another prefix at its end', '<x:a></y:a>', NOT_XML],
    ['half a tag', '<a', NOT_XML],
    ['a comment without end', '<a><!-- </a>', NOT_XML],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', NOT_XML],
    ['an outside entity', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', NOT_XML],
    ['an entity that is not declared', '<a>&nbsp;</a>', NOT_XML],
    ['a bare ampersand', '<a>b & c</a>', NOT_XML],
    ['a character that is none', '<a>&#0;</a>', NOT_XML],
    ['half a surrogate', '<a>&#xd800;</a>', NOT_XML],
    ['a character beyond all', '<a>&#x110000;</a>', NOT_XML],
    ['40 elements in each other', '<a>'.repeat(40) + '</a>'.repeat(40), NOT_XML],
    ['20,001 elements', `<a>${'<b/>'.repeat(20_000)}</a>`, NOT_XML],
    ['a hundred thousand angles', '<'.repeat(100_000), NOT_XML],
    ['a hundred thousand spaces in a tag', `<a${' '.repeat(100_000)}`, NOT_XML],
    ['a hundred thousand ampersands', `<a>${'&'.repeat(100_000)}</a>`, NOT_XML],
  ])('of %s', async (_, text, decoded) => {
    expect(await decodeBody(utf8(text), 'xml', 'text/xml')).toEqual(decoded)
  })
})

it('a text body is JSON by another name', async () => {
  const decode = (text: string) => decodeBody(utf8(text), 'text', 'text/plain')
  expect(await decode('{"a":1}')).toEqual({ ok: true, value: { a: 1 } })
  expect(await decode('a=1')).toEqual({ ok: false, message: 'The body is not JSON' })
})
