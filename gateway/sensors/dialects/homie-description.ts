import type { QuarantineReason } from '../../domain/reading.ts'
import { isObject } from './fields.ts'
import { forgetNodes, type HomieDevice, type HomieState, nodeOf, propertyOf } from './homie-devices.ts'

type Fields = Record<string, unknown>
const textIn = (fields: Fields, key: string): string | null => {
  const text = Object.hasOwn(fields, key) ? fields[key] : undefined
  return typeof text === 'string' && text !== '' ? text.slice(0, 200).toWellFormed() : null
}

/**
 * Reads `$description` of Homie 5 into the device; what it said before is forgotten.
 * @returns why it cannot be used, or why not all of it
 */
export function readDescription(json: unknown, device: HomieDevice, state: HomieState): QuarantineReason | undefined {
  if (!isObject(json) || !textIn(json, 'homie')?.startsWith('5')) return 'bad-discovery'
  device.isHomie = true
  device.title = textIn(json, 'name')
  device.root = textIn(json, 'root')
  device.parent = textIn(json, 'parent')
  forgetNodes(state, device)
  const listed: string[] = []
  let full: QuarantineReason | undefined
  for (const [nodeId, fields] of entriesOf(json.nodes)) {
    const node = nodeOf(device, nodeId)
    if (!node) {
      full = 'too-many-metrics'
      break
    }
    listed.push(nodeId)
    node.name = textIn(fields, 'name')
    const properties: string[] = []
    for (const [propertyId, about] of entriesOf(fields.properties)) {
      const property = propertyOf(state, node, propertyId)
      if (!property) {
        full = 'too-many-metrics'
        break
      }
      properties.push(propertyId)
      property.name = textIn(about, 'name')
      property.datatype = textIn(about, 'datatype') ?? 'string'
      property.unit = textIn(about, 'unit')
      property.format = textIn(about, 'format')
    }
    node.listed = properties
  }
  device.listed = listed
  return full
}

/** Ids as they may stand in a topic, with what is said about each. */
const entriesOf = (raw: unknown): [string, Fields][] =>
  isObject(raw)
    ? Object.entries(raw).flatMap(([id, about]) =>
        isObject(about) && id.length <= 80 && !/[+#/$]/.test(id) ? [[id, about]] : [],
      )
    : []
