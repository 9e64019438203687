"""Which internet addresses a stranger's link may lead to."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_NOT_REALLY_GLOBAL_6 = (
    IPv6Network("2001::/23"),  # Teredo and other protocol assignments
    IPv6Network("2002::/16"),  # 6to4: any IPv4 address may stand inside
    IPv6Network("3fff::/20"),  # documentation
)
_NOT_REALLY_GLOBAL_4 = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
)
_ISATAP = (0x00005EFE, 0x02005EFE)


def is_public(text: str) -> bool:
    """Whether an address lies on the public internet and in nobody's own network.

    IPv6 addresses with an IPv4 address inside are refused, except NAT64 (RFC 6052) around a public one, which hosts
    without IPv4 need. Whatever is no plain address, such as one with a zone, is not public.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_public_4(address)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return _is_public_4(IPv4Address(int(address) & 0xFFFF_FFFF))
    return _is_public_6(address)


def may_be_private(text: str) -> bool:
    """Whether an address may be connected to when whoever runs this names the host as one to trust.

    Link-local ones stay closed, where clouds tell machines their credentials, and so does what is no host's address.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return False
    return not (address.is_link_local or address.is_multicast or address.is_unspecified)


def _is_public_4(address: IPv4Address) -> bool:
    closed = address.is_multicast or address.is_reserved or any(address in each for each in _NOT_REALLY_GLOBAL_4)
    return address.is_global and not closed


def _is_public_6(address: IPv6Address) -> bool:
    inside = address in _GLOBAL_UNICAST and not any(address in each for each in _NOT_REALLY_GLOBAL_6)
    return inside and address.is_global and (int(address) >> 32) & 0xFFFF_FFFF not in _ISATAP
