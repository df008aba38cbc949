/** What is watched; the words of the event `logistics.sensor.alarm`. */
export type Measure = 'temperature' | 'humidity' | 'shock' | 'light' | 'pressure'

interface MeasureRule {
  /** Of the GS1 Web Vocabulary. */
  readonly type: string
  /** The unit in which it is kept and limited. */
  readonly unit: string
  /** Units of UN/ECE Rec. 20: kept = given × factor + offset. */
  readonly units: Readonly<Record<string, readonly [factor: number, offset: number]>>
}

export const measures: Readonly<Record<Measure, MeasureRule>> = {
  temperature: {
    type: 'Temperature',
    unit: 'CEL',
    units: { CEL: [1, 0], KEL: [1, -273.15], FAH: [5 / 9, (-32 * 5) / 9] },
  },
  humidity: { type: 'RelativeHumidity', unit: 'P1', units: { P1: [1, 0], A62: [100, 0] } },
  shock: { type: 'Acceleration', unit: 'MSK', units: { MSK: [1, 0], K40: [9.80665, 0] } },
  light: { type: 'Illuminance', unit: 'LUX', units: { LUX: [1, 0], KLX: [1000, 0] } },
  pressure: {
    type: 'Pressure',
    unit: 'PAL',
    units: {
      PAL: [1, 0],
      A97: [100, 0],
      KPA: [1000, 0],
      MBR: [100, 0],
      BAR: [100_000, 0],
      ATM: [101_325, 0],
    },
  },
}

const byType: ReadonlyMap<string, Measure> = new Map(
  Object.entries(measures).map(([measure, { type }]) => [
    `https://gs1.org/voc/${type}`,
    measure as Measure,
  ]),
)

/** @param type of a sensor report, in its standard name */
export function measureOf(type: string): Measure | undefined {
  return byType.get(type)
}

/** A value in the unit in which its measure is kept; undefined for a unit of something else. */
export function inUnit(measure: Measure, value: number, unit: string): number | undefined {
  const conversion = measures[measure].units[unit]
  return conversion === undefined ? undefined : value * conversion[0] + conversion[1]
}
