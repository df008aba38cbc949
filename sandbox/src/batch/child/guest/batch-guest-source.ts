import { captureBytes } from '../../../lane/child/guest/byte-primordials.ts'
import { Digest } from '../../../lane/child/guest/digest.ts'
import { fixBuffers } from '../../../lane/child/guest/fix-buffers.ts'
import { guestLimits } from '../../../lane/child/guest/guest-limits.ts'
import { hardenGlobals } from '../../../lane/child/guest/harden.ts'
import { capturePrimordials } from '../../../lane/child/guest/primordials.ts'
import { GuestRandom } from '../../../lane/child/guest/random.ts'
import { guestSeam } from '../../../lane/child/guest/seam.ts'
import { thrownMessage, thrownText } from '../../../lane/child/guest/thrown.ts'
import { utf8Bytes } from '../../../lane/child/guest/utf8.ts'
import { resultPlaces } from '../../result-places.ts'
import { captureBatchPrimordials } from './batch-primordials.ts'
import { BatchRuntime, batchOps, silentConsole } from './batch-runtime.ts'
import { GuestColumn, guestValues } from './guest-column.ts'
import { ResultColumn } from './result-column.ts'
import { isOverlong, pushPoint, Utf8, utf8Limits, writePoint } from './utf8.ts'

/** The guest side of a batch as text, made like the one of a call: see lane/child/guest/guest-source.ts. */
export const batchGuestSource = `'use strict';
(() => {
const guestLimits = ${JSON.stringify(guestLimits)};
const utf8Limits = ${JSON.stringify(utf8Limits)};
const batchOps = ${JSON.stringify(batchOps)};
${[
  captureBytes,
  capturePrimordials,
  captureBatchPrimordials,
  thrownText,
  thrownMessage,
  fixBuffers,
  hardenGlobals,
  utf8Bytes,
  guestSeam,
  Digest,
  GuestRandom,
  silentConsole,
  resultPlaces,
  guestValues,
  isOverlong,
  pushPoint,
  writePoint,
  Utf8,
  GuestColumn,
  ResultColumn,
  BatchRuntime,
]
  .map(String)
  .join('\n')}
const runtime = new BatchRuntime(capturePrimordials(), captureBatchPrimordials());
return (op, text, extra) => runtime.enter(op, text, extra);
})()`
