/**
 * The words that the commonest passwords of published leaks are made of (NIST SP 800-63B-4 §3.1.1.2 asks for such a list).
 * Whole passwords of the fifteen characters that are asked for are these in a row, so parts are listed, not wholes.
 */
export const commonWords: readonly string[] = `
password passwort passwd pass word admin administrator root user guest login welcome letmein master changeme default
secret trustno1 iloveyou ilove love you monkey dragon sunshine princess football baseball soccer hockey shadow superman
batman michael jordan jennifer jessica ashley charlie daniel thomas robert george hunter ranger buster killer summer
winter spring autumn january february march april june july august september october november december monday friday
qwerty qwertz azerty qwertyuiop asdfghjkl zxcvbnm asdf zxcv qazwsx qaz wsx edc 1qaz2wsx 1q2w3e4r 1q2w3e4r5t q1w2e3r4 zaq1
abc abcd abcdef abc123 aa12345678 test testing temp access server service company office flower freedom whatever hello
computer internet google facebook starwars pokemon cheese pepper ginger cookie chocolate family friends forever lovely
woaini woaini1314 5201314 1314520 520 1314 wang zhang admin123 p@ssw0rd p@ssword passw0rd pa55word mima signalbox
correcthorsebatterystaple
`
  .trim()
  .split(/\s+/)
