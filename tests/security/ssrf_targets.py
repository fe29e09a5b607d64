"""Addresses that nobody may reach through Crossdock, in the ways in which they can be written."""

from __future__ import annotations

V4 = (
    *(
        "127.0.0.1",
        "127.0.0.2",
        "127.1.2.3",
        "127.255.255.254",
        "0.0.0.1",
        "0.255.255.255",
        "10.0.0.1",
        "10.255.255.254",
    ),
    *(
        "172.16.0.1",
        "172.31.255.254",
        "192.168.0.1",
        "192.168.255.254",
        "169.254.169.254",
        "169.254.0.1",
        "169.254.170.2",
    ),
    *("100.64.0.1", "100.100.100.200", "100.127.255.254", "192.0.0.1", "192.0.0.192", "192.0.2.1", "198.18.0.1"),
    *("198.19.255.254", "198.51.100.1", "203.0.113.1", "192.88.99.1", "168.63.129.16", "224.0.0.1", "239.255.255.250"),
    *("240.0.0.1", "255.255.255.255", "192.31.196.1", "192.52.193.1", "192.175.48.1"),
)
V6 = (
    *("::", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("::ffff:0:127.0.0.1", "::127.0.0.1", "::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254"),
    *(
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "64:ff9b:1::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2002:a00:1::",
    ),
    *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::1", "2001:10::1", "2001:20::1", "2001:db8::1", "3fff::1"),
    *(
        "fc00::1",
        "fd00::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "fe80::a9fe:a9fe",
        "fec0::1",
        "ff02::1",
        "ff05::1:3",
    ),
    *("100::1", "5f00::1", "2620:4f:8000::1", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a9fe:a9fe"),
)
SPELLED = (
    *(
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "0",
        "0x0",
        "00000000",
    ),
    *("2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "1", "256", "127.0.0.0x1", "010.0.0.1"),
    *("127.0.0.01", "127.0.0.1.", "3232235521", "0xc0a80001", "127.000.000.001", "0x7f.1", "4294967295", "1.1.1.0x1"),
)
NAMES = (
    *("localhost", "LOCALHOST", "localhost.localdomain", "foo.localhost", "metadata.google.internal", "metadata"),
    *(
        "kubernetes.default.svc.cluster.local",
        "instance-data.ec2.internal",
        "router.lan",
        "printer.local",
        "db.intranet",
    ),
    *(
        "git.corp",
        "nas.home",
        "box.home.arpa",
        "1.0.0.127.in-addr.arpa",
        "hidden.onion",
        "x.test",
        "x.invalid",
        "postgres",
    ),
    *(
        "api.example.com.",
        "-a.example.com",
        "a..example.com",
        "a_b.example.com",
        "*.example.com",
        f"{'a' * 64}.example.com",
    ),
)
WHOLE = (
    *("http://api.example.com/", "ftp://api.example.com/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO"),
    *("unix:///var/run/docker.sock", "http+unix://%2Fvar%2Frun%2Fdocker.sock/info", "dict://127.0.0.1:11211/stat"),
    *(
        "https:api.example.com",
        "https:/api.example.com",
        "https:///api.example.com",
        "//api.example.com/",
        "api.example.com",
    ),
    *("https://user@api.example.com/", "https://127.0.0.1@api.example.com/", "https://api.example.com:pw@127.0.0.1/"),
    *("https://api.example.com\\@127.0.0.1/", "https://127.0.0.1\\.api.example.com/", "https://api.example.com:0/"),
    *(
        "https://api.example.com:65536/",
        "https://api.example.com:/",
        "https://api.example.com:443:80/",
        "https://[::1]x/",
    ),
    *(
        "https://[::1/",
        "https://::1/",
        "https://[127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::1]@api.example.com/",
    ),
    *(
        "https://api.example.com\t/",
        "https://api\n.example.com/",
        " https://api.example.com/",
        "https://api.example.com/\x00",
    ),
    *(
        "https://①②⑦.⓪.⓪.①/",
        "https://127。0。0。1/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://ⓛocalhost/",
        "https://löcal.example/",
    ),
    *(
        "https://%31%32%37.0.0.1/",
        "https://127.0.0.1%00.example.com/",
        "https://127.0.0.1%2f.example.com/",
        "jar:https://a.b/",
    ),
    *(
        "https://api.example.com /",
        "https://<api.example.com>/",
        "https://{api}.example.com/",
        "",
        "https://",
        "javascript:1",
    ),
)

TARGETS = (
    *(f"https://{address}/latest/meta-data" for address in V4),
    *(f"https://[{address}]:8443/" for address in V6),
    *(f"https://{text}/" for text in SPELLED),
    *(f"https://{name}/" for name in NAMES),
    *WHOLE,
)
