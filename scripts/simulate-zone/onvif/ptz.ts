import { type CameraSpec, cameraNowMs } from '../cameras.ts'
import type { Operations } from './device.ts'
import { OnvifFault } from './media.ts'
import { attribute, escapeXml, text } from './soap.ts'

interface Pose {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

const spaces = 'http://www.onvif.org/ver10/tptz'
interface Preset {
  readonly token: string
  readonly name: string
  readonly pose: Pose
}
const firstPresets: readonly Preset[] = [
  { token: '1', name: '装卸口', pose: { x: -0.4, y: 0.1, zoom: 0.2 } },
  { token: '2', name: '道路东段', pose: { x: 0.5, y: 0, zoom: 0.4 } },
  { token: '3', name: '全景', pose: { x: 0, y: 0.2, zoom: 0 } },
]
const mostPresets = 16
const still: Pose = { x: 0, y: 0, zoom: 0 }
/** Full speed crosses the whole range of a motor in about four seconds. */
const rangePerSecond = 0.5

/** Motors that only GetStatus shows: the picture is a clip and does not move. */
export function ptzService(camera: CameraSpec, monotonicMs: () => number = () => performance.now()): Operations {
  let from: Pose = still
  let speed: Pose = still
  let sinceMs = monotonicMs()
  let untilMs = Number.POSITIVE_INFINITY
  const presets = new Map(firstPresets.map((preset) => [preset.token, preset]))
  let lastToken = presets.size
  const bounded = (value: number, low: number) => Math.min(1, Math.max(low, value))
  const now = (): Pose => {
    const gone = ((Math.min(monotonicMs(), untilMs) - sinceMs) / 1_000) * rangePerSecond
    return {
      x: bounded(from.x + speed.x * gone, -1),
      y: bounded(from.y + speed.y * gone, -1),
      zoom: bounded(from.zoom + speed.zoom * gone, 0),
    }
  }
  const set = (pose: Pose, nextSpeed: Pose, forMs = Number.POSITIVE_INFINITY) => {
    from = pose
    speed = nextSpeed
    sinceMs = monotonicMs()
    untilMs = sinceMs + forMs
  }
  const need = (request: string): Preset => {
    const preset = presets.get(text(request, 'PresetToken') ?? '')
    if (!preset) throw new OnvifFault('ter:NoToken', 'no such preset')
    return preset
  }
  const read = (xml: string, otherwise: Pose): Pose => {
    const number = (element: string, name: string, or: number) => {
      const value = Number(attribute(xml, element, name) ?? or)
      return Number.isFinite(value) ? bounded(value, -1) : or
    }
    return {
      x: number('PanTilt', 'x', otherwise.x),
      y: number('PanTilt', 'y', otherwise.y),
      zoom: number('Zoom', 'x', otherwise.zoom),
    }
  }
  const range = (min: number) => `<tt:Min>${min}</tt:Min><tt:Max>1</tt:Max>`
  const node =
    `<tptz:PTZNode token="PTZNode_1" FixedHomePosition="false"><tt:Name>PTZNode_1</tt:Name><tt:SupportedPTZSpaces>` +
    `<tt:AbsolutePanTiltPositionSpace><tt:URI>${spaces}/PanTiltSpaces/PositionGenericSpace</tt:URI><tt:XRange>${range(-1)}</tt:XRange><tt:YRange>${range(-1)}</tt:YRange></tt:AbsolutePanTiltPositionSpace>` +
    `<tt:AbsoluteZoomPositionSpace><tt:URI>${spaces}/ZoomSpaces/PositionGenericSpace</tt:URI><tt:XRange>${range(0)}</tt:XRange></tt:AbsoluteZoomPositionSpace>` +
    `<tt:ContinuousPanTiltVelocitySpace><tt:URI>${spaces}/PanTiltSpaces/VelocityGenericSpace</tt:URI><tt:XRange>${range(-1)}</tt:XRange><tt:YRange>${range(-1)}</tt:YRange></tt:ContinuousPanTiltVelocitySpace>` +
    `</tt:SupportedPTZSpaces><tt:MaximumNumberOfPresets>${mostPresets}</tt:MaximumNumberOfPresets><tt:HomeSupported>false</tt:HomeSupported></tptz:PTZNode>`
  const poseXml = ({ x, y, zoom }: Pose) =>
    `<tt:PanTilt x="${x.toFixed(4)}" y="${y.toFixed(4)}" space="${spaces}/PanTiltSpaces/PositionGenericSpace"/>` +
    `<tt:Zoom x="${zoom.toFixed(4)}" space="${spaces}/ZoomSpaces/PositionGenericSpace"/>`

  return {
    GetNodes: () => `<tptz:GetNodesResponse>${node}</tptz:GetNodesResponse>`,
    GetNode: () => `<tptz:GetNodeResponse>${node}</tptz:GetNodeResponse>`,
    GetConfigurations: () =>
      `<tptz:GetConfigurationsResponse><tptz:PTZConfiguration token="PTZConfig_1"><tt:Name>PTZConfig_1</tt:Name><tt:UseCount>2</tt:UseCount>` +
      `<tt:NodeToken>PTZNode_1</tt:NodeToken><tt:DefaultPTZTimeout>PT10S</tt:DefaultPTZTimeout></tptz:PTZConfiguration></tptz:GetConfigurationsResponse>`,
    GetStatus: () => {
      const over = monotonicMs() >= untilMs
      const moving = !over && (speed.x !== 0 || speed.y !== 0)
      const motion = (active: boolean) => (active ? 'MOVING' : 'IDLE')
      return (
        `<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position>${poseXml(now())}</tt:Position>` +
        `<tt:MoveStatus><tt:PanTilt>${motion(moving)}</tt:PanTilt><tt:Zoom>${motion(!over && speed.zoom !== 0)}</tt:Zoom></tt:MoveStatus>` +
        `<tt:UtcTime>${new Date(cameraNowMs(camera)).toISOString()}</tt:UtcTime></tptz:PTZStatus></tptz:GetStatusResponse>`
      )
    },
    ContinuousMove: (request) => {
      // Axes that the request does not name go on as they were.
      const seconds = Number(/^PT([\d.]+)S$/.exec(text(request, 'Timeout') ?? '')?.[1] ?? Number.POSITIVE_INFINITY)
      set(now(), read(request, speed), seconds * 1_000)
      return '<tptz:ContinuousMoveResponse/>'
    },
    AbsoluteMove: (request) => {
      set(read(request, now()), still)
      return '<tptz:AbsoluteMoveResponse/>'
    },
    RelativeMove: (request) => {
      const [here, by] = [now(), read(request, still)]
      set(
        { x: bounded(here.x + by.x, -1), y: bounded(here.y + by.y, -1), zoom: bounded(here.zoom + by.zoom, 0) },
        still,
      )
      return '<tptz:RelativeMoveResponse/>'
    },
    Stop: () => {
      set(now(), still)
      return '<tptz:StopResponse/>'
    },
    GetPresets: () =>
      `<tptz:GetPresetsResponse>${[...presets.values()]
        .map(
          ({ token, name, pose }) =>
            `<tptz:Preset token="${token}"><tt:Name>${escapeXml(name)}</tt:Name><tt:PTZPosition>${poseXml(pose)}</tt:PTZPosition></tptz:Preset>`,
        )
        .join('')}</tptz:GetPresetsResponse>`,
    GotoPreset: (request) => {
      set(need(request).pose, still)
      return '<tptz:GotoPresetResponse/>'
    },
    SetPreset: (request) => {
      const asked = text(request, 'PresetToken')
      const token = asked === undefined ? String(++lastToken) : need(request).token
      const name = text(request, 'PresetName') ?? presets.get(token)?.name ?? `preset ${token}`
      if (!presets.has(token) && presets.size >= mostPresets)
        throw new OnvifFault('ter:TooManyPresets', 'no place left')
      presets.set(token, { token, name, pose: now() })
      return `<tptz:SetPresetResponse><tptz:PresetToken>${token}</tptz:PresetToken></tptz:SetPresetResponse>`
    },
    RemovePreset: (request) => {
      presets.delete(need(request).token)
      return '<tptz:RemovePresetResponse/>'
    },
  }
}
