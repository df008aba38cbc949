import { createHash, X509Certificate } from 'node:crypto'
import t from 'tap'
import { selfTest } from '../../src/self-test.ts'
import { signatureUdfs } from '../../src/udfs/signature-udfs.ts'
import { Pki } from '../support/pki.ts'

const { sm3, cert_expiry, rmb_upper, mask_name } = signatureUdfs

t.test('SM3 of a text is that of OpenSSL', async (t) => {
  for (const text of ['', 'abc', '采购合同', 'x'.repeat(1000)]) {
    t.equal(sm3(text), createHash('sm3').update(text).digest('hex'))
  }
})

t.test('a certificate ends when OpenSSL says so; what is none has no end', async (t) => {
  const pki = await Pki.start(t)
  const pem = (await pki.read('inter.pem')).toString()
  const { validTo, raw } = new X509Certificate(pem)
  const expected = new Date(validTo).toISOString()
  t.equal(cert_expiry(pem), expected)
  t.equal(cert_expiry(raw.toString('base64')), expected)
  for (const text of ['', 'nothing', 'AAAA', '-----BEGIN CERTIFICATE-----']) {
    t.equal(cert_expiry(text), null)
  }
})

t.test('amounts stand in capitals as on a bill', async (t) => {
  // The examples of 支付结算办法, annex 1, and edges.
  const amounts = {
    '1409.50': '壹仟肆佰零玖元伍角整',
    '6007.14': '陆仟零柒元壹角肆分',
    '16409.02': '壹万陆仟肆佰零玖元零贰分',
    '325.04': '叁佰贰拾伍元零肆分',
    '123': '壹佰贰拾叁元整',
    '0': '零元整',
    '0.05': '伍分',
    '100000000': '壹亿元整',
    '10000000000001': '壹拾万亿零壹元整',
  }
  for (const [amount, text] of Object.entries(amounts)) t.equal(rmb_upper(amount), text)
  for (const amount of ['', '1,000', '1.234', 'NaN', '01', '1e3']) t.equal(rmb_upper(amount), null)
})

t.test('a masked name shows whose it may be, and no more', async (t) => {
  const names = {
    张伟: '张*',
    王小明: '王**',
    欧阳娜娜: '欧阳**',
    欧阳: '欧*',
    李: '*',
    'Bob Li': 'B** L*',
    'Ai 𠮷田': 'A* 𠮷*',
    阿依古丽·买买提: '阿*******',
    '  ': '',
  }
  for (const [name, masked] of Object.entries(names)) t.equal(mask_name(name), masked)
})

t.test('the known answers are what they should be', async () => selfTest())
