"""Which network addresses strangers may send us to: public ones, and nothing behind our own walls."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# From the IANA IPv4 and IPv6 special-purpose address registries (RFC 6890). Said here because `ipaddress.is_global`
# differs between releases of Python: to some 192.0.0.192, where a cloud keeps its credentials, is global.
_NOT_PUBLIC = tuple(map(IPv4Network, (
    "0.0.0.0/8",  # this network
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # private
    "100.64.0.0/10",  # shared by a provider
    "127.0.0.0/8",  # loopback
    "168.63.129.16/32",  # public by its number, but answered inside: the host of an Azure machine
    "169.254.0.0/16",  # link-local, where clouds keep their credentials
    "192.0.0.0/24",  # protocol assignments
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  # documentation
    "192.88.99.0/24",  # relays of 6to4
    "198.18.0.0/15",  # benchmarks
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, broadcast
)))  # fmt: skip
# Everything outside, such as fc00::/7 and what maps or translates IPv4 (::ffff:0:0/96, 64:ff9b::/96), is not for us.
_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(map(IPv6Network, (
    "2001::/23",  # protocol assignments, with Teredo, which carries an IPv4 address
    "2001:db8::/32", "3fff::/20",  # documentation
    "2002::/16",  # 6to4, which carries an IPv4 address as well
)))  # fmt: skip


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, and not one that stands for another address."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC)
    return address in _UNICAST and not any(address in network for network in _NOT_PUBLIC_6)


def resolve(host: str, port: int) -> Sequence[Address]:
    """The addresses of a host, or of a number in any of its spellings (`127.1`). Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A link-local address may name its interface: fe80::1%eth0.
    return tuple(dict.fromkeys(ip_address(str(where[0]).partition("%")[0]) for *_, where in found))
