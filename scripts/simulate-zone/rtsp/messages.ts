export interface RtspRequest {
  readonly method: string
  readonly url: string
  readonly headers: ReadonlyMap<string, string>
}

const maxRequestBytes = 32_768

/** Cuts requests out of a TCP stream and skips the client's own interleaved packets (receiver reports). */
export function requestReader(): (bytes: Buffer) => RtspRequest[] {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const requests: RtspRequest[] = []
    while (rest.length >= 4) {
      if (rest.readUInt8(0) === 0x24) {
        const end = 4 + rest.readUInt16BE(2)
        if (rest.length < end) break
        rest = rest.subarray(end)
        continue
      }
      const headEnd = rest.indexOf('\r\n\r\n')
      if (headEnd < 0) break
      const [first = '', ...lines] = rest.toString('utf8', 0, headEnd).split('\r\n')
      const headers = new Map<string, string>()
      for (const line of lines) {
        const colon = line.indexOf(':')
        if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
      }
      const end = headEnd + 4 + Math.max(0, Number(headers.get('content-length') ?? 0) || 0)
      if (end <= maxRequestBytes && rest.length < end) break
      const [method = '', url = ''] = first.split(' ')
      requests.push({ method, url, headers })
      rest = rest.subarray(end)
    }
    if (rest.length > maxRequestBytes) throw new Error('an RTSP request is larger than 32 KiB')
    return requests
  }
}

const reasons: Record<number, string> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  461: 'Unsupported Transport',
  501: 'Not Implemented',
}

export function response(
  status: number,
  cseq: string | undefined,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Buffer {
  const lines = [`RTSP/1.0 ${status} ${reasons[status] ?? 'Error'}`, `CSeq: ${cseq ?? '0'}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  if (body) lines.push('Content-Type: application/sdp', `Content-Length: ${Buffer.byteLength(body)}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
