import type { Config } from '../../contract/config.ts'
import { topicTemplate } from '../../domain/topic.ts'
import { openDialect, type OpenDialect } from '../open-dialect.ts'
import { homeAssistantDialect } from './home-assistant.ts'
import { jsonDialect } from './json.ts'
import { homieDialect } from './homie.ts'
import { sparkplugDialect } from './sparkplug.ts'
import { zigbee2mqttDialect } from './zigbee2mqtt.ts'
import { tasmotaDialect } from './tasmota.ts'
import { shellyDialect } from './shelly.ts'
import { chirpstackDialect } from './chirpstack.ts'
import { ttnDialect } from './ttn.ts'
import { rtl433Dialect } from './rtl433.ts'
import { theengsDialect } from './theengs.ts'

type Settings = Pick<Config['mqtt'], 'dialects' | 'discoveryPrefix' | 'topics'>

/**
 * Dialects that are switched on, in the order in which they are asked whose a topic is. Those whose devices describe themselves come
 * first, Home Assistant's after them, because many of those devices announce themselves there a second time; plain JSON takes what is left.
 * A new dialect is one file beside this one and one line here.
 */
export function dialectsOf({ dialects, discoveryPrefix: prefix, topics }: Settings): readonly OpenDialect[] {
  const isOn = ({ source }: { readonly source: string }) => dialects.some((on) => on === source)
  const own: readonly OpenDialect[] = [
    // One line for each dialect of its own: openDialect(nameDialect).
    openDialect(sparkplugDialect),
    openDialect(homieDialect),
    openDialect(zigbee2mqttDialect),
    openDialect(tasmotaDialect),
    openDialect(shellyDialect),
    openDialect(chirpstackDialect),
    openDialect(ttnDialect),
    openDialect(rtl433Dialect),
    openDialect(theengsDialect),
  ].filter(isOn)
  const general = [
    openDialect(homeAssistantDialect({ prefix, isTaken: (topic) => own.some(({ owns }) => owns(topic)) })),
    openDialect(jsonDialect({ templates: topics.map(topicTemplate) })),
  ].filter(isOn)
  return [...own, ...general]
}
