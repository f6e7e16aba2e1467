import type { ComponentChildren, ComponentType } from 'preact'
import type { Permission } from '../../gateway/domain/words.ts'
import { t } from '../i18n/language.ts'
import {
  AlertIcon,
  CoverageIcon,
  DeviceIcon,
  type IconProps,
  PlaybackIcon,
  SensorIcon,
  SystemIcon,
  WallIcon,
} from '../parts/icons.tsx'
import { ConnectionBar } from './connection-bar.tsx'
import { useGateway, useSession } from './gateway.ts'
import { TopBar } from './top-bar.tsx'

type NavName = 'wall' | 'alerts' | 'playback' | 'coverage' | 'sensors' | 'devices' | 'system'
const entries: readonly { name: NavName; icon: ComponentType<IconProps>; need: readonly Permission[] }[] = [
  { name: 'wall', icon: WallIcon, need: ['watch'] },
  { name: 'alerts', icon: AlertIcon, need: ['watch'] },
  { name: 'playback', icon: PlaybackIcon, need: ['review'] },
  { name: 'coverage', icon: CoverageIcon, need: ['watch'] },
  { name: 'sensors', icon: SensorIcon, need: ['watch'] },
  { name: 'devices', icon: DeviceIcon, need: ['configure'] },
  { name: 'system', icon: SystemIcon, need: ['administer', 'audit', 'configure', 'hold'] },
]

/** Rail, top bar and the bar that tells of a lost gateway around one page. */
export function Shell({ name, children }: { name: string; children: ComponentChildren }) {
  const { connection } = useGateway()
  return (
    <div class={`shell shell-${name}${connection.value.kind === 'lost' ? ' is-stale' : ''}`}>
      <a class="skip" href="#content">
        {t().nav.skip}
      </a>
      <TopBar />
      <Rail current={name} />
      <div class="shell-main">
        <ConnectionBar />
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  )
}

function Rail({ current }: { current: string }) {
  const session = useSession()
  const { stores } = useGateway()
  const open = stores.openAlerts.value?.length ?? 0
  return (
    <nav class="rail" aria-label={t().nav.label}>
      {entries
        .filter((entry) => entry.need.some((one) => session.permissions.includes(one)))
        .map((entry) => (
          <a
            key={entry.name}
            class="rail-entry"
            href={`/${entry.name}`}
            aria-current={entry.name === current ? 'page' : undefined}
          >
            <entry.icon />
            <span>{t().nav[entry.name]}</span>
            {entry.name === 'alerts' && open > 0 ? (
              <span class="rail-count" aria-label={t().top.alerts(open)}>
                {open}
              </span>
            ) : null}
          </a>
        ))}
    </nav>
  )
}
