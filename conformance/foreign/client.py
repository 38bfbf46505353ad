"""A letter there and back by a SOAP client that zeep makes of the description alone.

It reads what it needs as JSON from standard input and prints what it understood as JSON; client.mjs does the same in JavaScript.
"""

import base64
import hashlib
import json
import sys

import zeep

given = json.load(sys.stdin)
client = zeep.Client(given["wsdl"])
service = client.create_service("{http://synerdocs.ru}BasicHttpBinding_IExchangeService", given["address"])
raw = {name: base64.b64decode(given[name]) for name in ("content", "signature", "answer")}


def digest(data):
    return hashlib.sha256(data).hexdigest()


def login(side):
    return service.Authenticate(side["login"], side["password"], "00000000-0000-0000-0000-000000000000")


def letter(name):
    return {"Document": [{
        "Id": name, "FileName": given["name"], "Content": raw["content"], "DocumentType": "Untyped", "UntypedKind": "Договор",
        "Comment": given["comment"], "CustomField": given["field"], "Sum": "1250.00", "NeedSign": True, "NeedReceipt": False,
    }]}


def sign(document, name, data, **more):
    return {"DocumentId": document, "Id": name, "Raw": data, **more}


def ids(sent):
    first = sent.DocumentIds.LocalServerId[0]
    return {
        "message": sent.MessageId, "document": first.ServiceId, "local": first.LocalId,
        "sign": sent.SignIds.LocalServerId[0].ServiceId if sent.SignIds and sent.SignIds.LocalServerId else "", "seconds": int(sent.SentDate.timestamp()),
    }


def status(s):
    return {"type": s._xsd_type.name, "delivery": s.DeliveryStatus, "signing": s.SignStatus}


def file(f):
    return {"name": f.Name, "sha256": digest(f.Content)}


sender, recipient = given["from"], given["to"]
recipients = {"MessageRecipient": [{"OrganizationBoxId": recipient["box"]}]}
token, told = login(sender), {}
told["boxes"] = [b.Address for b in service.GetBoxes(token)]
told["found"] = [
    {"box": o.BoxAddress, "name": o.LegalName, "status": o.OrganizationStatus, "rules": o.ServiceReglamentAccepted}
    for o in service.GetOrganizationListByInnKpp(token, recipient["inn"], recipient["kpp"])
]
told["sent"] = ids(service.SendMessage(token, {
    "Id": given["id"], "From": sender["box"], "Recipients": recipients, "Documents": letter("letter-1"),
    "Signs": {"Sign": [sign("letter-1", "sign-1", raw["signature"])]},
}))
document = told["sent"]["document"]

listed = service.GetDocumentEntries(token, {"BoxFrom": sender["box"], "First": 0, "Max": 10, "DocumentFlowTypes": {"DocumentFlowType": ["SentSigned"]}})
entry = listed.Items.DocumentEntryItem[0]
to = entry.Recipients.MessageRecipientWithStatus[0]
told["entry"] = {
    "total": listed.Total, "document": entry.DocumentId, "field": entry.CustomField, "flow": entry.FlowType, "kind": entry.UntypedKind,
    "status": status(to.Status), "box": to.OrganizationBoxId,
}
info = service.GetFullDocumentInfo(token, sender["box"], document, {"GetContent": True, "GetSigns": True})
told["info"] = {
    "name": info.Document.FileName, "comment": info.Document.Comment, "sum": str(info.Document.Sum), "needSign": info.Document.NeedSign,
    "sha256": digest(info.Document.Content), "sign": digest(info.Signs.Sign[0].Raw), "status": status(info.Status),
}
told["printed"] = file(service.PrintDocument({"AuthToken": token, "BoxAddress": sender["box"]}, {"DocumentId": document}).NamedContent)
told["downloaded"] = file(service.DownloadPdfDocument(token, sender["box"], document))

other = login(recipient)
told["messages"] = [m.Id for m in service.GetMessages(other, None, None, recipient["box"])]
message = service.GetMessage(other, recipient["box"], told["messages"][0])
told["received"] = {"from": message.From, "sha256": digest(message.Documents.Document[0].Content), "sign": digest(message.Signs.Sign[0].Raw)}
told["answer"] = service.SendMessage(other, {
    "Id": "answer", "From": recipient["box"], "Recipients": {"MessageRecipient": [{"OrganizationBoxId": sender["box"]}]},
    "Signs": {"Sign": [sign(document, "sign-2", raw["answer"])]},
}).SignIds.LocalServerId[0].ServiceId
told["answered"] = status(service.GetFullDocumentInfo(token, sender["box"], document).Status)

told["unsigned"] = ids(service.SendUnsignedMessage(token, {"From": sender["box"], "Recipients": recipients, "Documents": letter("letter-2")}))
service.SignDocument(other, "SentUnsigned", sign(told["unsigned"]["document"], "sign-3", raw["answer"], From=recipient["box"]))

try:
    service.GetDocumentContent(other, sender["box"], document)
except zeep.exceptions.Fault as fault:
    detail = client.wsdl.types.deserialize(fault.detail[0])
    told["fault"] = {"code": detail.Code, "field": detail.Field, "message": detail.Message}
print(json.dumps(told))
