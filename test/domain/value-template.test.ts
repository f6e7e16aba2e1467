import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../../gateway/domain/value-template.ts'

const run = (source: string, payload: string) =>
  compileTemplate(source)({ text: payload, json: () => JSON.parse(payload) as unknown })

describe('templates that devices use', () => {
  test.each([
    ['{{ value }}', '21.5', '21.5'],
    ['{{ value_json.temperature }}', '{"temperature":21.5}', 21.5],
    ["{{ value_json['ENERGY'].Power }}", '{"ENERGY":{"Power":12}}', 12],
    ['{{ value_json.list[1].a }}', '{"list":[0,{"a":7}]}', 7],
    ['{{ value_json["DS18B20-1"].Temperature | float(0) | round(1) }}', '{"DS18B20-1":{"Temperature":"4.26"}}', 4.3],
    ['{{ (value | float / 1000) | round(2) }}', '12345', 12.35],
    ['{{ value_json.a + value_json.b * 2 - 1 }}', '{"a":1,"b":3}', 6],
    ['{{ value_json.t * 9 / 5 + 32 }}', '{"t":100}', 212],
    ['{{ -value_json.t }}', '{"t":3}', -3],
    ['{{ 7 // 2 }}', '', 3],
    ['{{ -7 % 3 }}', '', 2],
    ["{{ 'ON' if value_json.contact == false else 'OFF' }}", '{"contact":false}', 'ON'],
    ["{{ 'ON' if value | int > 10 else 'OFF' }}", '7', 'OFF'],
    ['{% raw %}', '', Error],
    ['{{ value_json.missing }}', '{}', undefined],
    ['{{ value_json.missing.deeper }}', '{}', undefined],
    ['{{ value_json.missing | default(5) }}', '{}', 5],
    ['{{ value_json.x is defined }}', '{"x":1}', true],
    ['{{ value_json.x is not defined }}', '{"x":1}', false],
    ['{{ value_json.x is none }}', '{"x":null}', true],
    ['{{ value_json.x if value_json.x is number else 0 }}', '{"x":"3"}', 0],
    ["{{ value_json.s in ['open', 'opened'] }}", '{"s":"open"}', true],
    ["{{ 'ON' if value not in ['closed'] else 'OFF' }}", 'closed', 'OFF'],
    ["{{ 't' in value_json }}", '{"t":1}', true],
    ["{{ 'constructor' in value_json }}", '{"t":1}', false],
    ["{{ 'lo' in value }}", 'hello', true],
    ['{{ value_json.list | max - value_json.list | min }}', '{"list":[3,9,4]}', 6],
    ['{{ value_json.list | sum / value_json.list | length }}', '{"list":[3,9,6]}', 6],
    ['{{ [value_json.a, value_json.b] | average }}', '{"a":1,"b":3}', 2],
    ['{{ value_json.list | last }}', '{"list":[3,9,4]}', 4],
    ['{{ value_json.flags | bitwise_and(4) > 0 }}', '{"flags":6}', true],
    ["{{ value_json.s == 'a' and not value_json.b or false }}", '{"s":"a","b":false}', true],
    ["{{ value_json.s | upper ~ '!' }}", '{"s":"ab"}', 'AB!'],
    ['{{ value_json.on | iif(1, 0) }}', '{"on":true}', 1],
    ['{{ float(value) + 1 }}', '2', 3],
    ['state {{ value }} now', 'x', 'state x now'],
    ['{{- value -}}', '5', '5'],
    ['OPEN', 'anything', 'OPEN'],
    ['{{ value_json.__proto__ }}', '{"a":1}', undefined],
    ['{{ value_json.constructor }}', '{"a":1}', undefined],
    ["{{ value_json['constructor']['constructor'] }}", '{"a":1}', undefined],
  ])('%s of %s', (source, payload, expected) => {
    if (expected === Error) expect(() => run(source, payload)).toThrow()
    else expect(run(source, payload)).toEqual(expected)
  })
})

test.each([
  ['{{ value_json.a | float }}', '{"a":"warm"}'],
  ['{{ value_json.a / 0 }}', '{"a":1}'],
  ['{{ value_json.a + 1 }}', '{}'],
  ['{{ value_json.a | max }}', '{"a":[]}'],
  [`{{ value${" | replace('1', '1111111111')".repeat(8)} }}`, '1'],
  [`{{ value${' ~ value'.repeat(20)} }}`, '1'.repeat(100_000)],
  ['{{ value_json.a | sum }}', '{"a":["x"]}'],
  ['{{ value_json.a | length }}', '{"a":1}'],
])('%s of %s fails with its code', (source, payload) => {
  expect(() => run(source, payload)).toThrowError(expect.objectContaining({ code: 'template-failed' }))
})

test.each([
  '{{ states("sensor.x") }}',
  '{{ value.__class__() }}',
  '{{ now() }}',
  '{% if value %}1{% endif %}',
  '{{ value | eval }}',
  '{{ value is callable }}',
  '{{ [value }}',
  '{{ value',
  '{{ process.exit() }}',
  '{{ value; }}',
  `{{ ${'('.repeat(60)}value${')'.repeat(60)} }}`,
  `{{ value ${'+ 1 '.repeat(600)} }}`,
])('%s is refused when it is compiled', (source) => {
  expect(() => compileTemplate(source)).toThrowError(expect.objectContaining({ code: 'template-unsupported' }))
})
