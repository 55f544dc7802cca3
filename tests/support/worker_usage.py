"""What the process of a test run has used."""

import resource


def worker_usage() -> str:
    """Return processor seconds, with those of child processes, and the peak memory of this process."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(one.ru_utime + one.ru_stime for one in used)
    return f"{seconds:.0f} CPU seconds, {used[0].ru_maxrss / 1e6:.1f} GB at most"
