/** Fields in the order in which the pre-hash string has them, with those within them. */
export type PropertyOrder = readonly (readonly [name: string, within?: PropertyOrder])[]

const epcs: PropertyOrder = [['epc']]
const quantities: PropertyOrder = [['quantityElement', [['epcClass'], ['quantity'], ['uom']]]]

/**
 * The canonical property order of CBV 2.0 §8.9.2. Business transactions, sources, destinations and ILMD are not in it:
 * the reference implementation (1.9.3) sorts them with the user extensions at the end, and has `certificationInfo` and
 * `parentID` before the lists of EPCs.
 */
export const propertyOrder: PropertyOrder = [
  ['eventTime'],
  ['eventTimeZoneOffset'],
  ['certificationInfo'],
  ['parentID'],
  ['epcList', epcs],
  ['inputEPCList', epcs],
  ['childEPCs', epcs],
  ['quantityList', quantities],
  ['childQuantityList', quantities],
  ['inputQuantityList', quantities],
  ['outputEPCList', epcs],
  ['outputQuantityList', quantities],
  ['action'],
  ['transformationID'],
  ['bizStep'],
  ['disposition'],
  ['persistentDisposition', [['set'], ['unset']]],
  ['readPoint', [['id']]],
  ['bizLocation', [['id']]],
  [
    'sensorElementList',
    [
      [
        'sensorElement',
        [
          [
            'sensorMetadata',
            [
              ['time'],
              ['startTime'],
              ['endTime'],
              ['deviceID'],
              ['deviceMetadata'],
              ['rawData'],
              ['dataProcessingMethod'],
              ['bizRules'],
            ],
          ],
          [
            'sensorReport',
            [
              ['type'],
              ['exception'],
              ['deviceID'],
              ['deviceMetadata'],
              ['rawData'],
              ['dataProcessingMethod'],
              ['time'],
              ['microorganism'],
              ['chemicalSubstance'],
              ['value'],
              ['component'],
              ['stringValue'],
              ['booleanValue'],
              ['hexBinaryValue'],
              ['uriValue'],
              ['minValue'],
              ['maxValue'],
              ['meanValue'],
              ['sDev'],
              ['percRank'],
              ['percValue'],
              ['uom'],
              ['coordinateReferenceSystem'],
            ],
          ],
        ],
      ],
    ],
  ],
]
