"""Whose address is it, and which proxy is believed."""

import pytest

from parcours.edge.addresses import Proxies, client_of


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_the_client_of_an_address(address, client):
    assert client_of(address) == client


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("198.51.100.9", "198.51.100.9"),
        ("203.0.113.1, 198.51.100.9", "198.51.100.9"),
        ("198.51.100.9, 10.0.0.2", "198.51.100.9"),
        ("198.51.100.9:4711", "198.51.100.9"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("198.51.100.9, garbage", None),
        ("garbage", None),
        ("<script>", None),
        ("10.0.0.3", None),
        (",,", None),
    ],
)
def test_the_nearest_address_that_is_no_proxy(forwarded, client):
    assert Proxies.of("10.0.0.0/8").client_behind(forwarded) == client


def test_proxies_are_addresses_and_networks():
    proxies = Proxies.of("127.0.0.1, 10.0.0.0/8,2001:db8::/32")
    assert proxies
    assert all(one in proxies for one in ("127.0.0.1", "10.9.9.9", "2001:db8::5", "::ffff:10.0.0.1", ""))
    assert not any(one in proxies for one in ("127.0.0.2", "192.0.2.1", "proxy.example"))
    assert "192.0.2.1" in Proxies.of("*")
    assert not Proxies.of("")
    with pytest.raises(ValueError, match="proxy"):
        Proxies.of("proxy.example")
