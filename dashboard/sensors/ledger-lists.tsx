import type { Loss } from '../../gateway/contract/sensor.ts'
import { wordOf } from '../i18n/language.ts'
import { formatDateTime } from '../i18n/time.ts'
import { Loaded } from '../parts/states.tsx'
import { Table } from '../parts/table.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway, useZone } from '../shell/gateway.ts'
import { words } from './ledger-words.ts'
import { reasonText } from './reasons.ts'
import { Sample } from './sample.tsx'
import { sensorName } from './sensor-name.ts'

const mostSpans = 5

/** What was given up: when, how much, why, and which stretches of which series. */
export function LossList({ losses }: { losses: readonly Loss[] }) {
  const { sensors, places } = useZone()
  const list = sensors.value.value
  const nameOf = (sensorId: string, key: string): string => {
    const metric = list?.find(({ id }) => id === sensorId)?.metrics.find((one) => one.key === key)
    return `${sensorName(list, places.value, sensorId)} · ${metric?.name ?? key}`
  }
  return (
    <section class="section" aria-labelledby="ledger-losses">
      <h2 id="ledger-losses">{words().losses}</h2>
      {losses.length === 0 ? (
        <p class="muted">{words().noLosses}</p>
      ) : (
        <Table label={words().losses}>
          <thead>
            <tr>
              <th scope="col">{words().when}</th>
              <th scope="col">{words().store}</th>
              <th scope="col">{words().what}</th>
              <th scope="col">{words().span}</th>
            </tr>
          </thead>
          <tbody>
            {losses
              .toSorted((a, b) => b.utcMs - a.utcMs)
              .map((loss) => (
                <tr key={loss.id} data-loss={loss.id}>
                  <td class="nowrap">{formatDateTime(loss.utcMs)}</td>
                  <td>{wordOf(words().storeNames, loss.store) ?? loss.store}</td>
                  <td>{words().lossText(loss.readings, words().lossReasons[loss.reason])}</td>
                  <td>
                    <ul>
                      {loss.series.slice(0, mostSpans).map((one) => (
                        <li key={`${one.sensorId} ${one.metric}`}>
                          {words().spanText(
                            nameOf(one.sensorId, one.metric),
                            formatDateTime(one.fromUtcMs),
                            formatDateTime(one.toUtcMs),
                            one.readings,
                          )}
                        </li>
                      ))}
                    </ul>
                    {loss.series.length > mostSpans ? (
                      <span class="muted">{words().moreSpans(loss.series.length - mostSpans)}</span>
                    ) : null}
                  </td>
                </tr>
              ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

/** What could not be read or was refused, as it came. */
export function QuarantineList({ look }: { look: number }) {
  const { api } = useGateway()
  const { sensors, places } = useZone()
  const load = useLoad((signal) => api.quarantine(signal), [look])
  return (
    <section class="section" aria-labelledby="ledger-quarantine">
      <h2 id="ledger-quarantine">
        {words().quarantine}
        <span class="head-about">{words().quarantineAbout}</span>
      </h2>
      <Loaded what={words().quarantine} of={load}>
        {(list) =>
          list.length === 0 ? (
            <p class="muted">{words().noQuarantine}</p>
          ) : (
            <Table label={words().quarantine}>
              <thead>
                <tr>
                  <th scope="col">{words().when}</th>
                  <th scope="col">{words().topic}</th>
                  <th scope="col">{words().reason}</th>
                  <th scope="col">{words().sample}</th>
                </tr>
              </thead>
              <tbody>
                {list.map((one) => (
                  <tr key={one.id} data-quarantined={one.reason}>
                    <td class="nowrap">{formatDateTime(one.utcMs)}</td>
                    <td class="address">
                      {one.topic}
                      {one.sensorId === null ? null : (
                        <div class="muted">{sensorName(sensors.value.value, places.value, one.sensorId)}</div>
                      )}
                    </td>
                    <td>{reasonText(one.reason)}</td>
                    <td>
                      <Sample of={one} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </Table>
          )
        }
      </Loaded>
    </section>
  )
}
