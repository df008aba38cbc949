import {
  allOf,
  anyOf,
  boolean,
  hexadecimal,
  instant,
  listOf,
  number,
  object,
  oneOf,
  record,
  text,
  unitCode,
  uri,
  when,
  word,
  zoneOffset,
} from './checks.ts'
import type { Check } from './faults.ts'

/** Words of CBV 1.x in full, for which EPCIS 2.0 has bare ones. */
const olderVocabulary = /^(?:urn:epcglobal:cbv|https?:\/\/ns\.gs1\.org\/cbv\/)/
const webVocabulary = /^https?:\/\/(?:www\.)?gs1\.org\/voc\//

const context = anyOf(
  'must be an address, an object, or a list of them',
  uri,
  object,
  listOf(anyOf('', uri, object), { unique: true }),
)

const errorDeclaration = record(
  {
    declarationTime: instant,
    reason: word('errorReason', olderVocabulary),
    correctiveEventIDs: listOf(uri),
  },
  { required: ['declarationTime'] },
)

/** EPCIS 2.0 §7.4.1: fields of all events. */
const common = {
  '@context': context,
  type: text,
  eventTime: instant,
  recordTime: instant,
  eventTimeZoneOffset: zoneOffset,
  eventID: uri,
  certificationInfo: anyOf('must be a URI or a list of them', uri, listOf(uri)),
  errorDeclaration,
}
const commonRequired = ['type', 'eventTime', 'eventTimeZoneOffset']

const quantity = record(
  { epcClass: uri, quantity: number, uom: unitCode },
  { required: ['epcClass'], others: 'none' },
)
const uris = listOf(uri)
const epcs = listOf(uri, { unique: true })
const quantities = listOf(quantity)

const disposition = word('disposition', olderVocabulary)
const dispositions = listOf(disposition, { least: 1, unique: true })
const persistentDisposition = allOf(
  record({ set: dispositions, unset: dispositions }, { others: 'none' }),
  when(({ set, unset }) => set !== undefined || unset !== undefined, 'must have set or unset'),
)
const place = record({ id: uri }, { required: ['id'], others: 'any' })
const bizTransaction = record(
  { type: word('bizTransactionType', olderVocabulary), bizTransaction: uri },
  { required: ['bizTransaction'], others: 'none' },
)
const sourceDestType = word('sourceDestType', olderVocabulary)
const source = record(
  { type: sourceDestType, source: uri },
  { required: ['type', 'source'], others: 'none' },
)
const destination = record(
  { type: sourceDestType, destination: uri },
  { required: ['type', 'destination'], others: 'none' },
)

const origin = {
  deviceID: uri,
  deviceMetadata: uri,
  rawData: uri,
  dataProcessingMethod: uri,
  bizRules: uri,
}
const sensorMetadata = record({ ...origin, time: instant, startTime: instant, endTime: instant })
const sensorReport = record(
  {
    ...origin,
    type: word('measurement', webVocabulary),
    exception: word('sensorAlert', webVocabulary),
    time: instant,
    microorganism: uri,
    chemicalSubstance: uri,
    coordinateReferenceSystem: uri,
    value: number,
    component: word('component', olderVocabulary),
    stringValue: text,
    booleanValue: boolean,
    hexBinaryValue: hexadecimal,
    uriValue: uri,
    minValue: number,
    maxValue: number,
    meanValue: number,
    sDev: number,
    percRank: number,
    percValue: number,
    uom: text,
  },
  { required: ['type'] },
)
const sensorElement = record(
  { sensorMetadata, sensorReport: listOf(sensorReport, { least: 1 }) },
  { required: ['sensorReport'] },
)

const action = oneOf('OBSERVE', 'ADD', 'DELETE')
const ilmd = record({})

/** What, where and why, of all types. */
const aspects = {
  bizStep: word('bizStep', olderVocabulary),
  disposition,
  readPoint: place,
  bizLocation: place,
  bizTransactionList: listOf(bizTransaction),
  sourceList: listOf(source),
  destinationList: listOf(destination),
  sensorElementList: listOf(sensorElement),
}

const has = (list: unknown) => Array.isArray(list) && list.length > 0

/** One parent and what is put to it or taken away: an aggregation ends, an association stays (EPCIS 2.0 §7.4.3, §7.4.6). */
const parentAndChildren = {
  ...common,
  ...aspects,
  parentID: uri,
  childEPCs: uris,
  childQuantityList: quantities,
  action,
}
const hasChildren = when(
  (event) =>
    event['action'] === 'DELETE' || has(event['childEPCs']) || has(event['childQuantityList']),
  'must have childEPCs or childQuantityList, unless all is taken away',
)

/** EPCIS 2.0 §7.4.2 to §7.4.6. */
const types: Readonly<Record<string, Check>> = {
  ObjectEvent: allOf(
    record(
      {
        ...common,
        ...aspects,
        epcList: epcs,
        quantityList: quantities,
        action,
        persistentDisposition,
        ilmd,
      },
      { required: [...commonRequired, 'action'] },
    ),
    when(
      ({ epcList, quantityList, sensorElementList, readPoint }) =>
        epcList !== undefined ||
        has(quantityList) ||
        (has(sensorElementList) && readPoint !== undefined),
      'must have epcList, quantityList, or sensorElementList with readPoint',
    ),
  ),
  AggregationEvent: allOf(
    record(parentAndChildren, { required: [...commonRequired, 'action'] }),
    hasChildren,
  ),
  AssociationEvent: allOf(
    record(parentAndChildren, { required: [...commonRequired, 'action', 'parentID'] }),
    hasChildren,
  ),
  TransactionEvent: allOf(
    record(
      {
        ...common,
        ...aspects,
        bizTransactionList: listOf(bizTransaction, { least: 1 }),
        parentID: uri,
        epcList: uris,
        quantityList: quantities,
        action,
      },
      { required: [...commonRequired, 'bizTransactionList', 'action'] },
    ),
    when(
      (event) =>
        event['action'] === 'DELETE' ||
        event['epcList'] !== undefined ||
        has(event['quantityList']),
      'must have epcList or quantityList, unless all is taken away',
    ),
  ),
  TransformationEvent: allOf(
    record(
      {
        ...common,
        ...aspects,
        inputEPCList: epcs,
        inputQuantityList: quantities,
        outputEPCList: epcs,
        outputQuantityList: quantities,
        transformationID: uri,
        persistentDisposition,
        ilmd,
      },
      { required: commonRequired },
    ),
    when((event) => {
      const input = has(event['inputEPCList']) || has(event['inputQuantityList'])
      const output = has(event['outputEPCList']) || has(event['outputQuantityList'])
      return (input && output) || ((input || output) && event['transformationID'] !== undefined)
    }, 'must have inputs and outputs, or some of them and transformationID'),
  ),
}

/** An event type of somebody's own: only what all events have is known of it. */
const otherType = record({ ...common, type: uri }, { required: commonRequired, others: 'any' })

export const eventCheck: Check = (value, at, faults) => {
  const type = (value as { readonly type?: unknown } | null)?.type
  const known = typeof type === 'string' && Object.hasOwn(types, type) ? types[type] : undefined
  ;(known ?? otherType)(value, at, faults)
}

export const contextCheck = context
