"""Asking ClamAV about a file, where the shop has one: the protocol INSTREAM of clamd (man clamd, COMMANDS)."""

import logging
import socket
import struct
from typing import BinaryIO

from flask import current_app

from app.chat.files.errors import Unusable

WAIT_S = 20.0
PIECE = 64 * 1024
LONGEST_ANSWER = 4096

log = logging.getLogger(__name__)


class ScannerAway(Exception):
    """It did not answer, or not what it should; the job tries again later."""


def scan(file: BinaryIO) -> None:
    """Raises Unusable for what it knows as harmful, and ScannerAway. Without a scanner nothing is asked."""
    address: str = current_app.config["SETTINGS"].CHAT_CLAMAV_ADDRESS
    if not address:
        return
    try:
        answer = ask(address, file)
    except OSError as error:
        raise ScannerAway(f"{address}: {error}") from error
    if answer.endswith(" FOUND"):
        log.warning("a file was refused by the virus scanner: %s", answer)
        raise Unusable("The virus scanner refused it.")
    if answer != "stream: OK":
        raise ScannerAway(f"{address} answered {answer!r}")


def ask(address: str, file: BinaryIO) -> str:
    with connect(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE):
            connection.sendall(struct.pack("!I", len(piece)) + piece)
        connection.sendall(struct.pack("!I", 0))
        return read_answer(connection)


def connect(address: str) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(WAIT_S)
        connection.connect(address)
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), WAIT_S)


def read_answer(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
