import { base64Of, bytesOfBase64 } from './base64.ts'
import { blobWriter, composePart, composeParts, guestBlobs, readBytes } from './blobs.ts'
import { captureBytes } from './byte-primordials.ts'
import { givenBytes } from './bytes.ts'
import { Call } from './call.ts'
import { CallSignal } from './call-signal.ts'
import { CallContext } from './context.ts'
import { Digest } from './digest.ts'
import { fixBuffers } from './fix-buffers.ts'
import {
  checkSize,
  gateArrays,
  gateBuiltins,
  gateText,
  gateTypedArrays,
  replaceBuiltins,
  sizeLimits,
} from './gates.ts'
import { guestLimits } from './guest-limits.ts'
import { hardenGlobals } from './harden.ts'
import { Outbox } from './outbox.ts'
import { capturePrimordials } from './primordials.ts'
import { GuestRandom } from './random.ts'
import { GuestRuntime, guestOps } from './runtime.ts'
import { guestSeam } from './seam.ts'
import { basicRef, percentEncoded, secretRef } from './secret-ref.ts'
import { thrownMessage, thrownText } from './thrown.ts'
import { utf8Bytes } from './utf8.ts'

/**
 * The guest side as text: the functions and classes of this folder, each under its own name in one scope,
 * so that what one imports from another is found there too. The value of the script is the door.
 *
 * A file of this folder may import only from this folder, and must be listed here.
 *
 * @param isHardened false only in tests and benches, to show that the supervisor holds without the bootstrap.
 */
export const guestSource = (isHardened: boolean): string => `'use strict';
(() => {
const guestLimits = ${JSON.stringify(guestLimits)};
const sizeLimits = ${JSON.stringify(sizeLimits)};
const guestOps = ${JSON.stringify(guestOps)};
${[
  captureBytes,
  capturePrimordials,
  thrownText,
  thrownMessage,
  fixBuffers,
  hardenGlobals,
  gateBuiltins,
  gateArrays,
  gateTypedArrays,
  gateText,
  checkSize,
  replaceBuiltins,
  utf8Bytes,
  base64Of,
  bytesOfBase64,
  givenBytes,
  readBytes,
  guestBlobs,
  composeParts,
  composePart,
  blobWriter,
  secretRef,
  basicRef,
  percentEncoded,
  guestSeam,
  Digest,
  GuestRandom,
  Outbox,
  CallSignal,
  Call,
  CallContext,
  GuestRuntime,
]
  .map(String)
  .join('\n')}
const runtime = new GuestRuntime(capturePrimordials(), ${isHardened});
return function (packed, now, text, payload) {
  if (arguments.length > 4) return runtime.enterTogether(arguments);
  return runtime.enter(packed, now, text, payload);
};
})()`
