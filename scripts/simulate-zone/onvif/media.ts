import type { CameraSpec } from '../cameras.ts'
import type { Operations } from './device.ts'
import { text } from './soap.ts'

export interface ProfileFacts {
  readonly token: 'main' | 'sub' | 'third'
  readonly codec: 'h264' | 'h265'
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly kbps: number
}

/** Thrown by an operation to answer with a SOAP fault. */
export class OnvifFault extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const source = (profile: ProfileFacts): string =>
  `<tt:Name>VideoSource_1</tt:Name><tt:UseCount>2</tt:UseCount><tt:SourceToken>VideoSource_1</tt:SourceToken>` +
  `<tt:Bounds x="0" y="0" width="${profile.width}" height="${profile.height}"/>`

function encoder({ codec, width, height, fps, kbps, token }: ProfileFacts, gopSeconds: number): string {
  // ver10 knows no H.265; cameras write it all the same when they have no ver20 media service.
  const govLength = Math.round(fps * gopSeconds)
  const h264 = `<tt:H264><tt:GovLength>${govLength}</tt:GovLength><tt:H264Profile>High</tt:H264Profile></tt:H264>`
  return (
    `<tt:Name>Encoder_${token}</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>${codec.toUpperCase()}</tt:Encoding>` +
    `<tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution><tt:Quality>5</tt:Quality>` +
    `<tt:RateControl><tt:FrameRateLimit>${fps}</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval>` +
    `<tt:BitrateLimit>${kbps}</tt:BitrateLimit></tt:RateControl>${codec === 'h264' ? h264 : ''}` +
    `<tt:SessionTimeout>PT60S</tt:SessionTimeout>`
  )
}

/** @param rtspBase e.g. `rtsp://127.0.0.1:18003` */
export function mediaService(
  camera: CameraSpec,
  profiles: readonly [ProfileFacts, ...ProfileFacts[]],
  base: string,
  rtspBase: string,
): Operations {
  const [main] = profiles
  const profileXml = (element: string, profile: ProfileFacts) =>
    `<trt:${element} token="${profile.token}" fixed="true"><tt:Name>${profile.token}</tt:Name>` +
    `<tt:VideoSourceConfiguration token="VideoSourceConfig_1">${source(main)}</tt:VideoSourceConfiguration>` +
    `<tt:VideoEncoderConfiguration token="Encoder_${profile.token}">${encoder(profile, camera.gopSeconds)}</tt:VideoEncoderConfiguration>` +
    (camera.ptz
      ? '<tt:PTZConfiguration token="PTZConfig_1"><tt:Name>PTZConfig_1</tt:Name><tt:UseCount>2</tt:UseCount><tt:NodeToken>PTZNode_1</tt:NodeToken></tt:PTZConfiguration>'
      : '') +
    `</trt:${element}>`
  const asked = (request: string): ProfileFacts => {
    const token = text(request, 'ProfileToken')
    const profile = profiles.find((each) => each.token === token)
    if (!profile) throw new OnvifFault('ter:NoProfile', `no profile ${token ?? ''}`)
    return profile
  }
  const mediaUri = (response: string, uri: string) =>
    `<trt:${response}><trt:MediaUri><tt:Uri>${uri}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>` +
    `<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:${response}>`
  const encoders = (response: string) =>
    `<trt:${response}>${profiles
      .map(
        (each) =>
          `<trt:Configurations token="Encoder_${each.token}">${encoder(each, camera.gopSeconds)}</trt:Configurations>`,
      )
      .join('')}</trt:${response}>`
  return {
    GetProfiles: () =>
      `<trt:GetProfilesResponse>${profiles.map((each) => profileXml('Profiles', each)).join('')}</trt:GetProfilesResponse>`,
    GetProfile: (request) =>
      `<trt:GetProfileResponse>${profileXml('Profile', asked(request))}</trt:GetProfileResponse>`,
    GetVideoSources: () =>
      `<trt:GetVideoSourcesResponse><trt:VideoSources token="VideoSource_1"><tt:Framerate>${main.fps}</tt:Framerate>` +
      `<tt:Resolution><tt:Width>${main.width}</tt:Width><tt:Height>${main.height}</tt:Height></tt:Resolution></trt:VideoSources>` +
      `</trt:GetVideoSourcesResponse>`,
    GetVideoSourceConfigurations: () =>
      `<trt:GetVideoSourceConfigurationsResponse><trt:Configurations token="VideoSourceConfig_1">${source(main)}</trt:Configurations>` +
      `</trt:GetVideoSourceConfigurationsResponse>`,
    GetVideoEncoderConfigurations: () => encoders('GetVideoEncoderConfigurationsResponse'),
    GetStreamUri: (request) => mediaUri('GetStreamUriResponse', `${rtspBase}/${asked(request).token}`),
    GetSnapshotUri: (request) => {
      asked(request)
      return mediaUri('GetSnapshotUriResponse', `${base}/snapshot.jpg`)
    },
  }
}
