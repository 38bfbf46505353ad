#!/usr/bin/python3
"""A host of edo-dms: sends one PDF, waits for the operator's stamped form and saves it. plugin.py starts and ends the plugin.

Repeat it with the same package id as often as you like: nothing is sent twice."""
import argparse
import hashlib
import os
import pathlib
import signal
import sys

import grpc

from plugin import Plugin, Refused, digest_of, dms, explain, health


def read_arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    p.add_argument("--plugin", required=True, metavar="FILE", help="the edo-dms binary")
    p.add_argument("--sha256", default="", metavar="HEX", help="what it must be; any other file is not started")
    p.add_argument("--home", required=True, metavar="DIR", help="where edo-dms keeps its data (EDOKIT_HOME)")
    p.add_argument("--subscriber", required=True, metavar="ID", help="which of our organisations sends")
    p.add_argument("--actor", required=True, metavar="ID", help="the user who sends and reads; must be allowed to")
    p.add_argument("--package", required=True, metavar="ID", help="chosen by you, once for each package")
    p.add_argument("--file", required=True, metavar="PDF", help="the document")
    one = p.add_mutually_exclusive_group(required=True)
    one.add_argument("--signature", default="", metavar="FILE", help="its finished detached signature, DER")
    one.add_argument("--signer", default="", metavar="ID", help="or: whose key inside the plugin signs")
    p.add_argument("--kind", default="Письмо", metavar="TEXT", help="what kind of paper it is (%(default)s)")
    p.add_argument("--to-inn", required=True, metavar="INN", help="the counterparty")
    p.add_argument("--to-kpp", default="", metavar="KPP", help="its branch")
    p.add_argument("--out", required=True, metavar="PDF", help="where the stamped form goes")
    p.add_argument("--consumer", default="example-host", metavar="ID", help="name under which events are acknowledged (%(default)s)")
    p.add_argument("--timeout", type=float, default=600, metavar="SECONDS", help="how long to wait for the stamped form (%(default)s)")
    p.add_argument("--lang", choices=("ru", "en"), default="en", help="language of what goes wrong (%(default)s)")
    return p.parse_args()


def parts(a, key, chunk_size):
    """The package as the contract wants it: header, document, chunks, end. The file is read twice and never held whole."""
    yield dms.SendRequest(package=dms.PackageHeader(
        key=key, actor=a.actor, to=dms.Counterparty(inn=a.to_inn, kpp=a.to_kpp), document_count=1))
    yield dms.SendRequest(document=dms.DocumentHeader(
        id="doc-1", name=os.path.basename(a.file), kind=a.kind, size=os.path.getsize(a.file), sha256=digest_of(a.file),
        signer=a.signer, signature=pathlib.Path(a.signature).read_bytes() if a.signature else b""))
    h, sent = hashlib.sha256(), 0
    with open(a.file, "rb") as f:
        while data := f.read(chunk_size):
            h.update(data)
            sent += len(data)
            yield dms.SendRequest(chunk=dms.Chunk(data=data))
    # Of what was really sent: a file that changes is refused.
    yield dms.SendRequest(end=dms.DocumentEnd(id="doc-1", size=sent, sha256=h.digest()))


def send(exchange, stream):
    """Hands the parts over. A file that cannot be read to its end cuts the stream off, and of such a one nothing is taken."""
    broken = []

    def guarded():
        try:
            yield from stream
        except Exception as err:
            broken.append(err)

    try:
        return exchange.Send(guarded(), timeout=300).operation
    except grpc.RpcError:
        if broken:
            raise broken[0] from None
        raise


def save(exchange, request, out):
    """Writes the stamped form beside its place, compares it with what was announced and with the trailer, and moves it there."""
    part, h, size, version, end = out + ".part", hashlib.sha256(), 0, None, None
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as f:
            for answer in exchange.Content(request, timeout=300):
                kind = answer.WhichOneof("part")
                if kind == "header":
                    version = answer.header.version
                elif kind == "end":
                    end = answer.end
                elif kind == "chunk":
                    h.update(answer.chunk.data)
                    size += len(answer.chunk.data)
                    if not version or size > version.size:
                        raise ValueError("the stamped form is longer than announced")
                    f.write(answer.chunk.data)
            if not version or not end or not size == version.size == end.size or not h.digest() == version.sha256 == end.sha256:
                raise ValueError("the stamped form is broken: size or SHA-256 differ, or its trailer is missing")
            f.flush()
            os.fsync(f.fileno())
        os.replace(part, out)
    except BaseException:
        pathlib.Path(part).unlink(missing_ok=True)
        raise
    return size, h.hexdigest()


def events(exchange, subscriber, consumer):
    """Reads what is new for this consumer. Only an empty page means that there is no more."""
    seq = exchange.Acknowledged(dms.AcknowledgedRequest(subscriber=subscriber, consumer=consumer), timeout=30).seq
    while page := exchange.Deliver(dms.DeliverRequest(subscriber=subscriber, after=seq), timeout=30).events:
        for e in page:
            print(f"event {e.seq}: {dms.EventKind.Name(e.kind)} {e.key.package} {e.document} {dms.State.Name(e.state)} {dms.StampState.Name(e.stamp)}")
        seq = page[-1].seq
    return seq


def run(a, plugin):
    exchange, info, key = plugin.exchange, plugin.info, dms.Key(subscriber=a.subscriber, package=a.package)
    print(f"edo-dms {info.version}, process {plugin.process.pid}: {', '.join(info.capabilities)}")
    # A host that stays asks every 10 to 30 seconds.
    state = health.HealthCheckResponse.ServingStatus.Name(plugin.health.Check(health.HealthCheckRequest(service="plugin"), timeout=30).status)
    if state != "SERVING":
        raise Refused(f"edo-dms is {state}: hand nothing over now, see edo-dms doctor")
    operation = send(exchange, parts(a, key, info.chunk_size))
    print(f"accepted: {dms.State.Name(operation.state)}")  # durable in the plugin; the operator is asked by itself
    for change in exchange.Watch(dms.WatchRequest(key=key), timeout=a.timeout):
        operation = change.operation
        print(f"state: {dms.State.Name(operation.state)} {dms.StampState.Name(operation.documents[0].stamp)} {operation.detail}".rstrip())
    document = operation.documents[0]
    if document.stamp != dms.STAMP_STATE_READY:
        raise ValueError(f"no stamped form: {dms.State.Name(operation.state)} {operation.reason} {operation.detail}; "
                         f"{dms.StampState.Name(document.stamp)} {document.stamp_detail}")
    seq = events(exchange, a.subscriber, a.consumer)
    size, sha256 = save(exchange, dms.ContentRequest(key=key, document=document.id, role=dms.ROLE_OPERATOR_FORM, actor=a.actor), a.out)
    if seq:  # now that the form is safe here
        exchange.Acknowledge(dms.AcknowledgeRequest(subscriber=a.subscriber, consumer=a.consumer, seq=seq), timeout=30)
    print(f"stamped: {a.out} {size} bytes sha256 {sha256}")


def main():
    a = read_arguments()
    sys.stdout.reconfigure(line_buffering=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the with statement ends the plugin
    try:
        with Plugin(a.plugin, a.home, a.sha256) as plugin:
            run(a, plugin)
    except (grpc.RpcError, Refused, ValueError, OSError) as err:
        sys.exit("\n".join(explain(err, a.lang)))
    except KeyboardInterrupt:
        sys.exit(130)


main()
