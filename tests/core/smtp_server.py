"""A small SMTP server that keeps what it is sent: plain, or with TLS and a certificate that nobody vouches for."""

import contextlib
import datetime
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OPTIONS = ["127.0.0.1", "AUTH PLAIN"]


class Conversation(socketserver.StreamRequestHandler):
    """One client, until it says QUIT or hangs up."""

    server: "MailServer"

    def handle(self) -> None:
        if self.server.tls and not self.server.starttls:
            self.encrypt()
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            self.server.lines.append(line)
            getattr(self, f"do_{line.split()[0].lower()}", self.do_nothing)(line)

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def encrypt(self) -> None:
        assert self.server.tls
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def do_nothing(self, _: str) -> None:
        self.say(self.server.refusal or "250 fine")

    def do_ehlo(self, _: str) -> None:
        options = [*OPTIONS, "STARTTLS"] if self.offers_starttls() else OPTIONS
        self.say(*(f"250-{option}" for option in options), "250 SIZE")

    def offers_starttls(self) -> bool:
        return self.server.starttls and not isinstance(self.connection, ssl.SSLSocket)

    def do_starttls(self, _: str) -> None:
        self.say("220 go on")
        self.encrypt()

    def do_auth(self, _: str) -> None:
        self.say("235 welcome")

    def do_rcpt(self, _: str) -> None:
        self.say(self.server.refusals.pop(0) if self.server.refusals else self.server.refusal or "250 fine")

    def do_data(self, _: str) -> None:
        self.say("354 go on")
        mail = b"".join(iter(self.rfile.readline, b".\r\n"))
        self.server.mails.append(mail.decode())
        self.say("250 kept")

    def do_quit(self, _: str) -> None:
        self.say("221 bye")


class MailServer(socketserver.ThreadingTCPServer):
    """`lines` is what clients said, `mails` what they sent. With `refusal` it takes nothing.

    `refusals` are what it says to the next recipients, one each.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None, starttls: bool, refusal: str):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.tls, self.starttls, self.refusal = tls, starttls, refusal
        self.lines: list[str] = []
        self.mails: list[str] = []
        self.refusals: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not believe the certificate hangs up; that is what is tested."""


@contextlib.contextmanager
def serving(
    *, certificate: Path | None = None, starttls: bool = False, refusal: str = ""
) -> Iterator[MailServer]:
    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
    with MailServer(tls, starttls, refusal) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def make_certificate(path: Path) -> Path:
    """A key and a certificate for 127.0.0.1, signed by itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
