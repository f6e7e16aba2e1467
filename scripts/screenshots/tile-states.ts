import type { Page, WebSocketRoute } from 'playwright-core'
import type { Camera } from '../../gateway/contract/camera.ts'
import { save } from './save.ts'

/** Between the gateway and the page of one camera: hands on what comes, later or not at all. */
type Way = (socket: WebSocketRoute) => void

const through: Way = (socket) => void socket.connectToServer()
/** Text goes on, so that the tile knows its stream; pictures stop after the first few seconds' worth, however long these take. */
const stops: Way = (socket) => {
  const server = socket.connectToServer()
  let left = 60
  server.onMessage((message) => {
    if (typeof message === 'string' || left-- > 0) socket.send(message)
  })
}
const late: Way = (socket) => {
  const server = socket.connectToServer()
  server.onMessage((message) => void setTimeout(() => socket.send(message), 3_500))
}
const waits: Way = () => undefined
const refused: Way = (socket) => void socket.close({ code: 4403 })

/** Each state of a tile on a camera of its own, on the real wall with the real gateway behind it, put together on one sheet. */
export async function takeTileStates(page: Page, name: string): Promise<void> {
  const { cameras } = (await (await page.request.get('/api/cameras')).json()) as { cameras: Camera[] }
  const good = cameras.filter(({ state, main }) => state.status === 'recording' && main?.codec === 'H264')
  const away = cameras.find(({ state }) => state.status === 'offline')
  const wanted: [state: string, camera: Camera | undefined, way: Way][] = [
    ['live', good[0], through],
    ['late', good[1], late],
    ['stalled', good[2], stops],
    ['connecting', good[3], waits],
    ['offline', away, through],
    ['refused', good[4], refused],
    ['refused', good[5], through],
    ['disabled', good[6], through],
  ]
  const [, priv] = wanted[6] ?? []
  const [, off] = wanted[7] ?? []
  const change = async (camera: Camera | undefined, fields: object) => {
    const answer = await page.request.patch(`/api/cameras/${camera?.id}`, { data: fields })
    if (!answer.ok()) throw new Error(`changing ${camera?.id} answered ${answer.status()}`)
  }
  for (const [, camera, way] of wanted)
    if (camera !== undefined) await page.routeWebSocket(new RegExp(`/api/live/${camera.id}$`), way)
  await change(priv, { privacy: true })
  await change(off, { enabled: false })
  try {
    await page.goto('/wall')
    const shots: string[] = []
    for (const [state, camera] of wanted) {
      const tile = page.locator(`[data-camera="${camera?.id}"][data-state=${state}]`)
      await tile.waitFor({ timeout: 30_000 })
      shots.push((await tile.screenshot()).toString('base64'))
    }
    const pictures = shots.map((shot) => `<img src="data:image/png;base64,${shot}">`).join('')
    const style =
      'body{margin:12px;display:grid;grid-template-columns:repeat(4,1fr);gap:12px;background:#888}img{width:100%}'
    const sheet = await page.context().newPage()
    await sheet.setViewportSize({ width: 1_440, height: 520 })
    await sheet.setContent(`<style>${style}</style>${pictures}`)
    await save(sheet, name)
  } finally {
    await change(priv, { privacy: false })
    await change(off, { enabled: true })
  }
}
