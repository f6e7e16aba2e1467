import {
  bakery,
  boilerRoom,
  coolingRoom,
  dryingRoom,
  kettleRoom,
  noodleHall,
  packingRoom,
  skinRoom,
} from './workshops.ts'
import { coldStore, corridor, gate, jarRoom, lab, outfall, road, wasteRoom } from './surroundings.ts'
import { paths, type Scene, shade } from './scenery.ts'

const scenes = {
  gate,
  road,
  corridor,
  lab,
  outfall,
  waste: wasteRoom,
  noodles: noodleHall,
  drying: dryingRoom,
  packing: packingRoom,
  cooling: coolingRoom,
  oven: bakery,
  boiler: boilerRoom,
  skins: skinRoom,
  coldStore,
  jars: jarRoom,
  kettles: kettleRoom,
}
export type SceneName = keyof typeof scenes

/** @param loopSeconds length of the clip; every motion closes after it */
export function drawScene(name: SceneName, loopSeconds: number): Scene {
  const scene = scenes[name](paths(loopSeconds))
  shade(scene.backdrop)
  return scene
}
