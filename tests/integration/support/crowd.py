# SPDX-License-Identifier: MIT
"""Many clients at once."""

import threading


def at_once(server, jobs):
    """Runs each job (a function of a client) on a thread and connection of its own, all beginning together. Returns
    their results in order; an exception in one is the test's."""
    barrier = threading.Barrier(len(jobs))
    results, failures = [None] * len(jobs), []

    def work(index, job):
        client = server.client()
        try:
            client.get("/healthz")
            barrier.wait(timeout=30)
            results[index] = job(client)
        except BaseException as failure:  # pylint: disable=broad-except
            failures.append(failure)
            barrier.abort()

    threads = [threading.Thread(target=work, args=item) for item in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def in_the_background(jobs):
    """Starts each job (a function without arguments) on a thread; returns a function that waits for all of them."""
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()

    def wait():
        for thread in threads:
            thread.join()

    return wait
