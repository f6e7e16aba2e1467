import type { Clip } from '../video/mp4-reader.ts'
import { payloadType } from './playout.ts'

const base64 = (nal: Buffer | undefined): string => (nal ?? Buffer.alloc(0)).toString('base64')

function formatLines(clip: Clip): string[] {
  if (clip.codec === 'h265') {
    const [vps, sps, pps] = clip.parameterSets
    return [
      `a=rtpmap:${payloadType} H265/90000`,
      `a=fmtp:${payloadType} sprop-vps=${base64(vps)}; sprop-sps=${base64(sps)}; sprop-pps=${base64(pps)}`,
    ]
  }
  const level = clip.parameterSets[0]?.toString('hex', 1, 4) ?? '640028'
  return [
    `a=rtpmap:${payloadType} H264/90000`,
    `a=fmtp:${payloadType} packetization-mode=1; profile-level-id=${level}; sprop-parameter-sets=${clip.parameterSets.map(base64).join(',')}`,
  ]
}

/** Session description of one video stream (RFC 8866; RFC 6184, 8.2; RFC 7798, 7.1). */
export function describe(clip: Clip, name: string, host: string): string {
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    `s=${name}`,
    `c=IN IP4 ${host}`,
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    `m=video 0 RTP/AVP ${payloadType}`,
    ...formatLines(clip),
    'a=recvonly',
    'a=control:trackID=1',
  ]
  return `${lines.join('\r\n')}\r\n`
}
