import {
  anyOf,
  instant,
  listOf,
  number,
  object,
  oneOf,
  record,
  text,
  uri,
  version,
} from './checks.ts'
import { contextCheck, eventCheck } from './event-checks.ts'
import { type Check, type Fault, Faults } from './faults.ts'

const attribute = record(
  { id: uri, attribute: anyOf('must be a number, text or object', number, text, object) },
  { required: ['id'], others: 'any' },
)
const vocabulary = record(
  {
    type: uri,
    vocabularyElementList: listOf(
      record(
        { id: uri, attributes: listOf(attribute), children: listOf(uri) },
        { required: ['id'], others: 'any' },
      ),
    ),
  },
  { required: ['type'], others: 'any' },
)
const vocabularyList = listOf(vocabulary)

/** EPCIS 2.0 §9: a document for capture. */
const epcisDocument = record(
  {
    '@context': contextCheck,
    id: uri,
    type: oneOf('EPCISDocument'),
    schemaVersion: version,
    creationDate: instant,
    instanceIdentifier: text,
    sender: text,
    receiver: text,
    epcisHeader: record({ epcisMasterData: record({ vocabularyList }, { others: 'any' }) }),
    epcisBody: record(
      { eventList: listOf(eventCheck) },
      { required: ['eventList'], others: 'any' },
    ),
  },
  { required: ['@context', 'type', 'schemaVersion', 'creationDate', 'epcisBody'] },
)

/** What a query of another repository answered. */
const queryDocument = record(
  {
    '@context': contextCheck,
    id: uri,
    type: oneOf('EPCISQueryDocument'),
    schemaVersion: version,
    creationDate: instant,
    epcisBody: record(
      {
        queryResults: record(
          {
            queryName: text,
            subscriptionID: text,
            resultsBody: record(
              { eventList: listOf(eventCheck), vocabularyList },
              { required: ['eventList'] },
            ),
          },
          { required: ['queryName', 'resultsBody'] },
        ),
      },
      { required: ['queryResults'] },
    ),
  },
  { required: ['@context', 'type', 'epcisBody'] },
)

const documents: Readonly<Record<string, Check>> = {
  EPCISDocument: epcisDocument,
  EPCISQueryDocument: queryDocument,
}

/** What is wrong with a document of EPCIS 2.0, or with a single event that brings its own context; nothing where all is right. */
export function documentFaults(document: Readonly<Record<string, unknown>>): readonly Fault[] {
  const faults = new Faults()
  const check = documents[String(document['type'])]
  if (check !== undefined) check(document, '', faults)
  else {
    eventCheck(document, '', faults)
    if (document['@context'] === undefined) faults.add('', 'must have @context')
  }
  return faults.list
}
