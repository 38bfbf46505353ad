// What the client and the server of this folder have in common: how npm soap has to be set so that nothing is lost.
import soap from 'soap';

const asWritten = (text) => text; // a Date counts milliseconds, the wire ten thousand times finer

export const settings = { handleNilAsNull: true, preserveWhitespace: true, customDeserializer: { dateTime: asWritten, decimal: asWritten } };

// connect reads a description, from a file or an address, and gives a client of the service at an address.
export const connect = (wsdl, endpoint) => soap.createClientAsync(wsdl, { ...settings, endpoint });

// typed gives what was decoded in the form that can be encoded again. Of a member whose type was named, npm soap knows only the
// members of the declared type when it writes, and its own way of naming the type declares a prefix twice: so the names are
// written out.
export function typed(value) {
  if (Array.isArray(value)) return value.map(typed);
  if (value === null || typeof value !== 'object') return value;
  const type = typeOf(value), made = type ? { attributes: { 'xsi:type': `m:${type}` } } : {};
  for (const [name, member] of Object.entries(value)) {
    if (name !== 'attributes') made[type ? `m:${name}` : name] = typed(member);
  }
  return made;
}

// typeOf is the name of the type that a decoded value says it has, without its prefix; undefined if it says nothing.
export function typeOf(value) {
  const [, type] = Object.entries(value?.attributes ?? {}).find(([name]) => name.endsWith(':type')) ?? [];
  return type?.split(':').at(-1);
}

// fault is the refusal that an error carries; without one the error is nobody's word.
export const fault = (err) => err.root?.Envelope?.Body?.Fault;
