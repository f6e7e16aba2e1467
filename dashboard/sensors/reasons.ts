import type { QuarantineReason } from '../../gateway/domain/reading.ts'
import { pageWords, wordOf } from '../i18n/language.ts'

const chinese = {
  'too-large': '消息太大',
  'bad-topic': '主题不可用',
  'bad-utf8': '不是有效的文本',
  'not-json': '不是有效的 JSON',
  'too-deep': '层次太深',
  'not-a-number': '不是数值',
  'no-values': '里面没有数值',
  'template-failed': '取值模板算不出结果',
  'bad-discovery': '发现消息有误',
  'bad-protobuf': '不是有效的 Sparkplug 消息',
  'unknown-alias': '设备还没有说明这个代号',
  'unit-changed': '单位与以前的不是一类',
  'series-budget': '测量项总数已到上限',
  'too-many-candidates': '设备太多',
  'too-many-metrics': '测量项太多',
} satisfies Record<QuarantineReason, string>

const reasons = pageWords<Record<QuarantineReason, string>>(chinese, {
  'too-large': 'message too large',
  'bad-topic': 'topic cannot be used',
  'bad-utf8': 'no valid text',
  'not-json': 'no valid JSON',
  'too-deep': 'nested too deeply',
  'not-a-number': 'no number',
  'no-values': 'no values in it',
  'template-failed': 'its value template gives nothing',
  'bad-discovery': 'something is wrong with its discovery message',
  'bad-protobuf': 'no valid Sparkplug message',
  'unknown-alias': 'the device has not explained this alias yet',
  'unit-changed': 'its unit is of another kind than before',
  'series-budget': 'the limit of metrics in all is reached',
  'too-many-candidates': 'too many devices',
  'too-many-metrics': 'too many metrics',
})

/** What stores refuse, beside what could not be read. */
const refusals = pageWords(
  {
    'store-refused': '存储拒绝',
    refused: '存储拒绝',
    'field-type': '存储里的类型不同',
    'beyond-retention': '早于存储的保存期限',
    'bad-line': '存储读不懂',
  },
  {
    'store-refused': 'refused by the store',
    refused: 'refused by the store',
    'field-type': 'the store has another type for it',
    'beyond-retention': 'older than the store keeps',
    'bad-line': 'not understood by the store',
  },
)

/** Why a message or reading could not be used; our words for what we know, else the gateway's code. */
export const reasonText = (code: string): string => wordOf(reasons(), code) ?? wordOf(refusals(), code) ?? code
