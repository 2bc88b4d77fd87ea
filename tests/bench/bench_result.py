# SPDX-License-Identifier: Apache-2.0
"""Samples of one row, and what their medians are checked for."""
import statistics

from bench_table import number, say


class Check:
    """A median against its goal."""

    def __init__(self, title, value, least=None, most=None, unit=""):
        self.title, self.value, self.unit = title, value, unit
        self.least, self.most = least, most

    def goal(self):
        if self.least is not None:
            return "at least %s%s" % (number(self.least), self.unit)
        if self.most is not None:
            return "at most %s%s" % (number(self.most), self.unit)
        return "reported"

    def met(self):
        return ((self.least is None or self.value >= self.least) and
                (self.most is None or self.value <= self.most))


class Result:
    """Samples by variant and measure, and what they are checked for."""

    def __init__(self, row, error=None):
        self.row, self.error = row, error
        self.variants, self.checks = {}, []

    def add(self, variant, **measures):
        into = self.variants.setdefault(variant, {})
        for measure, value in measures.items():
            into.setdefault(measure.replace("_per_", "/"), []).append(value)
        say("   %-14s %s" % (variant, "  ".join(
            "%s %s" % (m.replace("_per_", "/"), number(v))
            for m, v in measures.items())))

    def median(self, variant, measure):
        return statistics.median(self.variants[variant][measure])

    def ratio(self, measure, variant, to):
        """Median of the ratios of neighbours in time."""
        pairs = zip(self.variants[variant][measure], self.variants[to][measure])
        return statistics.median(a / b if b else float("inf")
                                 for a, b in pairs)

    def check(self, title, value, **goal):
        self.checks.append(Check(title, value, **goal))

    def sane(self):
        """Everything measured something; CPU of idlers and misses may be 0."""
        return not self.error and bool(self.variants) and all(
            value > 0 or measure in ("cpu %", "cpu us/heartbeat", "misses")
            for measures in self.variants.values()
            for measure, values in measures.items() for value in values)

    def as_json(self):
        return {"row": self.row.name, "title": self.row.title,
                "settings": self.row.settings, "error": self.error,
                "variants": self.variants,
                "checks": [{"title": c.title, "goal": c.goal(),
                            "value": c.value, "met": c.met()}
                           for c in self.checks]}
