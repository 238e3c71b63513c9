/** The OpenAPI document is one, by a validator that is not ours. */

import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { endpoints, openApi } from '../../../src/api/openapi.ts'

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    const result = await validator.validate({ ...openApi() })
    expect(result.errors ?? []).toEqual([])
    expect([result.valid, validator.version]).toEqual([true, '3.1'])
  })

  it('tells clients that a limit is a number, although it arrives as text', () => {
    const { parameters } = Object(Object(openApi().paths['/api/deliveries']).get)
    expect(parameters).toContainEqual(
      expect.objectContaining({
        name: 'limit',
        schema: expect.objectContaining({ type: 'integer' }),
      }),
    )
  })

  it('has every endpoint, each under a name of its own', () => {
    const names = endpoints.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const told = Object.values(openApi().paths).flatMap((path) => Object.values(path))
    expect(told.map((one) => Reflect.get(Object(one), 'operationId'))).toEqual(
      expect.arrayContaining(names),
    )
  })
})
