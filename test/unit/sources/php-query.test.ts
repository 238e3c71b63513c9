/** Forms as PHP writes them, against what PHP 8.2 wrote of the same arrays with `http_build_query` and `json_encode`. */

import { describe, expect, test } from 'vitest'
import { jsonOfQuery } from '../../../src/sources/shared/php-query.ts'

const UNIX = /\[unix\]$/

describe('the JSON of a form', () => {
  test.each([
    ['of texts', 'a=1&b=&c=x+y', '{"a":"1","b":"","c":"x y"}'],
    [
      'with characters that are escaped',
      'n=tab%09+nl%0D%0A+%0B+%7F+%22q%22+%5C+%2F+%F0%9F%98%80+%C3%9F%7E%2A+%3Cb%3E%27s+%26+%2541+%2B',
      '{"n":"tab\\t nl\\r\\n \\u000b \u007f \\"q\\" \\\\ \\/ \\ud83d\\ude00 \\u00df~* <b>\'s & %41 +"}',
    ],
    [
      'with a date and a list',
      'd%5Bvalue%5D=9%3A15+AM&d%5Bunix%5D=1795166104&f%5B0%5D=a&f%5B1%5D=b',
      '{"d":{"value":"9:15 AM","unix":1795166104},"f":["a","b"]}',
    ],
    ['with a number that is none', 'd%5Bunix%5D=007&unix=7', '{"d":{"unix":"007"},"unix":"7"}'],
    ['that is a list itself', '0=a&1=b', '["a","b"]'],
    ['whose numbers are out of order', '1=a&0=b', '{"1":"a","0":"b"}'],
    [
      'with odd names',
      'a+b=1&a.b=2&c%5Bd=x&e%5Df=y&__proto__=z&l%C3%A4nge=q',
      '{"a b":"1","a.b":"2","c[d":"x","e]f":"y","__proto__":"z","l\\u00e4nge":"q"}',
    ],
    ['that nests', 'x%5By%5D%5Bz%5D%5Bw%5D=1', '{"x":{"y":{"z":{"w":"1"}}}}'],
  ])('%s', (_, query, json) => {
    expect(jsonOfQuery(query, UNIX)).toBe(json)
  })

  test.each([
    ['no form', '{"a":"1"}'],
    ['nothing', ''],
    ['a name without a value', 'a'],
    ['a name that comes twice', 'a=1&a=1'],
    ['a text and an array of one name', 'a=1&a%5Bb%5D=2'],
    ['an array and a text of one name', 'a%5Bb%5D=2&a=1'],
    ['an array that is interrupted', 'a%5B0%5D=1&b=2&a%5B1%5D=3'],
    ['brackets as they are', 'a[b]=2'],
    ['an escape that is none', 'a=%zz'],
    ['an escape of half a character', 'a=%C3'],
    ['an escape in small letters', 'a=%c3%9f'],
    ['an escape that was not needed', 'a=%41'],
    ['a space that is no plus', 'a=x%20y'],
    ['a star as it is', 'a=*'],
    ['a tilde as it is', 'a=~'],
    ['a character as it is', 'a=ß'],
    ['an ampersand at its end', 'a=1&'],
    ['what nests beyond all forms', `${'a'}${'%5Bb%5D'.repeat(9)}=1`],
    ['what nests without end', `${'a'}${'%5Bb%5D'.repeat(50_000)}=1`],
    ['more than any form has', Array.from({ length: 1001 }, (_, at) => `a${at}=1`).join('&')],
  ])('is not told of %s', (_, query) => {
    expect(jsonOfQuery(query, UNIX)).toBeNull()
  })
})
