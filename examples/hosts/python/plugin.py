"""Starting and ending edo-dms: what every host has to do, whatever it sends. Copy this file."""
import base64
import datetime
import hashlib
import hmac
import importlib
import os
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = pathlib.Path(__file__).resolve().parent


def contract():
    """Makes Python of the .proto files, in a folder that is gone afterwards. A host of yours does this when it is built."""
    if not shutil.which("protoc"):
        sys.exit("protoc is missing; on Debian: apt-get install protobuf-compiler libprotobuf-dev")
    with tempfile.TemporaryDirectory() as folder:
        paths = [HERE.parents[2] / "dmsplugin/proto", HERE.parents[2] / "proto", HERE.parent / "proto", pathlib.Path("/usr/include")]
        names = ["dms", "controller", "health", "status"]
        subprocess.run(["protoc", *(f"-I{p}" for p in paths if p.is_dir()), f"--python_out={folder}", *(f"{n}.proto" for n in names)], check=True)
        sys.path.insert(0, folder)
        try:
            return [importlib.import_module(f"{n}_pb2") for n in names]
        finally:
            sys.path.remove(folder)


dms, controller, health, status = contract()


class Service:
    """The calls of one service, as methods that take a request (or an iterator of them) and a timeout."""

    def __init__(self, channel, module, name):
        service = module.DESCRIPTOR.services_by_name[name]
        for m in service.methods:  # of the services we call, Send alone takes a stream, Watch and Content give one
            kind = ("stream" if m.name == "Send" else "unary") + "_" + ("stream" if m.name in ("Watch", "Content") else "unary")
            call = getattr(channel, kind)(f"/{service.full_name}/{m.name}", request_serializer=lambda r: r.SerializeToString(),
                                          response_deserializer=getattr(module, m.output_type.name).FromString)
            setattr(self, m.name, call)


def digest_of(path):
    """Reads a file once."""
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while data := f.read(1 << 20):
            h.update(data)
    return h.digest()


def self_signed():
    """A one-time EC P-256 key and its certificate, both PEM. Nothing renews it while the process lives: ten years."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    usage = dict.fromkeys(("content_commitment", "data_encipherment", "crl_sign", "encipher_only", "decipher_only"), False)
    usage |= dict.fromkeys(("digital_signature", "key_encipherment", "key_agreement", "key_cert_sign"), True)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return (key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
            certificate.public_bytes(serialization.Encoding.PEM))


class Refused(Exception):
    """The plugin was not started, or is not what it should be."""


class Plugin:
    """A running edo-dms. Use it in a with statement: its end ends the process and removes the folder of the socket.

    sha256 is what the binary must be, in hex; empty: not checked.
    """

    def __init__(self, path, home, sha256=""):
        if sha256 and not hmac.compare_digest(digest_of(path).hex(), sha256.lower()):
            raise Refused(f"{path} is not the binary that was expected: its SHA-256 differs. It was not started")
        self.process = self.channel = None
        self.folder = tempfile.mkdtemp(prefix="edokit-")
        try:
            self._launch(path, home)
        except BaseException:
            self.close()
            raise

    def _launch(self, path, home):
        os.chmod(self.folder, 0o700)
        if len(os.fsencode(self.folder)) > 70:
            raise Refused(f"{self.folder} is too long for a socket; set TMPDIR to a shorter folder")
        key, certificate = self_signed()
        env = {  # the whole environment: the host's own holds secrets that are none of the plugin's business
            "EDOKIT_DMS_PLUGIN": "d1b0f2a6c7e94f6f8b7c3a5e-exchange", "PLUGIN_PROTOCOL_VERSIONS": "1",
            "PLUGIN_CLIENT_CERT": certificate.decode(), "PLUGIN_UNIX_SOCKET_DIR": self.folder,
            "EDOKIT_HOME": home, "EDOKIT_STDIN_WATCH": "1", "EDOKIT_LOG": "warn",
        }
        if os.name == "nt":
            env["SystemRoot"] = os.environ["SystemRoot"]
        try:  # standard error is shared: one JSON object per line, take it into the log of your host
            self.process = subprocess.Popen([path], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError as err:
            raise Refused(f"edo-dms did not start: {err}") from err
        address, server = handshake(self._first_line())
        self.channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(server, key, certificate), (
            ("grpc.ssl_target_name_override", "localhost"), ("grpc.default_authority", "localhost"), ("grpc.enable_http_proxy", 0)))
        self.plugin, self.exchange = Service(self.channel, dms, "Plugin"), Service(self.channel, dms, "Exchange")
        self.controller, self.health = Service(self.channel, controller, "GRPCController"), Service(self.channel, health, "Health")
        self.info = self.plugin.GetInfo(dms.GetInfoRequest(), timeout=10)

    def _first_line(self):
        """Waits ten seconds for the handshake. Standard output is read to its end all the same: a full pipe stops the plugin."""
        lines = queue.Queue()

        def read():
            for line in self.process.stdout:
                lines.put(line)
            lines.put(b"")

        threading.Thread(target=read, daemon=True).start()
        try:
            line = lines.get(timeout=10)
        except queue.Empty:
            raise Refused("edo-dms said nothing within 10 seconds") from None
        if not line:
            raise Refused("edo-dms ended before its handshake; standard error says why")
        return line.decode("utf-8", "replace").rstrip("\r\n")

    def close(self):
        if self.channel and self.process.poll() is None:
            for call, request, seconds in ((self.plugin.Drain, dms.DrainRequest(), 5), (self.controller.Shutdown, controller.Empty(), 2)):
                try:
                    call(request, timeout=seconds)
                except grpc.RpcError:
                    pass  # what was accepted is durable without Drain, and the answer to Shutdown may not arrive
        if self.channel:
            self.channel.close()
        if self.process:
            self.process.stdin.close()  # by EDOKIT_STDIN_WATCH an order to end as well
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def handshake(line):
    """Reads CORE|APP|NETWORK|ADDRESS|PROTOCOL|CERTIFICATE and refuses whatever is not exactly what we speak."""
    core, app, network, address, protocol, certificate = (line.split("|") + [""] * 6)[:6]
    wrong = (
        f"it is not that of a plugin: {line[:80]!r}" if core != "1" else
        f"it speaks version {app} of the contract, this host 1" if app != "1" else
        f"it speaks {protocol} instead of grpc" if protocol != "grpc" else
        f"its network is {network}" if network not in ("unix", "tcp") or not address else
        "it has no certificate, so anybody could be on the other side" if len(certificate) < 50 else "")
    if wrong:
        raise Refused(f"the handshake of edo-dms is refused: {wrong}")
    der = base64.b64decode(certificate + "=" * (-len(certificate) % 4))
    return (f"unix:{address}" if network == "unix" else address), x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)


def explain(err, lang):
    """The sentences for people: of every fault the text for the clerk, where it is, and what to do about it."""
    raw = dict(err.trailing_metadata() or ()).get("grpc-status-details-bin") if isinstance(err, grpc.Call) else None
    lines = []
    for detail in status.Status.FromString(raw).details if raw else ():
        errors = dms.ErrorDetail()
        if not detail.Unpack(errors):
            continue
        for f in errors.faults:
            lines.append(f"{f.text_ru if lang == 'ru' else f.text_en} [{f.reason or dms.Kind.Name(f.kind)}]")
            lines.append("  " + ": ".join(filter(None, (f.field, f.message))))
            if f.remedy:
                lines.append(f"  {'Что делать' if lang == 'ru' else 'What to do'}: {f.remedy}")
    if not lines and isinstance(err, grpc.Call):
        lines = [("Плагин не отвечает: " if lang == "ru" and err.code() == grpc.StatusCode.UNAVAILABLE else "") + err.details()]
    return lines or [str(err)]
