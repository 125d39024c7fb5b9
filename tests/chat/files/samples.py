"""Files as people send them, and as nobody should."""

import io
import struct
import zipfile
import zlib

from PIL import Image

PHP = b"<?php system($_GET['c']); ?>"
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
TEXT = "Grüße aus der Töpferei\nÜber 1300 °C\n".encode()
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def image(kind: str = "JPEG", size: tuple[int, int] = (600, 400), **options: object) -> bytes:
    body = io.BytesIO()
    mode = "P" if kind == "GIF" else "RGB"
    Image.radial_gradient("L").resize(size).convert(mode).save(body, kind, **options)
    return body.getvalue()


def image_with_place() -> bytes:
    """A photograph that lies on its side and tells where it was taken, by whom, and something else besides."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret Camera"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
    return image("JPEG", (600, 400), exif=exif, comment=b"Secret comment")


def animation(frames: int, size: tuple[int, int] = (20, 10), **options: object) -> bytes:
    pictures = [Image.new("RGB", size, (index * 2 % 256, index, 0)) for index in range(frames)]
    body = io.BytesIO()
    pictures[0].save(body, "GIF", save_all=True, append_images=pictures[1:], **{"duration": 40, **options})
    return body.getvalue()


def many_frames(count: int, canvas: tuple[int, int] = (1, 1)) -> bytes:
    """An animation of so many frames, each with one dot that changes."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + frame * count + b"\x3b"


def png_bomb(width: int, height: int) -> bytes:
    """A few kilobytes that say that they are so many dots, and are."""
    packer = zlib.compressobj(9)
    row = b"\0" * (width // 8 + 1)
    dots = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(name, data) for name, data in ((b"IHDR", head), (b"IDAT", dots), (b"IEND", b""))
    )


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))


def archive() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        made.writestr("index.html", HTML)
    return body.getvalue()


def pdf_with(objects: bytes, *, packed: bool = False) -> bytes:
    if packed:
        data = zlib.compress(b"1 0 " + objects)
        objects = (
            b"2 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>\nstream\n" + data + b"\nendstream endobj"
        )
    return b"%PDF-1.5\n" + objects + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"
