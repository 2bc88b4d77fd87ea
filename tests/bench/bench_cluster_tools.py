# SPDX-License-Identifier: Apache-2.0
"""What the rows of the cluster's benchmark share."""
import os
import statistics
import urllib.request

MIB = 1 << 20
HERTZ = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / HERTZ


def rss_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def told(name, values, unit, settings):
    values = sorted(values)
    print(f"{name:<44}{statistics.median(values):10.2f} {unit:<8}"
          f"[{values[0]:.2f} .. {values[-1]:.2f}]  {settings}", flush=True)


def round_trips_ms(port):
    """Of the last heartbeat on each link of a node."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics",
                                timeout=10) as answer:
        text = answer.read().decode()
    return [1000 * float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
            if line.startswith("troupe_peer_round_trip_seconds")]


def disk_bytes(directory):
    return sum(os.path.getsize(os.path.join(path, name))
               for path, _, names in os.walk(directory) for name in names)
