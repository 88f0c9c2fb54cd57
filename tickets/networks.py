"""Whether a network address is on the internet, or in a network of our own."""

from __future__ import annotations

import ipaddress

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # what of the older internet is behind it (RFC 6052)


def is_public(address: str) -> bool:
    """Whether everybody can reach it: neither this machine nor its network, by no disguise."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside is not None:
            ip = inside
    return ip.is_global and not ip.is_multicast
