/** A point as InfluxDB's line protocol says it: names and texts without their escapes. */
export interface ParsedLine {
  readonly measurement: string
  readonly tags: ReadonlyMap<string, string>
  /** Numbers as they stand there, texts with their quotes. */
  readonly fields: ReadonlyMap<string, string>
  readonly utcMs: number
}

/**
 * Reads one line, written for tests alone, by the grammar of the manual and not by how our writer works.
 * @throws Error at the first thing that does not belong there
 */
export function parseLine(line: string): ParsedLine {
  let at = 0
  const refuse = (why: string) => new Error(`${why} at ${at} of ${JSON.stringify(line)}`)

  /** Up to one of `ends`, which is not taken. A backslash takes the power of one of `special`, and else stands for itself. */
  function name(ends: string, special: string): string {
    let text = ''
    for (; at < line.length && !ends.includes(line[at] ?? ''); at++) {
      const next = line[at + 1]
      if (line[at] === '\\' && next !== undefined && special.includes(next)) at++
      if (line[at] === '\n' || line[at] === '\r') throw refuse('a line break')
      text += line[at]
    }
    if (text === '') throw refuse('an empty name')
    return text
  }
  function expect(char: string) {
    if (line[at] !== char) throw refuse(`no ${JSON.stringify(char)}`)
    at++
  }
  function fieldValue(): string {
    const from = at
    if (line[at] !== '"') {
      while (at < line.length && !', '.includes(line[at] ?? '')) at++
      const text = line.slice(from, at)
      if (!/^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(text)) throw refuse(`no float: ${text}`)
      return text
    }
    for (at++; line[at] !== '"'; at++) {
      if (at >= line.length || line[at] === '\n') throw refuse('a text without an end')
      if (line[at] === '\\') at++
    }
    at++
    return line.slice(from, at)
  }

  const measurement = name(', ', ', ')
  const tags = new Map<string, string>()
  while (line[at] === ',') {
    at++
    const key = name('=, ', ',= ')
    expect('=')
    if (tags.has(key)) throw refuse(`the tag ${key} again`)
    tags.set(key, name(', =', ',= '))
  }
  expect(' ')
  const fields = new Map<string, string>()
  do {
    const key = name('=, ', ',= ')
    expect('=')
    fields.set(key, fieldValue())
  } while (line[at] === ',' && ++at > 0)
  expect(' ')
  const time = line.slice(at)
  if (!/^-?\d+$/.test(time)) throw refuse(`no time: ${time}`)
  return { measurement, tags, fields, utcMs: Number(time) }
}
