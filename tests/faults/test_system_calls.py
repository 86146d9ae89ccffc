# SPDX-License-Identifier: MIT
"""What a request asks of the kernel: each call is a good part of what the request costs altogether."""

import re

from harness.faulting import strace
from support.server import Server

CHARGES = 20


def test_no_request_asks_the_kernel_for_its_cpu_time(folder):
    """The time by the clock is to be had without."""
    server = Server(folder, test_clock=False)
    server.start()
    client, report = server.client(), folder / "calls"
    with strace(server.process.pid, "clock_gettime", "sendto", report=report):
        for _ in range(CHARGES):
            client.charge("ann", 1).ok(201)
    server.stop()
    calls = report.read_text()
    assert len(re.findall("sendto", calls)) >= CHARGES, "the calls were seen"
    assert "CPUTIME" not in calls
