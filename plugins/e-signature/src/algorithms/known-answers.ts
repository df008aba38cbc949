import { fromHex, toHex } from '../der/bytes.ts'
import { verifySm2 } from './sm2.ts'
import { sm3 } from './sm3.ts'

const SM3_OF_ABC = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'
/** GB/T 32918.5-2017, annex A.2: of the text `message digest`. */
const SM2_POINT =
  '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020' +
  'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13'
const SM2_R = 0xf5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3n
const SM2_S = 0xb1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aan

/** Whether what is written here by hand, SM2 and SM3, answers as the standards' examples do. @throws where it does not */
export function checkAlgorithms(): void {
  const encoder = new TextEncoder()
  if (toHex(sm3(encoder.encode('abc'))) !== SM3_OF_ABC) throw new Error('SM3 is wrong')
  const pair = { r: SM2_R, s: SM2_S }
  const message = encoder.encode('message digest')
  const point = fromHex(SM2_POINT)
  if (!verifySm2(point, message, pair)) throw new Error('SM2 does not verify what it should')
  if (verifySm2(point, encoder.encode('another'), pair)) {
    throw new Error('SM2 verifies what it should not')
  }
}
