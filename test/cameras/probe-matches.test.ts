import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { candidateBook } from '../../gateway/cameras/candidates.ts'
import { largestAnswerBytes, readProbeMatches } from '../../gateway/cameras/probe-matches.ts'
import { match, probeMatches } from './responder.ts'

const asked = new Set(['urn:uuid:ours'])
const read = (xml: string, sender = '10.0.0.9') => readProbeMatches(Buffer.from(xml), sender, asked)

describe('a WS-Discovery answer', () => {
  test('is read with its scopes', () => {
    const xml = probeMatches('urn:uuid:ours', [
      match({
        endpoint: 'urn:uuid:1',
        xAddrs: 'http://[fe80::2]/onvif/device_service http://10.0.0.9:8000/onvif/device_service',
        scopes:
          'onvif://www.onvif.org/name/%E7%85%AE%E6%B5%86 onvif://www.onvif.org/hardware/DS-2CD onvif://www.onvif.org/location/100%',
      }),
    ])
    expect(read(xml)).toEqual({
      matches: [
        {
          endpoint: 'urn:uuid:1',
          address: 'http://10.0.0.9:8000/onvif/device_service',
          name: '煮浆',
          hardware: 'DS-2CD',
          location: '100%',
        },
      ],
      refusals: [],
    })
  })

  test('may hold two devices, of which one names a foreign host', () => {
    const xml = probeMatches('urn:uuid:ours', [
      match({ endpoint: 'urn:uuid:1', xAddrs: 'http://10.0.0.9/a' }),
      match({ endpoint: 'urn:uuid:2', xAddrs: 'http://10.0.0.9/b' }),
      match({ endpoint: 'urn:uuid:3', xAddrs: 'http://evil.example/c' }),
    ])
    const { matches, refusals } = read(xml)
    expect(matches.map(({ endpoint, address }) => [endpoint, address])).toEqual([
      ['urn:uuid:1', 'http://10.0.0.9/a'],
      ['urn:uuid:2', 'http://10.0.0.9/b'],
    ])
    expect(refusals).toEqual(['foreign-host'])
  })

  test.each([
    ['', 'garbage'],
    ['not xml at all', 'garbage'],
    ['<a/>', 'garbage'],
    ['<Envelope><Body/></Envelope>', 'garbage'],
    ['<Envelope><Body><ProbeMatches/></Body></Envelope>', 'garbage'],
    [probeMatches('urn:uuid:ours', [match({ endpoint: '', xAddrs: 'http://10.0.0.9/' })]), 'garbage'],
    [probeMatches('urn:uuid:ours', [match({ endpoint: 'urn:uuid:1', xAddrs: '' })]), 'garbage'],
    [probeMatches('urn:uuid:ours', [match({ endpoint: 'urn:uuid:1', xAddrs: '::: http://10.0.0.9/;rm' })]), 'garbage'],
    [probeMatches('urn:uuid:theirs', [match({ endpoint: 'urn:uuid:1', xAddrs: 'http://10.0.0.9/' })]), 'not-asked'],
    [probeMatches('urn:uuid:ours', [match({ endpoint: 'urn:uuid:1', xAddrs: 'http://10.0.0.10/' })]), 'foreign-host'],
    [`<Envelope>${' '.repeat(largestAnswerBytes)}</Envelope>`, 'too-large'],
  ])('%# is refused', (xml, refusal) => {
    expect(read(xml)).toEqual({ matches: [], refusals: [refusal] })
  })

  test('of any bytes never throws', () => {
    const good = Buffer.from(
      probeMatches('urn:uuid:ours', [match({ endpoint: 'urn:uuid:1', xAddrs: 'http://10.0.0.9/' })]),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(readProbeMatches(bytes, '10.0.0.9', asked).matches).toEqual([])
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.nat(good.length),
        (edits, length) => {
          const bytes = Uint8Array.from(good.subarray(0, length))
          for (const [at, value] of edits) if (at < length) bytes[at] = value
          for (const found of readProbeMatches(bytes, '10.0.0.9', asked).matches)
            expect(new URL(found.address).hostname).toBe('10.0.0.9')
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('the book of candidates', () => {
  const device = (n: number, address = `http://10.0.0.${n}/`) => ({
    endpoint: `urn:uuid:${n}`,
    address,
    name: null,
    hardware: null,
    location: null,
  })

  test('keeps the first answer of a scan, takes a new address in the next, and forgets after ten silent scans', () => {
    const book = candidateBook({ keepScans: 10, most: 3 })
    book.beginScan()
    expect(book.note(device(1), 1_000)).toBe('new')
    expect(book.note(device(1, 'http://10.0.0.99/'), 1_001)).toBe('same')
    expect(book.list()).toMatchObject([{ address: 'http://10.0.0.1/', firstSeenUtcMs: 1_000, lastSeenUtcMs: 1_001 }])
    book.beginScan()
    expect(book.note(device(1, 'http://10.0.0.99/'), 2_000)).toBe('changed')
    for (let silent = 1; silent <= 9; silent++) {
      book.beginScan()
      expect(book.endScan()).toBe(0)
    }
    expect(book.list()).toMatchObject([{ address: 'http://10.0.0.99/', firstSeenUtcMs: 1_000, lastSeenUtcMs: 2_000 }])
    book.beginScan()
    expect(book.endScan()).toBe(1)
    expect(book.list()).toEqual([])
  })

  test('has room for a fixed number', () => {
    const book = candidateBook({ keepScans: 10, most: 3 })
    book.beginScan()
    expect([1, 2, 3, 4, 1].map((n) => book.note(device(n), 1_000))).toEqual(['new', 'new', 'new', 'full', 'same'])
    expect(book.list()).toHaveLength(3)
  })
})
