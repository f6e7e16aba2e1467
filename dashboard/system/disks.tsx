import type { DiskState } from '../../gateway/contract/footage.ts'
import { formatBytes } from '../i18n/numbers.ts'
import { formatDateTime } from '../i18n/time.ts'
import { wordOf } from '../i18n/language.ts'
import { StatusDot } from '../parts/badges.tsx'
import { Loaded } from '../parts/states.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { useComputed } from '@preact/signals'
import { type DiskUse, type DiskWarning, isGrave, useOf, warningsOf } from './disk-use.ts'
import { words } from './words.ts'
import './storage.css'

/** Every recordings disk: whether it works, what is on it, and when it will be full; asked again each 30 s. */
export function Disks() {
  const { api, nowUtcMs } = useGateway()
  const look = useComputed(() => Math.floor(nowUtcMs.value / 30_000))
  const load = useLoad((signal) => api.disks(signal), [look.value])
  return (
    <section class="section" aria-labelledby="disks-title">
      <h2 id="disks-title">{words().disks}</h2>
      <Loaded what={words().disks} of={load}>
        {(disks) => (
          <ul class="disks">
            {disks.map((disk) => (
              <Disk key={disk.name} disk={disk} />
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  )
}

/** `12 天`, below two days `31 小时`. */
export const daysText = (days: number): string =>
  days < 2 ? words().hours(String(Math.floor(days * 24))) : words().days(String(Math.floor(days)))

function Disk({ disk }: { disk: DiskState }) {
  const { name, path, trouble, cameras, bytesPerDay, oldestUtcMs, maxBytes, minFreeBytes } = disk
  const use = useOf(disk)
  const warnings = warningsOf(disk)
  const facts: readonly (readonly [string, string])[] = [
    [words().perDay, words().perDayOf(formatBytes(bytesPerDay))],
    [words().full, fullText(disk)],
    [words().oldest, oldestUtcMs === null ? words().none : formatDateTime(oldestUtcMs)],
    [
      words().limit,
      [
        words().keepFree(formatBytes(minFreeBytes)),
        ...(maxBytes === null ? [] : [words().atMost(formatBytes(maxBytes))]),
      ].join(' · '),
    ],
  ]
  return (
    <li class={warnings.some((one) => isGrave(one, disk)) ? 'panel disk is-broken' : 'panel disk'} data-disk={name}>
      <div class="disk-head">
        <h3>{name}</h3>
        <StatusDot tone={trouble === null ? 'calm' : 'crit'}>
          {trouble === null ? words().works : (wordOf(words().states, trouble.code) ?? words().trouble)}
        </StatusDot>
        <span class="muted">{words().cameras(cameras)}</span>
        <code class="address muted">{path}</code>
      </div>
      {warnings.map((warning) => (
        <p key={warning} class={isGrave(warning, disk) ? 'refusal' : 'disk-warning'}>
          {warningText(warning, disk)}
        </p>
      ))}
      {use === null ? null : <UseBar name={name} use={use} />}
      <dl class="disk-facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt class="muted">{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  )
}

function fullText({ trouble, daysUntilFull, bytesPerDay }: DiskState): string {
  if (trouble !== null && trouble.code !== 'disk-full') return words().unknown
  if (daysUntilFull === null) return bytesPerDay > 0 ? words().keepsUp : words().unknown
  return daysUntilFull <= 0 ? words().fullNow : words().fullIn(daysText(daysUntilFull))
}

function warningText(warning: DiskWarning, { trouble, daysUntilFull, heldBytes, footageBytes }: DiskState): string {
  const { away, full, soon, heldMost } = words().warnings
  if (warning === 'away') return trouble?.code === 'disk-away' ? away : `${away} (${trouble?.message})`
  if (warning === 'full') return full
  if (warning === 'soon') return soon(daysText(daysUntilFull ?? 0))
  return heldMost(String(Math.floor((heldBytes / footageBytes) * 100)))
}

/** Held, other footage, other files and free, to scale; the words below say the same. */
function UseBar({ name, use }: { name: string; use: DiskUse }) {
  const parts = [
    ['held', use.heldBytes],
    ['footage', use.footageBytes],
    ['other', use.otherBytes],
    ['free', use.freeBytes],
  ] as const
  const [held, footage, other, free] = parts.map(([, bytes]) => formatBytes(bytes))
  let at = 0
  return (
    <div class="disk-use">
      <svg
        class="disk-bar"
        viewBox="0 0 1000 12"
        preserveAspectRatio="none"
        role="img"
        aria-label={`${words().disk(name)}: ${words().bar(held ?? '', footage ?? '', other ?? '', free ?? '')}`}
      >
        {parts.map(([part, bytes]) => {
          const x = at
          const width = use.totalBytes === 0 ? 0 : (bytes / use.totalBytes) * 1_000
          at += width
          return <rect key={part} class={`disk-${part}`} x={x} y={0} width={width} height={12} />
        })}
      </svg>
      <ul class="disk-legend">
        {parts.map(([part, bytes]) => (
          <li key={part}>
            <span class={`disk-swatch disk-${part}`} aria-hidden="true" />
            {words()[part]} <strong>{formatBytes(bytes)}</strong>
          </li>
        ))}
      </ul>
    </div>
  )
}
