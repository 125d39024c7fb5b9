"""Which machines a push may be sent to: public ones, and only the very address that was looked at.

A name may lead anywhere, and elsewhere a moment later. So the connection goes to the addresses that were vetted here, and
never asks for the name again.
"""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

# Python calls some of these global. Behind the first ones may be a private IPv4 address; the others are nobody's.
CARRIERS: tuple[IPv6Network, ...] = tuple(
    IPv6Network(net)
    for net in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "fec0::/10",
        "3fff::/20",
        "5f00::/16",
    )
)
SPECIAL: tuple[IPv4Network, ...] = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))


class UnsafeAddress(OSError):
    """A name leads to a machine that pushes must not reach."""


def is_public(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if mapped := address.ipv4_mapped:
            return is_public(str(mapped))
    if is_in(address, (*CARRIERS, *SPECIAL)):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_in(address: IPv4Address | IPv6Address, nets: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address in net for net in nets if net.version == address.version)


class VettedResolver(AbstractResolver):
    """Asks the system, and refuses a name as a whole if one of its addresses is not public."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        addresses = {str(each[4][0]): each[0] for each in found}
        if not addresses or not all(is_public(address) for address in addresses):
            raise UnsafeAddress(f"{host} is not a public machine")
        return [described(host, address, port, kind) for address, kind in addresses.items()]

    async def close(self) -> None:
        """Nothing is kept."""


def described(host: str, address: str, port: int, family: Any) -> ResolveResult:
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )
