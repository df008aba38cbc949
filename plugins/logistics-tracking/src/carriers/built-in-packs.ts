import type { CarrierPack } from './carrier-pack.ts'
import seventeenTrack from './packs/17track.json' with { type: 'json' }
import fiftyOneTracking from './packs/51tracking.json' with { type: 'json' }
import aftership from './packs/aftership.json' with { type: 'json' }
import common from './packs/common.json' with { type: 'json' }
import easypost from './packs/easypost.json' with { type: 'json' }
import kuaidi100 from './packs/kuaidi100.json' with { type: 'json' }
import shippo from './packs/shippo.json' with { type: 'json' }
import yunda from './packs/yunda.json' with { type: 'json' }

/** Each fits `schemas/carrier-map.json`, as what other plugins put in must. */
const packs = [
  common,
  aftership,
  easypost,
  shippo,
  kuaidi100,
  fiftyOneTracking,
  seventeenTrack,
  yunda,
] as unknown as readonly CarrierPack[]

export const builtInPacks: ReadonlyMap<string, CarrierPack> = new Map(
  packs.map((pack) => [pack.id, pack]),
)
