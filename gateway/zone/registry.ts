import type { Area, Workshop, Zone, ZoneFile } from '../contract/zone.ts'
import { Failure } from '../domain/failure.ts'
import type { AreaKind } from '../domain/words.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { zoneFileProblems } from './check.ts'

/** Ids on the way from the zone to an area; `workshop` is null for a public area. Used as metric tags. */
export interface AreaPath {
  readonly zone: string
  readonly site: string
  readonly workshop: string | null
  readonly area: string
}

/** What is where. Small and read often; changed only by an import. */
export interface ZoneRegistry {
  tree(): Zone
  /** IANA name. */
  timeZone(): string
  areaKind(areaId: string): AreaKind | undefined
  areaPath(areaId: string): AreaPath | undefined
  /** No zone was imported yet. */
  isEmpty(): boolean
  /**
   * Takes the sites, workshops and areas of a zone file, in one transaction. Its cameras, sensors, rules and accounts are checked
   * against them here, and imported by their own modules.
   * @throws Failure conflict (`zone-not-empty`); invalid (`zone-invalid`) with every problem, one a line, as `path: message`
   */
  importZone(file: ZoneFile): void
}

/** The answer before anything was imported. */
const emptyZone: Zone = { id: 'zone', name: 'Zone', timeZone: 'Asia/Shanghai', sites: [] }

export function zoneRegistry({ store, tools }: { store: Store; tools: Tools }): ZoneRegistry {
  const { db } = store
  const findZone = db.prepare<[], { id: string; name: string; timeZone: string }>(
    'SELECT id, name, time_zone AS timeZone FROM zone',
  )
  const findArea = db.prepare<[string], { site: string; workshop: string | null; area: string; kind: AreaKind }>(
    'SELECT site_id AS site, workshop_id AS workshop, id AS area, kind FROM area WHERE id = ?',
  )
  const isEmpty = () => findZone.get() === undefined

  return {
    isEmpty,
    tree() {
      const zone = findZone.get()
      return zone === undefined ? emptyZone : { ...zone, sites: readSites(store) }
    },
    timeZone: () => findZone.get()?.timeZone ?? emptyZone.timeZone,
    areaKind: (areaId) => findArea.get(areaId)?.kind,
    areaPath(areaId) {
      const zone = findZone.get()
      const found = findArea.get(areaId)
      if (zone === undefined || found === undefined) return undefined
      return { zone: zone.id, site: found.site, workshop: found.workshop, area: found.area }
    },
    importZone(file) {
      const problems = zoneFileProblems(file)
      if (problems.length > 0) {
        const message = problems.map(({ path, message }) => `${path}: ${message}`).join('\n')
        throw new Failure('invalid', 'zone-invalid', message, { problems: problems.length })
      }
      store.transaction(() => {
        if (!isEmpty()) throw new Failure('conflict', 'zone-not-empty', 'this gateway already has a zone')
        writeZone(store, file)
      })
      tools.log.info({ zone: file.zone.id, sites: file.sites.length }, 'zone imported')
    },
  }
}

function readSites({ db }: Store): Zone['sites'] {
  const sites = db.prepare<[], { id: string; name: string }>('SELECT id, name FROM site ORDER BY position').all()
  const workshops = db
    .prepare<[], Omit<Workshop, 'licence' | 'areas'> & Workshop['licence'] & { siteId: string }>(
      `SELECT id, site_id AS siteId, name, product, business_licence AS businessLicence, permit, permit_until AS permitUntil
       FROM workshop ORDER BY position`,
    )
    .all()
  const areas = db
    .prepare<[], Area & { siteId: string; workshopId: string | null }>(
      'SELECT id, name, kind, site_id AS siteId, workshop_id AS workshopId FROM area ORDER BY position',
    )
    .all()
  const areasOf = (siteId: string, workshopId: string | null): Area[] =>
    areas
      .filter((area) => area.siteId === siteId && area.workshopId === workshopId)
      .map(({ id, name, kind }) => ({ id, name, kind }))

  return sites.map((site) => ({
    ...site,
    areas: areasOf(site.id, null),
    workshops: workshops
      .filter(({ siteId }) => siteId === site.id)
      .map(({ siteId, businessLicence, permit, permitUntil, ...workshop }) => ({
        ...workshop,
        licence: { businessLicence, permit, permitUntil },
        areas: areasOf(siteId, workshop.id),
      })),
  }))
}

function writeZone({ db }: Store, { zone, sites }: ZoneFile) {
  const addSite = db.prepare('INSERT INTO site (id, name, position) VALUES (?, ?, ?)')
  const addWorkshop = db.prepare(
    `INSERT INTO workshop (id, site_id, name, product, business_licence, permit, permit_until, position)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addArea = db.prepare(
    'INSERT INTO area (id, site_id, workshop_id, name, kind, position) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const addAreas = (siteId: string, workshopId: string | null, areas: readonly Area[]) => {
    for (const [position, { id, name, kind }] of areas.entries())
      addArea.run(id, siteId, workshopId, name, kind, position)
  }

  db.prepare('INSERT INTO zone (one, id, name, time_zone) VALUES (1, ?, ?, ?)').run(zone.id, zone.name, zone.timeZone)
  for (const [position, site] of sites.entries()) {
    addSite.run(site.id, site.name, position)
    addAreas(site.id, null, site.areas)
    for (const [position, workshop] of site.workshops.entries()) {
      const { id, name, product, businessLicence, permit, permitUntil } = workshop
      addWorkshop.run(
        id,
        site.id,
        name,
        product ?? null,
        businessLicence ?? null,
        permit ?? null,
        permitUntil ?? null,
        position,
      )
      addAreas(site.id, id, workshop.areas)
    }
  }
}
