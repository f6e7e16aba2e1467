import { t, wordOf } from '../i18n/language.ts'
import { StatusDot } from '../parts/badges.tsx'
import { Loaded, problemText } from '../parts/states.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { ApiProblem } from '../api/request.ts'

/** Every part of the gateway with ok or why not; asked again each 10 s. */
export function Health() {
  const { api, nowUtcMs } = useGateway()
  const load = useLoad((signal) => api.ready(signal), [Math.floor(nowUtcMs.value / 10_000)])
  const words = t().system
  return (
    <section class="section" aria-labelledby="health-title">
      <h2 id="health-title">{words.health}</h2>
      <Loaded what={words.health} of={load}>
        {({ parts }) => {
          const all = Object.entries(parts)
          const broken = all.filter(([, part]) => !part.ok)
          return (
            <>
              <p>
                <StatusDot tone={broken.length === 0 ? 'calm' : 'crit'}>
                  {broken.length === 0 ? words.healthy : words.unhealthy(broken.length)}
                </StatusDot>
              </p>
              <ul class="parts">
                {[...broken, ...all.filter(([, part]) => part.ok)].map(([name, part]) => (
                  <li key={name} class={part.ok ? 'panel part' : 'panel part is-broken'}>
                    <strong>{wordOf(words.partNames, name) ?? name}</strong>
                    <StatusDot tone={part.ok ? 'calm' : 'crit'}>{part.ok ? words.fine : words.broken}</StatusDot>
                    {part.ok ? null : <p class="part-why">{whyText(part)}</p>}
                  </li>
                ))}
              </ul>
            </>
          )
        }}
      </Loaded>
    </section>
  )
}

const whyText = ({ code, message }: { code: string | null; message: string | null }): string =>
  problemText(new ApiProblem({ code: code ?? 'unknown', status: 503, detail: message ?? code ?? '—' }))
