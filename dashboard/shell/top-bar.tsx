import { useRef } from 'preact/hooks'
import { chooseLanguage, language, languages, t } from '../i18n/language.ts'
import { clockParts, siteTimeZone, zoneLabel } from '../i18n/time.ts'
import { ChevronIcon, UserIcon } from '../parts/icons.tsx'
import { useGateway, useSession } from './gateway.ts'
import { chooseTheme, themeChoice, themeChoices } from './theme.ts'

/** Zone, the one-line summary, the site's clock, language and user. */
export function TopBar() {
  const session = useSession()
  return (
    <header class="top">
      <a class="top-zone" href="/wall">
        {session.zoneName}
      </a>
      <Summary />
      <SiteClock />
      <LanguageSwitch />
      <UserMenu />
    </header>
  )
}

function Summary() {
  const { stores } = useGateway()
  const cameras = stores.cameras.value.value?.filter((camera) => camera.enabled)
  const online = cameras?.filter((camera) => camera.state.status === 'recording').length ?? 0
  const alerts = stores.openAlerts.value
  const critical = alerts?.some((alert) => alert.severity === 'critical')
  return (
    <p class="top-summary">
      {cameras === undefined ? null : (
        <span class={online < cameras.length ? 'top-short' : ''} title={t().top.summaryHint(online, cameras.length)}>
          {t().top.summary(online, cameras.length)}
        </span>
      )}
      {alerts === null ? null : (
        <a class={`top-alerts ${alerts.length === 0 ? '' : critical ? 'is-crit' : 'is-warn'}`} href="/alerts">
          {alerts.length === 0 ? null : <span aria-hidden="true">{critical ? '! ' : '▲ '}</span>}
          {t().top.alerts(alerts.length)}
        </a>
      )}
    </p>
  )
}

function SiteClock() {
  const { nowUtcMs } = useGateway()
  const at = clockParts(nowUtcMs.value, siteTimeZone.value)
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <p class="top-clock" title={own === siteTimeZone.value ? undefined : t().top.otherZone(own)}>
      <span class="top-date">{at.date}</span> <time class="top-time">{at.time}</time>{' '}
      <span class="muted">{zoneLabel(nowUtcMs.value)}</span>
    </p>
  )
}

/** Both languages by their own names: whoever reads neither the other finds his own. */
export function LanguageSwitch() {
  return (
    <fieldset class="switch">
      <legend class="visually-hidden">{t().top.language}</legend>
      {languages.map((one) => (
        <button
          type="button"
          key={one}
          lang={one}
          aria-pressed={language.value === one}
          onClick={() => chooseLanguage(one)}
        >
          {t().top.languageName[one]}
        </button>
      ))}
    </fieldset>
  )
}

function UserMenu() {
  const session = useSession()
  const { logout } = useGateway()
  const menu = useRef<HTMLDivElement>(null)
  return (
    <div class="top-user">
      <button type="button" class="top-user-button" popovertarget="user-menu">
        <span class="visually-hidden">{t().top.user}</span>
        <UserIcon size={20} />
        <span class="top-user-name">{session.name}</span>
        <ChevronIcon size={16} />
      </button>
      <div id="user-menu" class="menu" popover="auto" ref={menu}>
        <p class="menu-head">
          <strong>{session.name}</strong>
          <span class="muted">{t().roles[session.role]}</span>
        </p>
        <fieldset class="menu-group">
          <legend>{t().top.theme}</legend>
          <div class="switch">
            {themeChoices.map((choice) => (
              <button
                type="button"
                key={choice}
                aria-pressed={themeChoice.value === choice}
                onClick={() => chooseTheme(choice)}
              >
                {t().top.themes[choice]}
              </button>
            ))}
          </div>
        </fieldset>
        <button
          type="button"
          class="menu-item"
          onClick={() => {
            menu.current?.hidePopover()
            void logout()
          }}
        >
          {t().top.logout}
        </button>
      </div>
    </div>
  )
}
