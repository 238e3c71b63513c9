import { expect, it } from 'vitest'
import { phone } from '../../src/mapping/phone/index.ts'

it('A stack trace names the file of src and the line that threw', async () => {
  const path = '../../src/mapping/phone/read-phone.ts'
  const { default: source } = await import(`${path}?raw`)
  const line = source.split('\n').findIndex((text: string) => text.includes('throw new TypeError'))
  let stack = ''
  try {
    Reflect.apply(phone, undefined, ['XX'])
  } catch (error) {
    stack = String(Object(error).stack)
  }
  expect(line).toBeGreaterThan(0)
  expect(stack).toContain(`src/mapping/phone/read-phone.ts:${line + 1}:`)
  expect(stack).toContain('test/workerd/source-maps.test.ts:10:')
})
