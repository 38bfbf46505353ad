#!/usr/bin/env node
// A letter there and back by a SOAP client that npm soap makes of the description alone. It reads what it needs as JSON from
// standard input and prints what it understood as JSON; client.py does the same in Python.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, fault, typeOf } from './soap.mjs';

process.on('uncaughtException', (err) => { console.error(err.message); process.exit(1); }); // not the whole exchange with it
const input = JSON.parse(readFileSync(0, 'utf8'));
const client = await connect(input.wsdl, input.address);
const digest = (base64) => createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');
const seconds = (text) => Math.floor(Date.parse(text) / 1000);

async function call(operation, args) {
  const [answer] = await client[`${operation}Async`](args);
  return answer?.[`${operation}Result`];
}
const login = ({ login, password }) => call('Authenticate', { login, password, applicationId: '00000000-0000-0000-0000-000000000000' });

// npm soap writes members in the order in which they stand here: it has to be that of the description.
const letter = (id) => ({
  Document: [{
    Comment: input.comment, Content: input.content, CustomField: input.field, DocumentType: 'Untyped', FileName: input.name,
    Id: id, NeedReceipt: false, NeedSign: true, Sum: '1250.00', UntypedKind: 'Договор',
  }],
});
const recipients = { MessageRecipient: [{ OrganizationBoxId: input.to.box }] };
const ids = (sent) => ({
  message: sent.MessageId, document: sent.DocumentIds.LocalServerId[0].ServiceId, local: sent.DocumentIds.LocalServerId[0].LocalId,
  sign: sent.SignIds?.LocalServerId[0].ServiceId ?? '', seconds: seconds(sent.SentDate),
});
const status = (s) => ({ type: typeOf(s), delivery: s.DeliveryStatus, signing: s.SignStatus });
const file = (f) => ({ name: f.Name, sha256: digest(f.Content) });

const token = await login(input.from), told = {};
told.boxes = (await call('GetBoxes', { authToken: token })).BoxInfo.map((b) => b.Address);
told.found = (await call('GetOrganizationListByInnKpp', { authToken: token, inn: input.to.inn, kpp: input.to.kpp })).Organization
  .map((o) => ({ box: o.BoxAddress, name: o.LegalName, status: o.OrganizationStatus, rules: o.ServiceReglamentAccepted }));

const sent = await call('SendMessage', { authToken: token, message: {
  Documents: letter('letter-1'), From: input.from.box, Id: input.id, Recipients: recipients,
  Signs: { Sign: [{ DocumentId: 'letter-1', Id: 'sign-1', Raw: input.signature }] },
} });
told.sent = ids(sent);

const list = await call('GetDocumentEntries', { authToken: token, options: {
  BoxFrom: input.from.box, First: 0, Max: 10, DocumentFlowTypes: { DocumentFlowType: ['SentSigned'] },
} });
const [entry] = list.Items.DocumentEntryItem;
told.entry = { total: list.Total, document: entry.DocumentId, field: entry.CustomField, flow: entry.FlowType, kind: entry.UntypedKind, status: status(entry.Recipients.MessageRecipientWithStatus[0].Status), box: entry.Recipients.MessageRecipientWithStatus[0].OrganizationBoxId };

const one = { authToken: token, boxId: input.from.box, documentId: told.sent.document };
const info = await call('GetFullDocumentInfo', { ...one, requestParams: { GetContent: true, GetSigns: true } });
told.info = {
  name: info.Document.FileName, comment: info.Document.Comment, sum: info.Document.Sum, needSign: info.Document.NeedSign, sha256: digest(info.Document.Content),
  sign: digest(info.Signs.Sign[0].Raw), status: status(info.Status),
};
told.printed = file((await call('PrintDocument', { credentials: { AuthToken: token, BoxAddress: input.from.box }, request: { DocumentId: told.sent.document } })).NamedContent);
told.downloaded = file(await call('DownloadPdfDocument', one));

const other = await login(input.to);
told.messages = (await call('GetMessages', { authToken: other, afterMessageId: null, fromBox: null, toBox: input.to.box })).MessageInfo.map((m) => m.Id);
const message = await call('GetMessage', { authToken: other, boxId: input.to.box, messageId: told.messages[0] });
told.received = { from: message.From, sha256: digest(message.Documents.Document[0].Content), sign: digest(message.Signs.Sign[0].Raw) };
told.answer = (await call('SendMessage', { authToken: other, message: {
  From: input.to.box, Id: 'answer', Recipients: { MessageRecipient: [{ OrganizationBoxId: input.from.box }] },
  Signs: { Sign: [{ DocumentId: told.sent.document, Id: 'sign-2', Raw: input.answer }] },
} })).SignIds.LocalServerId[0].ServiceId;
told.answered = status((await call('GetFullDocumentInfo', one)).Status);

told.unsigned = ids(await call('SendUnsignedMessage', { authToken: token, message: { Documents: letter('letter-2'), From: input.from.box, Recipients: recipients } }));
await call('SignDocument', { authToken: other, flowType: 'SentUnsigned', sign: { DocumentId: told.unsigned.document, From: input.to.box, Id: 'sign-3', Raw: input.answer } });

try {
  await call('GetDocumentContent', { authToken: other, boxId: input.from.box, documentId: told.sent.document });
} catch (err) {
  const { Code, Field, Message } = fault(err).detail.ServiceErrorFaultContract;
  told.fault = { code: Code, field: Field, message: Message };
}
console.log(JSON.stringify(told));
