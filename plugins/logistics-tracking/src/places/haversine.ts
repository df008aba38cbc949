/** Mean radius of the earth in metres (IUGG, R₁). */
const RADIUS_M = 6_371_008.8

/** Great-circle distance in metres on a sphere (haversine formula, Sinnott 1984); on the real earth within 0.6 %. */
export function haversineMetres(lon1: number, lat1: number, lon2: number, lat2: number): number {
  const phi = radians(lat2 - lat1)
  const lambda = radians(lon2 - lon1)
  const a =
    Math.sin(phi / 2) ** 2 +
    Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(lambda / 2) ** 2
  return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(a)))
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
