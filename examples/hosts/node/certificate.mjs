// A one-time key and a certificate for it. Node makes keys but no certificates, so the few lines of DER are here.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

// tlv is one DER element: its tag, the length, what is inside.
function tlv(tag, ...inside) {
  const body = Buffer.concat(inside);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(body.length.toString(16).padStart(body.length > 255 ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}
const seq = (...inside) => tlv(0x30, ...inside);
const oid = (hex) => tlv(0x06, Buffer.from(hex, 'hex'));
const octets = (b) => tlv(0x04, b);
const bits = (unused, b) => tlv(0x03, Buffer.from([unused]), b);
const yes = tlv(0x01, Buffer.from([0xff]));
const time = (ms) => tlv(0x17, Buffer.from(new Date(ms).toISOString().slice(2).replace(/[-:T]|\.\d+/g, '')));
const extension = (id, value, ...critical) => seq(oid(id), ...critical, octets(value));

// selfSigned makes an EC P-256 key and its certificate: CN and SAN localhost, CA, both extended key usages, ten years
// (nothing renews it while the process lives). Both are PEM.
export function selfSigned() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const serial = randomBytes(16);
  serial[0] = (serial[0] & 0x7f) | 0x40; // positive, and without a leading zero
  const name = seq(tlv(0x31, seq(oid('550403'), tlv(0x0c, Buffer.from('localhost')))));
  const ecdsaWithSHA256 = seq(oid('2a8648ce3d040302'));
  const extensions = seq(
    extension('551d13', seq(yes), yes), // basic constraints: CA
    extension('551d0f', bits(2, Buffer.from([0xac])), yes), // digitalSignature, keyEncipherment, keyAgreement, keyCertSign
    extension('551d25', seq(oid('2b06010505070301'), oid('2b06010505070302'))), // serverAuth, clientAuth
    extension('551d11', seq(tlv(0x82, Buffer.from('localhost')))), // subject alternative name
  );
  const body = seq(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))), tlv(0x02, serial), ecdsaWithSHA256, name,
    seq(time(Date.now() - 3_600_000), time(Date.now() + 3650 * 86_400_000)), name,
    publicKey.export({ type: 'spki', format: 'der' }), tlv(0xa3, extensions),
  );
  const der = seq(body, ecdsaWithSHA256, bits(0, sign('sha256', body, privateKey)));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), certificate: pem(der) };
}

export const pem = (der) => `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
