import type {
  NewScreen,
  NewWallView,
  PatchWallView,
  Screen,
  WallSettings,
  WallView,
} from '../../gateway/contract/wall.ts'
import { days, minutes, seconds } from '../../gateway/domain/units.ts'
import { Refusal } from './refusal.ts'

const screensAt = (now: number): Screen[] => {
  const one = { areaIds: null, createdUtcMs: now - days(20), createdBy: 'admin', revokedUtcMs: null, revokedBy: null }
  return [
    { ...one, id: 'scr-1', name: '监管室东墙', seenUtcMs: now - seconds(20), address: '10.0.8.61' },
    { ...one, id: 'scr-2', name: '门卫室', areaIds: ['gate'], seenUtcMs: now - minutes(50), address: '10.0.8.62' },
    { ...one, id: 'scr-3', name: '检验室走廊', seenUtcMs: null, address: null },
    {
      ...one,
      id: 'scr-4',
      name: '旧大厅',
      seenUtcMs: now - days(9),
      address: '10.0.8.60',
      revokedUtcMs: now - days(8),
      revokedBy: 'admin',
    },
  ]
}

/** The part of the fake gateway that keeps walls and screens: what it answers, or undefined when the address is another's. */
export function fakeWalls(startUtcMs: number) {
  const screens = screensAt(startUtcMs)
  const views: WallView[] = []
  let current: WallSettings | null = null
  let count = 0

  const screenOf = (id: string | undefined): Screen => {
    const found = screens.find((screen) => screen.id === id)
    if (found === undefined) throw new Refusal(404, 'screen-missing', 'no such screen')
    return found
  }
  const linked = (screen: Screen) => ({
    screen,
    path: `/enter?ticket=ticket-${++count}-of-a-link-that-is-shown-once`,
    expiresUtcMs: Date.now() + minutes(30),
  })

  async function wallRoutes(url: URL, method: string, body: () => Promise<unknown>): Promise<unknown> {
    const id = url.pathname.split('/')[3]
    if (method === 'GET') return { current, views }
    if (method === 'PUT') return (current = (await body()) as WallSettings)
    const stamp = { changedUtcMs: Date.now(), changedBy: 'admin' }
    if (method === 'POST') {
      const view: WallView = { id: `wall-${++count}`, ...((await body()) as NewWallView), ...stamp }
      views.push(view)
      return view
    }
    const at = views.findIndex((view) => view.id === id)
    const before = views[at]
    if (before === undefined) throw new Refusal(404, 'wall-missing', 'no such wall')
    if (method === 'DELETE') {
      views.splice(at, 1)
      return null
    }
    const { name = before.name, settings = before.settings } = (await body()) as PatchWallView
    return (views[at] = { ...before, name, settings, ...stamp })
  }

  async function screenRoutes(url: URL, method: string, body: () => Promise<unknown>): Promise<unknown> {
    const [, , , id, what] = url.pathname.split('/')
    if (method === 'GET') return { screens }
    if (what === 'link') return linked(screenOf(id))
    if (method === 'DELETE') {
      const screen = screenOf(id)
      Object.assign(screen, { revokedUtcMs: Date.now(), revokedBy: 'admin' })
      return screen
    }
    const { name, areaIds } = (await body()) as NewScreen
    const never = { seenUtcMs: null, address: null, revokedUtcMs: null, revokedBy: null }
    const created = { createdUtcMs: Date.now(), createdBy: 'admin' }
    const screen = { id: `scr-new-${++count}`, name, areaIds, ...created, ...never }
    screens.unshift(screen)
    return linked(screen)
  }

  return {
    async answer(url: URL, method: string, body: () => Promise<unknown>): Promise<unknown> {
      if (/^\/api\/walls(\/|$)/.test(url.pathname)) return await wallRoutes(url, method, body)
      if (/^\/api\/screens(\/|$)/.test(url.pathname)) return await screenRoutes(url, method, body)
      return undefined
    },
  }
}
