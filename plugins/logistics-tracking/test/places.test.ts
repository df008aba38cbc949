import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { convertCoordinates } from '../src/places/convert-coordinates.ts'
import { geohash } from '../src/places/geohash.ts'
import { haversineMetres } from '../src/places/haversine.ts'
import { isInPolygon } from '../src/places/point-in-polygon.ts'
import { casesMissing, readCase } from './logistics-cases.ts'

const names = {
  WGS84: 'wgs84',
  GCJ02: 'gcj02',
  BD09: 'bd09',
  BD09MC: 'bd09mc',
  EPSG3857: 'mercator',
} as const

t.test('all cities stand in every system where they should', { skip: casesMissing }, (t) => {
  const cities = readCase('cn_coords.json')
  let worst = 0
  for (const { coords } of cities) {
    for (const from of ['WGS84', 'GCJ02', 'BD09'] as const) {
      for (const [to, name] of Object.entries(names)) {
        const [x, y] = convertCoordinates(coords[from], names[from], name)
        const metres = name === 'bd09mc' || name === 'mercator'
        const scale = metres ? 1 / 111_000 : 1
        const off = Math.max(Math.abs(x - coords[to][0]), Math.abs(y - coords[to][1])) * scale
        // Back from a shifted system is an iteration; a millionth of a degree is a tenth of a metre, as the cases are rounded.
        worst = Math.max(worst, off)
      }
    }
  }
  t.equal(cities.length, 166)
  t.ok(worst < 2e-5, `at most ${worst} of a degree off`)
  t.end()
})

t.test('distances, geohashes and polygons have known answers', (t) => {
  // Shanghai to Beijing, by the sphere of radius 6371.0088 km.
  t.ok(Math.abs(haversineMetres(121.4737, 31.2304, 116.4074, 39.9042) - 1_067_310) < 500)
  t.equal(haversineMetres(0, 0, 180, 0), Math.PI * 6_371_008.8)
  t.equal(geohash(-5.6, 42.6, 5), 'ezs42')
  t.equal(geohash(10.40744, 57.64911, 11), 'u4pruydqqvj')
  const ring = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ] as const
  const hole = [
    [4, 4],
    [6, 4],
    [6, 6],
    [4, 6],
  ] as const
  t.equal(isInPolygon([5, 2], [ring, hole]), true)
  t.equal(isInPolygon([5, 5], [ring, hole]), false)
  t.equal(isInPolygon([10, 5], [ring, hole]), true, 'an edge is in')
  t.equal(isInPolygon([11, 5], [ring, hole]), false)
  t.end()
})

t.test('a geohash begins with every shorter one, and no place is away from itself', (t) => {
  const longitude = fc.double({ min: -180, max: 180, noNaN: true })
  fc.assert(
    fc.property(longitude, fc.double({ min: -90, max: 90, noNaN: true }), (lon, lat) => {
      const isShort = geohash(lon, lat, 12).startsWith(geohash(lon, lat, 5))
      return isShort && haversineMetres(lon, lat, lon, lat) === 0
    }),
  )
  t.end()
})
