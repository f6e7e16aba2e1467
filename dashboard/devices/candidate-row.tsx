import type { NotUnderstood, SensorCandidate } from '../../gateway/contract/sensor.ts'
import { t, wordOf } from '../i18n/language.ts'
import { formatValue, withUnit } from '../i18n/numbers.ts'
import { formatAgo, formatDateTime, formatTime } from '../i18n/time.ts'
import { Badge } from '../parts/badges.tsx'
import { kinds } from '../sensors/kinds.ts'
import { reasonText } from '../sensors/reasons.ts'
import { Sample } from '../sensors/sample.tsx'
import { useGateway } from '../shell/gateway.ts'
import { words } from './inbox-words.ts'

interface RowProps {
  readonly sensor: SensorCandidate
  readonly chosen: boolean
  readonly choose: (on: boolean) => void
  readonly approve: () => void
  readonly ignore: (ignored: boolean) => void
}

/** One device: who it is, what was understood of it with its last values, and what was not. */
export function CandidateRow({ sensor, chosen, choose, approve, ignore }: RowProps) {
  const { nowUtcMs } = useGateway()
  const { name, model, source, topic, state, lastSeenUtcMs, notUnderstood } = sensor
  const isIgnored = state === 'ignored'
  return (
    <tr data-candidate={sensor.candidateId} class={isIgnored ? 'row-off' : undefined}>
      <td class="inbox-check">
        <input
          type="checkbox"
          aria-label={words().choose(name)}
          checked={chosen}
          onChange={(event) => choose(event.currentTarget.checked)}
        />
      </td>
      <th scope="row">
        {name}
        <div class="muted">{[...(model === null ? [] : [model]), t().sensors.source[source]].join(' · ')}</div>
        <div class="muted address">{topic}</div>
      </th>
      <td>
        <Understood sensor={sensor} />
        {notUnderstood.length === 0 ? null : <NotRead list={notUnderstood} />}
      </td>
      <td class="nowrap">
        <time title={formatTime(lastSeenUtcMs)}>{formatAgo(lastSeenUtcMs, nowUtcMs.value)}</time>
      </td>
      <td>
        <div class="row-actions">
          {isIgnored ? (
            <button
              type="button"
              class="button button-small"
              aria-label={`${words().unignore}: ${name}`}
              onClick={() => ignore(false)}
            >
              {words().unignore}
            </button>
          ) : (
            <>
              <button
                type="button"
                class="button button-small button-main"
                aria-label={`${words().approve}: ${name}`}
                onClick={approve}
              >
                {words().approve}
              </button>
              <button
                type="button"
                class="button button-small"
                aria-label={`${words().ignore}: ${name}`}
                onClick={() => ignore(true)}
              >
                {words().ignore}
              </button>
            </>
          )}
        </div>
      </td>
    </tr>
  )
}

function Understood({ sensor }: { sensor: SensorCandidate }) {
  if (sensor.metrics.length === 0) return <p class="muted">{words().nothing}</p>
  return (
    <ul class="understood">
      {sensor.metrics.map((metric) => {
        const latest = sensor.latest.find((one) => one.metric === metric.key)
        const kind = metric.kind === null ? undefined : wordOf(kinds(), metric.kind)
        return (
          <li key={metric.key}>
            <span class="understood-name">
              {metric.name}
              {kind === undefined || metric.name.toLowerCase().includes(kind.toLowerCase()) ? null : (
                <span class="muted"> {kind}</span>
              )}
            </span>{' '}
            {latest === undefined ? (
              <span class="muted">
                {metric.unit === null ? words().noValue : withUnit(words().noValue, `(${metric.unit})`)}
              </span>
            ) : (
              <strong>{formatValue(metric, latest.value)}</strong>
            )}{' '}
            {metric.guessed ? (
              <Badge tone="unknown" title={words().guessHint}>
                {`? ${words().guess}`}
              </Badge>
            ) : null}
          </li>
        )
      })}
    </ul>
  )
}

/** The last messages that could not be read, as they came. */
function NotRead({ list }: { list: readonly NotUnderstood[] }) {
  return (
    <details class="not-read">
      <summary>
        <span aria-hidden="true">▲ </span>
        {words().notUnderstood(list.length)}
      </summary>
      <ul>
        {list.map((one) => (
          <li key={`${one.utcMs} ${one.topic}`}>
            <div>
              {reasonText(one.reason)} <span class="muted">{formatDateTime(one.utcMs)}</span>
            </div>
            <div class="muted address">{one.topic}</div>
            <Sample of={one} />
          </li>
        ))}
      </ul>
    </details>
  )
}
