import { systemClock } from '../../../gateway/lib/clock.ts'
import { type CameraSpec, cameraNowMs } from '../cameras.ts'
import type { Operations } from './device.ts'
import { OnvifFault } from './media.ts'
import { text } from './soap.ts'

const motionMs = 6_000
/** Life of a subscription that is never renewed, and the longest it may ask for. */
const defaultLifeMs = 120_000
const longestPullMs = 60_000

/** `PT1M30S`, `PT60S`, or an absolute time. */
export function durationMs(value: string | undefined, nowMs: number, otherwise: number): number {
  if (!value) return otherwise
  const [whole, hours = 0, minutes = 0, seconds = 0] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(value) ?? []
  if (whole) return (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000
  const until = Date.parse(value)
  return Number.isFinite(until) ? until - nowMs : otherwise
}

/** Whether something moves, and for how long that stays so: a pattern of its own for each camera. */
function motionAt(camera: CameraSpec, nowMs: number): { moving: boolean; changesInMs: number } {
  const periodMs = 20_000 + ((Number(camera.id.slice(1)) * 3_700) % 40_000)
  const phaseMs = nowMs % periodMs
  const moving = phaseMs < motionMs
  return { moving, changesInMs: (moving ? motionMs : periodMs) - phaseMs }
}

/** Pull-point events. `subscription(id)` are the operations behind one subscription's address. */
export function eventService(camera: CameraSpec, base: string, signal: AbortSignal) {
  const subscriptions = new Map<string, { untilMs: number; told: boolean | null }>()
  let lastId = 0
  const iso = (ms: number) => new Date(ms).toISOString()
  const times = (untilMs: number) =>
    `<wsnt:CurrentTime>${iso(cameraNowMs(camera))}</wsnt:CurrentTime><wsnt:TerminationTime>${iso(untilMs)}</wsnt:TerminationTime>`
  const untilFor = (asked: string | undefined) => {
    const nowMs = cameraNowMs(camera)
    return nowMs + Math.min(3_600_000, Math.max(1_000, durationMs(asked, nowMs, defaultLifeMs)))
  }
  const notification = (moving: boolean, operation: 'Initialized' | 'Changed') =>
    `<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:VideoSource/MotionAlarm</wsnt:Topic>` +
    `<wsnt:Message><tt:Message UtcTime="${iso(cameraNowMs(camera))}" PropertyOperation="${operation}"><tt:Source>` +
    `<tt:SimpleItem Name="Source" Value="VideoSource_1"/></tt:Source><tt:Data><tt:SimpleItem Name="State" Value="${moving}"/></tt:Data>` +
    `</tt:Message></wsnt:Message></wsnt:NotificationMessage>`

  const service: Operations = {
    CreatePullPointSubscription: (request) => {
      const nowMs = cameraNowMs(camera)
      for (const [id, { untilMs }] of subscriptions) if (untilMs < nowMs) subscriptions.delete(id)
      if (subscriptions.size >= 20) throw new OnvifFault('ter:MaxNotificationConsumers', 'too many subscriptions')
      const id = String(++lastId)
      const untilMs = untilFor(text(request, 'InitialTerminationTime'))
      subscriptions.set(id, { untilMs, told: null })
      return (
        `<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>${base}/onvif/subscription/${id}</wsa:Address>` +
        `</tev:SubscriptionReference>${times(untilMs)}</tev:CreatePullPointSubscriptionResponse>`
      )
    },
    GetEventProperties: () =>
      `<tev:GetEventPropertiesResponse><wsnt:FixedTopicSet>true</wsnt:FixedTopicSet><wstop:TopicSet><tns1:VideoSource>` +
      `<MotionAlarm wstop:topic="true"><tt:MessageDescription IsProperty="true"><tt:Source><tt:SimpleItemDescription Name="Source" Type="tt:ReferenceToken"/></tt:Source>` +
      `<tt:Data><tt:SimpleItemDescription Name="State" Type="xs:boolean"/></tt:Data></tt:MessageDescription></MotionAlarm></tns1:VideoSource></wstop:TopicSet>` +
      `</tev:GetEventPropertiesResponse>`,
  }

  function subscription(id: string): Operations {
    const live = () => {
      const found = subscriptions.get(id)
      if (!found || found.untilMs < cameraNowMs(camera)) {
        subscriptions.delete(id)
        throw new OnvifFault('wsnt:ResourceUnknownFault', 'this subscription is over')
      }
      return found
    }
    return {
      PullMessages: async (request) => {
        const startMs = performance.now()
        const nowMs = cameraNowMs(camera)
        const waitMs = Math.min(longestPullMs, durationMs(text(request, 'Timeout'), nowMs, 10_000))
        for (;;) {
          const state = live()
          const { moving, changesInMs } = motionAt(camera, Date.now())
          const leftMs = waitMs - (performance.now() - startMs)
          const news = moving !== state.told
          if (news || leftMs <= 0 || signal.aborted) {
            const message = news ? notification(moving, state.told === null ? 'Initialized' : 'Changed') : ''
            state.told = moving
            return `<tev:PullMessagesResponse>${times(state.untilMs).replaceAll('wsnt:', 'tev:')}${message}</tev:PullMessagesResponse>`
          }
          await systemClock.sleep(Math.min(leftMs, changesInMs) + 1, signal)
        }
      },
      Renew: (request) => {
        const state = live()
        state.untilMs = untilFor(text(request, 'TerminationTime'))
        return `<wsnt:RenewResponse>${times(state.untilMs)}</wsnt:RenewResponse>`
      },
      Unsubscribe: () => {
        live()
        subscriptions.delete(id)
        return '<wsnt:UnsubscribeResponse/>'
      },
    }
  }
  return { service, subscription }
}
