import type { ZoneFile } from '../contract/zone.ts'
import { type AreaKind, mayFilm } from '../domain/words.ts'

export interface ZoneProblem {
  /** e.g. `cameras[2].area` */
  readonly path: string
  readonly message: string
}

/** Everything that a schema cannot say about a zone file: ids used twice, things in places that do not exist, cameras where none may be. */
export function zoneFileProblems(file: ZoneFile): ZoneProblem[] {
  const problems: ZoneProblem[] = []
  const complain = (path: string, message: string) => problems.push({ path, message })
  const seen = new Map<string, string>()
  const once = (family: string, id: string, path: string) => {
    const key = `${family} ${id}`
    const first = seen.get(key)
    if (first !== undefined) complain(path, `the ${family} id ${id} is already used at ${first}`)
    else seen.set(key, path)
  }

  if (!isTimeZone(file.zone.timeZone)) complain('zone.timeZone', 'not a time zone; write one like Asia/Shanghai')
  const kinds = areaKindsOf(file, once)
  const inArea = (area: string, path: string) => {
    if (!kinds.has(area)) complain(path, `no area ${area} in this file`)
  }

  for (const [i, camera] of file.cameras.entries()) {
    once('camera', camera.id, `cameras[${i}].id`)
    inArea(camera.area, `cameras[${i}].area`)
    const kind = kinds.get(camera.area)
    if (kind !== undefined && !mayFilm(kind))
      complain(`cameras[${i}].area`, `a camera may not be placed in an area of kind ${kind}`)
    if ((camera.address === undefined) === (camera.rtspUrl === undefined))
      complain(`cameras[${i}]`, 'either address (ONVIF) or rtspUrl')
  }
  const sensors = new Set(file.sensors.map(({ id }) => id))
  for (const [i, sensor] of file.sensors.entries()) {
    once('sensor', sensor.id, `sensors[${i}].id`)
    once('sensor candidate', sensor.candidate, `sensors[${i}].candidate`)
    inArea(sensor.area, `sensors[${i}].area`)
  }
  for (const [i, rule] of file.rules.entries()) {
    once('rule', rule.id, `rules[${i}].id`)
    if (!sensors.has(rule.sensorId)) complain(`rules[${i}].sensorId`, `no sensor ${rule.sensorId} in this file`)
  }
  for (const [i, { user }] of file.accounts.entries()) once('account', user, `accounts[${i}].user`)
  return problems
}

function areaKindsOf(file: ZoneFile, once: (family: string, id: string, path: string) => void): Map<string, AreaKind> {
  const kinds = new Map<string, AreaKind>()
  const take = (areas: readonly { id: string; kind: AreaKind }[], path: string) => {
    for (const [i, { id, kind }] of areas.entries()) {
      once('area', id, `${path}.areas[${i}].id`)
      kinds.set(id, kind)
    }
  }
  for (const [i, site] of file.sites.entries()) {
    once('site', site.id, `sites[${i}].id`)
    take(site.areas, `sites[${i}]`)
    for (const [j, workshop] of site.workshops.entries()) {
      once('workshop', workshop.id, `sites[${i}].workshops[${j}].id`)
      take(workshop.areas, `sites[${i}].workshops[${j}]`)
    }
  }
  return kinds
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (cause) {
    if (cause instanceof RangeError) return false
    throw cause
  }
}
