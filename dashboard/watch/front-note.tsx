import { alertTitle } from '../parts/alert-words.ts'
import { useGateway } from '../shell/gateway.ts'
import { AlertCard } from '../wall/alert-strip.tsx'
import { useWatch } from './watch.ts'
import { words } from './words.ts'

/** Over the picture that an alert brought to the front: what the alert says. */
export function FrontNote() {
  const { stores } = useGateway()
  const { front } = useWatch()
  const { shown, queue } = front.value
  const alert = stores.openAlerts.value?.find((one) => one.id === shown?.alert.id)
  if (alert === undefined) return null
  return (
    <aside class="front-note" data-front={alert.id} aria-label={words().front}>
      <ul>
        <AlertCard alert={alert} />
      </ul>
      {queue.length === 0 ? null : <p class="front-more">{words().offerMore(queue.length)}</p>}
    </aside>
  )
}

/** A new critical alert, for a person whose picture is not taken away. */
export function FrontOffer() {
  const { stores } = useGateway()
  const watch = useWatch()
  const offer = watch.offer.value
  const alert = stores.openAlerts.value?.find((one) => one.id === offer?.id)
  if (offer === null || alert === undefined) return null
  const more = watch.front.value.queue.length - 1
  return (
    <div class="front-offer-place" role="status">
      <button type="button" class="front-offer" onClick={() => watch.show(offer)}>
        <span aria-hidden="true">!</span>
        <span class="front-offer-what">{words().offer(alertTitle(alert))}</span>
        {more > 0 ? <span class="front-offer-more">{words().offerMore(more)}</span> : null}
        <strong>{words().look}</strong>
      </button>
    </div>
  )
}
