import type { CameraCandidate } from '../contract/camera.ts'
import type { UtcMs } from '../domain/units.ts'
import type { ProbeMatch } from './probe-matches.ts'

/** Devices that answered and are remembered, by endpoint reference. */
export interface CandidateBook {
  /** Marks the start of a scan. */
  beginScan(): void
  /** @returns whether the book now says something new; `full` when there was no room for a new device */
  note(match: ProbeMatch, nowUtcMs: UtcMs): 'new' | 'changed' | 'same' | 'full'
  /** Forgets who was silent for too many scans. @returns how many */
  endScan(): number
  list(): Omit<CameraCandidate, 'cameraId'>[]
}

interface Entry extends ProbeMatch {
  readonly firstSeenUtcMs: UtcMs
  readonly lastSeenUtcMs: UtcMs
  readonly scan: number
}

/** @param keepScans how many scans a silent device is remembered @param most how many devices fit; a flood of false ones must not eat the memory */
export function candidateBook({ keepScans, most }: { keepScans: number; most: number }): CandidateBook {
  const entries = new Map<string, Entry>()
  let scan = 0
  return {
    beginScan() {
      scan++
    },
    note(match, nowUtcMs) {
      const before = entries.get(match.endpoint)
      if (!before && entries.size >= most) return 'full'
      // Two answers to one scan (two probes, two network cards): the first stands, so that a list does not flicker.
      const same = before !== undefined && (before.scan === scan || sameFacts(before, match))
      const facts = same ? before : match
      const { endpoint, address, name, hardware, location } = facts
      const firstSeenUtcMs = before?.firstSeenUtcMs ?? nowUtcMs
      entries.set(endpoint, {
        endpoint,
        address,
        name,
        hardware,
        location,
        firstSeenUtcMs,
        lastSeenUtcMs: nowUtcMs,
        scan,
      })
      return same ? 'same' : before ? 'changed' : 'new'
    },
    endScan() {
      const silent = [...entries.values()].filter((entry) => scan - entry.scan >= keepScans)
      for (const entry of silent) entries.delete(entry.endpoint)
      return silent.length
    },
    list: () =>
      [...entries.values()]
        .map(({ scan: _scan, ...candidate }) => candidate)
        .sort((a, b) => a.firstSeenUtcMs - b.firstSeenUtcMs || a.endpoint.localeCompare(b.endpoint)),
  }
}

const sameFacts = (a: ProbeMatch, b: ProbeMatch) =>
  a.address === b.address && a.name === b.name && a.hardware === b.hardware && a.location === b.location
