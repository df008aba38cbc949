import type { CheckDigit } from './check-digits.ts'

/** How numbers of a service of a carrier look. */
export interface NumberPattern {
  readonly carrier: string
  readonly service: string
  /** `serial` is what the check digit is made of, `check` the check digit itself. */
  readonly pattern: RegExp
  readonly check?: CheckDigit
  /** Put before the serial when the check digit is made. */
  readonly before?: string
}

const gs1: CheckDigit = { kind: 'mod10', even: 3, odd: 1 }
const fromRight: CheckDigit = { kind: 'mod10', even: 1, odd: 3 }
const doubled: CheckDigit = { kind: 'mod10', even: 1, odd: 2 }
const fedex12: CheckDigit = { kind: 'mod11-10', weights: [3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1] }
const fedex14: CheckDigit = { kind: 'mod11-10', weights: [1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1] }

/**
 * By what carriers publish of their labels: UPU S10, GS1 General Specifications, USPS Publication 199 (IMpb), the DPD parcel label
 * specification 2.4, FedEx and UPS guides to labels; names of services as the open tracking_number_data (MIT) has them. Of
 * Chinese carriers the prefixes are known and no check digits: such a number is a guess until the carrier knows it.
 */
export const numberPatterns: readonly NumberPattern[] = [
  {
    carrier: 's10',
    service: 's10',
    pattern: /^[A-Z]{2}(?<serial>\d{8})(?<check>\d)(?<country>[A-Z]{2})$/,
    check: { kind: 's10' },
  },
  {
    carrier: 'ups',
    service: 'ups',
    pattern: /^1Z(?<serial>[A-Z0-9]{15})(?<check>\d)$/,
    check: doubled,
  },
  {
    carrier: 'ups',
    service: 'ups_waybill',
    pattern: /^[A-Z](?<serial>\d{9})(?<check>\d)$/,
    check: doubled,
  },
  {
    carrier: 'usps',
    service: 'usps_impb_n',
    pattern: /^(?:420(?:\d{5}|\d{9}))?(?<serial>9[45]\d{19})(?<check>\d)$/,
    check: gs1,
  },
  {
    carrier: 'usps',
    service: 'usps_impb_c',
    pattern: /^(?:420(?:\d{5}|\d{9}))?(?<serial>9[23](?:\d{19}|\d{23}))(?<check>\d)$/,
    check: gs1,
  },
  {
    carrier: 'usps',
    service: 'usps_legacy',
    pattern: /^(?:420\d{5})?(?<serial>91\d{19}|91\d{23})(?<check>\d)$/,
    check: gs1,
  },
  {
    carrier: 'usps',
    service: 'usps_legacy',
    pattern: /^(?<serial>7\d{18})(?<check>\d)$/,
    check: gs1,
    before: '91',
  },
  {
    carrier: 'usps',
    service: 'usps_20',
    pattern: /^(?<serial>\d{19})(?<check>\d)$/,
    check: gs1,
  },
  {
    carrier: 'fedex',
    service: 'fedex_ground_gsn',
    pattern: /^96\d{18}(?<serial>\d{13})(?<check>\d)$/,
    check: fedex14,
  },
  {
    carrier: 'fedex',
    service: 'fedex_34',
    pattern: /^1[01]\d{18}(?<serial>\d{13})(?<check>\d)$/,
    check: fedex14,
  },
  {
    carrier: 'fedex',
    service: 'fedex_astra_32',
    pattern: /^\d{16}(?<serial>\d{11})(?<check>\d)\d{4}$/,
    check: fedex12,
  },
  {
    carrier: 'fedex',
    service: 'fedex_ground_96',
    pattern: /^96\d{5}(?<serial>\d{14})(?<check>\d)$/,
    check: fromRight,
  },
  {
    carrier: 'fedex',
    service: 'fedex_smartpost',
    pattern: /^(?<serial>92\d{19})(?<check>\d)$/,
    check: gs1,
  },
  {
    carrier: 'fedex',
    service: 'fedex_smartpost',
    pattern: /^(?<serial>6129\d{15})(?<check>\d)$/,
    check: gs1,
    before: '92',
  },
  {
    carrier: 'fedex',
    service: 'fedex_ground_sscc_18',
    pattern: /^\d{2}(?<serial>\d{15})(?<check>\d)$/,
    check: gs1,
  },
  {
    carrier: 'fedex',
    service: 'fedex_ground',
    pattern: /^(?<serial>\d{14})(?<check>\d)$/,
    check: fromRight,
  },
  {
    carrier: 'fedex',
    service: 'fedex_12',
    pattern: /^(?<serial>\d{11})(?<check>\d)$/,
    check: fedex12,
  },
  {
    carrier: 'dpd',
    service: 'dpd',
    pattern: /^(?<serial>\d{27})(?<check>[0-9A-Z])$/,
    check: { kind: 'mod37-36' },
  },
  {
    carrier: 'dpd',
    service: 'dpd_14',
    pattern: /^(?<serial>\d{14})(?<check>[0-9A-Z])$/,
    check: { kind: 'mod37-36' },
  },
  {
    carrier: 'canada_post',
    service: 'canada_post',
    pattern: /^(?<serial>\d{15})(?<check>\d)$/,
    check: gs1,
  },
  {
    carrier: 'purolator',
    service: 'purolator_numeric',
    pattern: /^(?<serial>[0-5]\d{10})(?<check>\d)$/,
    check: { kind: 'luhn' },
  },
  {
    carrier: 'old_dominion',
    service: 'old_dominion',
    pattern: /^(?<serial>(?:77[78]|78\d|072|80\d)\d{7})(?<check>\d)$/,
    check: { kind: 'luhn' },
  },
  {
    carrier: 'ontrac',
    service: 'ontrac_c',
    pattern: /^(?<serial>C\d{13})(?<check>\d)$/,
    check: doubled,
  },
  {
    carrier: 'ontrac',
    service: 'ontrac_d',
    pattern: /^(?<serial>D\d{13})(?<check>\d)$/,
    check: doubled,
  },
  {
    carrier: 'dhl',
    service: 'dhl_express',
    pattern: /^(?<serial>\d{9,10})(?<check>\d)$/,
    check: { kind: 'mod7' },
  },
  { carrier: 'dhl', service: 'dhl_express_piece_id', pattern: /^J[A-Z]{2,3}\d{9,10}$/ },
  {
    carrier: 'dhl',
    service: 'dhl_ecommerce',
    pattern: /^(?:GM|LX|RX|UV|CN|SG|TH|IN|HK|MY)\d{10,39}$/,
  },
  { carrier: 'dhl', service: 'dhl_ecommerce_14', pattern: /^6\d{13}$/ },
  { carrier: 'amazon', service: 'amazon_logistics', pattern: /^TB[ACM]\d{12}$/ },
  { carrier: 'amazon', service: 'amazon_international', pattern: /^C\d{10}$/ },
  { carrier: 'canpar', service: 'canpar_22', pattern: /^[CDKLSUXZ]\d{21}$/ },
  { carrier: 'gofo', service: 'gofo_us', pattern: /^GFUS\d{14}$/ },
  { carrier: 'landmark', service: 'landmark_global', pattern: /^LTN\d{8}N1$/ },
  { carrier: 'lasership', service: 'lasership_lx', pattern: /^L[AEHINX]\d{8}$/ },
  { carrier: 'lasership', service: 'lasership_1ls7', pattern: /^1LS7[12]\d{10}$/ },
  { carrier: 'lasership', service: 'lasership_1ls7_18', pattern: /^1LS7[12]\d{2}01[1-4]\d{6}-1$/ },
  { carrier: 'lasership', service: 'lasership_1lscx', pattern: /^1LSCX[A-Z0-9]{10}$/ },
  { carrier: 'purolator', service: 'purolator_alpha', pattern: /^[A-Z]{3}\d{9}$/ },
  { carrier: 'speedee', service: 'speedee', pattern: /^SP\d{18}$/ },
  { carrier: 'yodel', service: 'yodel', pattern: /^JJ?D\d{16}$/ },
  { carrier: 'yunexpress', service: 'yunexpress', pattern: /^YT\d{16}$/ },
  { carrier: 'sf-express', service: 'sf-express', pattern: /^SF\d{12,13}$/ },
  { carrier: 'yto', service: 'yto', pattern: /^YT\d{13}$/ },
  { carrier: 'jt-express', service: 'jt-express', pattern: /^JT\d{13}$/ },
  {
    carrier: 'jd-logistics',
    service: 'jd-logistics',
    pattern: /^JD(?:V[A-Z])?\d{11,13}(?:-\d+){0,3}-?$/,
  },
  { carrier: 'deppon', service: 'deppon', pattern: /^DPK\d{12}$/ },
  { carrier: 'sto', service: 'sto', pattern: /^77\d{13}$/ },
  { carrier: 'zto', service: 'zto', pattern: /^7[0-9]\d{12}$/ },
  { carrier: 'yunda', service: 'yunda', pattern: /^4[36]\d{13}$/ },
]

/** Countries of ISO 3166-1 alpha-2: a number of S10 ends in the one whose post made it. */
export const countries: ReadonlySet<string> = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG ' +
    'CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL ' +
    'GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA ' +
    'LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP ' +
    'NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV ' +
    'SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
)
