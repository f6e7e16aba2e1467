import { stringify } from 'yaml'
import type { Zone, ZoneFile } from '../contract/zone.ts'

/** What other modules know of the zone, without passwords. */
export type ZoneDevices = Pick<ZoneFile, 'cameras' | 'sensors' | 'rules'>

/** The whole zone as a file that a second zone can start from. Passwords and accounts never leave the gateway. */
export function exportZone(tree: Zone, { cameras, sensors, rules }: ZoneDevices): ZoneFile {
  const { id, name, timeZone } = tree
  return {
    zone: { id, name, timeZone },
    sites: tree.sites.map((site) => ({
      id: site.id,
      name: site.name,
      areas: site.areas,
      workshops: site.workshops.map(({ id, name, product, licence, areas }) => ({
        id,
        name,
        product: product ?? undefined,
        businessLicence: licence.businessLicence ?? undefined,
        permit: licence.permit ?? undefined,
        permitUntil: licence.permitUntil ?? undefined,
        areas,
      })),
    })),
    cameras: cameras.map((camera) => ({ ...camera, password: '' })),
    sensors,
    rules,
    accounts: [],
  }
}

/** zone.yaml text. */
export const zoneYaml = (file: ZoneFile): string =>
  `# Passwords and accounts are not exported: add them before you import this file.\n${stringify(file)}`
