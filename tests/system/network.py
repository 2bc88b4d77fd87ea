# SPDX-License-Identifier: Apache-2.0
"""A network of our own for a test: one namespace per node, joined by a bridge
that only this process and its children see, and rules that cut links."""
import ctypes
import os
import shutil
import subprocess
import unittest

CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000
BRIDGE = "10.77.0.254"


def why_not():
    """Why this machine cannot have such a network; None when it can."""
    if os.geteuid() != 0:
        return "needs root to make network namespaces"
    for tool in ("ip", "nft", "nsenter", "unshare", "mount"):
        if shutil.which(tool) is None:
            return f"needs the command {tool}"
    return None


def enter_namespaces():
    """Moves this process into network and mount namespaces of its own."""
    reason = why_not()
    if reason:
        raise unittest.SkipTest(reason)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET | CLONE_NEWNS) != 0:
        raise unittest.SkipTest("namespaces: "
                                + os.strerror(ctypes.get_errno()))
    run("mount", "--make-rprivate", "/")
    run("ip", "link", "set", "lo", "up")


def run(*command, **options):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)


class Network:
    """Node `i` has the address 10.77.0.(i+1); this process is the bridge."""

    def __init__(self):
        self.holders = []
        run("ip", "link", "add", "troupe0", "type", "bridge")
        run("ip", "addr", "add", BRIDGE + "/24", "dev", "troupe0")
        run("ip", "link", "set", "troupe0", "up")

    @staticmethod
    def address(node):
        return f"10.77.0.{node + 1}"

    def add(self):
        """Makes the namespace of the next node and answers its number."""
        node = len(self.holders)
        holder = subprocess.Popen(["unshare", "-n", "cat"],
                                  stdin=subprocess.PIPE)
        self.holders.append(holder)
        self.await_namespace(holder)
        outer, inner = f"node{node}", "eth0"
        run("ip", "link", "add", outer, "type", "veth", "peer", "name", inner,
            "netns", str(holder.pid))
        run("ip", "link", "set", outer, "master", "troupe0")
        run("ip", "link", "set", outer, "up")
        self.inside(node, "ip", "addr", "add", self.address(node) + "/24",
                    "dev", inner)
        self.inside(node, "ip", "link", "set", inner, "up")
        self.inside(node, "ip", "link", "set", "lo", "up")
        self.inside(node, "nft", "add table inet troupe")
        self.inside(node, "nft", "add chain inet troupe cut "
                    "{ type filter hook input priority 0; }")
        return node

    @staticmethod
    def await_namespace(holder):
        import broker
        ours = os.readlink("/proc/self/ns/net")
        broker.wait_until(
            lambda: os.readlink(f"/proc/{holder.pid}/ns/net") != ours,
            10, "a network namespace")

    def prefix(self, node):
        return ["nsenter", "-t", str(self.holders[node].pid), "-n", "--"]

    def inside(self, node, *command):
        run(*self.prefix(node), *command)

    def cut(self, source, target):
        """Nothing from `source` reaches `target` any more: packets vanish."""
        self.inside(target, "nft", "add rule inet troupe cut ip saddr "
                    f"{self.address(source)} drop")

    def heal(self):
        for node in range(len(self.holders)):
            self.inside(node, "nft", "flush chain inet troupe cut")

    def end(self):
        # They would go with their namespaces, but not at once.
        for node in range(len(self.holders)):
            run("ip", "link", "del", f"node{node}")
        for holder in self.holders:
            holder.stdin.close()
            holder.wait(10)
        run("ip", "link", "del", "troupe0")
