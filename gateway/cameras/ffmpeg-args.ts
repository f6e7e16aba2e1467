/** How ffmpeg is asked to read a camera by copy. */

export interface StreamAddress {
  /** `rtsp://` or `rtsps://`, without user info. */
  readonly url: string
  readonly user: string
  readonly password: string
}

/** Silence after which ffmpeg itself gives up, in microseconds. The reader's own watchdog is earlier, and knows why. */
const socketTimeoutMicros = 15_000_000

/**
 * ffmpeg reads the address from its standard input as a concat script (ffmpeg-formats, section concat): an address with a password
 * in the argument list could be read by every user of the machine.
 */
export function concatScript({ url, user, password }: StreamAddress): string {
  const address = new URL(url)
  const login = user === '' ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`
  const whole = `${address.protocol}//${login}${address.host}${address.pathname}${address.search}`
  const options = [
    'rtsp_transport tcp',
    `timeout ${socketTimeoutMicros}`,
    // No `nobuffer`: it throws away what was read to find the parameters, and with it the keyframe that a camera sends first.
    // Enough for the parameter sets and the frame rate; the default of 5 s is felt at every reconnect.
    'analyzeduration 1000000',
    'fpsprobesize 0',
  ]
  return [
    'ffconcat version 1.0',
    `file '${whole.replaceAll("'", '%27')}'`,
    ...options.map((option) => `option ${option}`),
    '',
  ].join('\n')
}

/** First video track only, never audio: G.711 would make the MP4 muxer refuse everything. One frame a fragment. */
export const readerArgs: readonly string[] = [
  ['-hide_banner', '-loglevel', 'warning', '-nostats'],
  ['-protocol_whitelist', 'pipe,rtsp,rtsps,tcp,tls,udp,rtp,srtp,crypto'],
  ['-analyzeduration', '0', '-fpsprobesize', '0'],
  ['-f', 'concat', '-safe', '0', '-i', 'pipe:0'],
  ['-map', '0:v:0', '-c', 'copy', '-an', '-sn', '-dn'],
  ['-f', 'mp4', '-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-flush_packets', '1', 'pipe:1'],
].flat()
