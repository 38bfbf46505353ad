#!/usr/bin/env node
// A SOAP server made of npm soap: it serves the description of the contract, decodes what it is sent and encodes what it answers.
// It knows nothing of documents itself: a client of npm soap puts each call, as it was decoded, to the operator whose address
// stands in the path, and what the operator says goes back the same way. So whatever passes it was understood by npm soap
// four times.
//
//   node server.mjs WSDL     http://127.0.0.1:PORT/OPERATOR:PORT/exchangeservice.svc is the operator behind it
//
// It prints its address, answers GET /seen with the number of calls by operation, and ends with its standard input.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import soap from 'soap';
import { connect, fault, settings, typed } from './soap.mjs';

const [wsdl] = process.argv.slice(2);
const clients = new Map(), seen = {};

function clientOf(path) {
  const address = `http://127.0.0.1:${/^\/127\.0\.0\.1:(\d+)\//.exec(path)[1]}/exchangeservice.svc`;
  if (!clients.has(address)) clients.set(address, connect(wsdl, address));
  return clients.get(address);
}

// refusal is the fault again. Left alone npm soap gives the members of its detail no namespace.
function refusal({ faultstring, detail }) {
  const told = Object.entries(detail?.ServiceErrorFaultContract ?? {}).map(([name, value]) => [`f:${name}`, value]);
  return { Fault: { faultcode: 'soap:Client', faultstring, detail: { 'f:ServiceErrorFaultContract': Object.fromEntries(told) } } };
}

async function answer(operation, args, req) {
  seen[operation] = (seen[operation] ?? 0) + 1;
  const client = await clientOf(req.url);
  let result;
  try {
    [result] = await client[`${operation}Async`](typed(args));
  } catch (err) {
    const told = fault(err);
    if (told) throw refusal(told);
    req.socket.destroy(); // no answer from behind is no answer
    return new Promise(() => {});
  }
  // Left alone npm soap encodes an answer without looking at its schema: every member would be in the service's namespace.
  const name = `${operation}Response`;
  return { _xml: server.wsdl.objectToDocumentXML(name, typed(result), 's', 'http://synerdocs.ru', name) };
}

const { ExchangeService: ports } = (await connect(wsdl)).describe();
for (const port of Object.values(ports)) {
  for (const name of Object.keys(port)) port[name] = (args, done, headers, req) => answer(name, args, req);
}
const listener = http.createServer((req, res) => res.end(JSON.stringify(seen)));
const server = soap.listen(listener, {
  ...settings, path: /^\/127\.0\.0\.1:\d+\//, xml: readFileSync(wsdl, 'utf8'), services: { ExchangeService: ports },
  callback: () => {
    server.wsdl.options.preserveWhitespace = true; // a server does not take it from its settings
    server.wsdl.xmlnsInEnvelope += ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'; // it writes xsi:nil and declares it not
    listener.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${listener.address().port}`));
  },
});
process.stdin.on('end', () => process.exit()).resume();
