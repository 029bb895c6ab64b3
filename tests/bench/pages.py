"""Times the demo: first start, second start, and every page of every role over plain HTTP."""

import http.cookiejar
import re
import statistics
import time
import urllib.parse
import urllib.request

from tests.browser.conftest import Demo, free_port

RUNS = 20
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_LINK = re.compile(r'href="(/[^"#]*)"')
_LEFT_OUT = ("/static/", "/sign-out", "/stream", ".css", ".js", ".svg", ".ico")


def measure_pages(data_dir, line):
    """Print start times and the slowest pages, as seen by a client on this machine."""
    demo = Demo(data_dir=data_dir, port=free_port(), vitals_port=free_port()).start()
    try:
        print("\nThe demo, packages installed")
        line("first start, caseload generated", demo.started_in, None)
        demo.stop()
        demo.start()
        line("second start", demo.started_in, 10.0)
        print(f"\nPages of the sample caseload, {RUNS} requests each, one client")
        _pages(demo, line)
    finally:
        demo.stop()


def _pages(demo, line):
    everything = []
    per_page = []
    for role in demo.sign_ins:
        opener = signed_in(demo, role)
        for path in _reachable(opener, demo.url):
            taken = [_timed(opener, demo.url + path) for _ in range(RUNS)]
            everything += taken
            per_page.append((_p95(taken), statistics.median(taken), role, path))
    per_page.sort(reverse=True)
    for p95, median, role, path in per_page[:10]:
        print(f"    {p95 * 1000:6.0f} ms p95 {median * 1000:6.0f} ms median  {role:<12}{path}")
    line(f"{len(per_page)} pages, all requests, p95", _p95(everything), 0.150)
    line("slowest page, p95", per_page[0][0], 0.150)


def signed_in(demo, role):
    """Return an opener with the cookies of a role."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )
    address = f"{demo.url}/sign-in/"
    page = opener.open(address).read().decode()
    who = demo.sign_ins[role]
    form = {
        "csrfmiddlewaretoken": _TOKEN.search(page)[1],
        "login": who["username"],
        "password": who["password"],
    }
    request = urllib.request.Request(
        address, urllib.parse.urlencode(form).encode(), headers={"Referer": address}
    )
    opener.open(request).read()
    return opener


def _reachable(opener, url, *, most=60):
    """Return the pages a role reaches by following links from the front door, one per pattern."""
    found, seen, queue = [], set(), ["/"]
    while queue and len(found) < most:
        path = queue.pop(0)
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", path.split("?")[0])
        if kind in seen or any(part in path for part in _LEFT_OUT):
            continue
        seen.add(kind)
        with opener.open(url + path) as answer:
            if answer.headers.get_content_type() != "text/html":
                continue
            text = answer.read().decode()
        found.append(path)
        queue += [link for link in _LINK.findall(text) if link not in queue]
    return found


def _timed(opener, address):
    begun = time.perf_counter()
    opener.open(address).read()
    return time.perf_counter() - begun


def _p95(values):
    return statistics.quantiles(values, n=20)[-1]
