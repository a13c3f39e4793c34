# SPDX-License-Identifier: Apache-2.0
"""nss_peers_plot.py JSON: cost against number of users, both logarithmic, as SVG on stdout"""
import json
import math
import sys

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, PANEL, GAP = 1240, 620, 70, 60, 560, 370, 250
PANELS = (("pwnam x1", "getpwnam, a hit"), ("initgroups x1", "initgroups"))
COLOURS = {"floor": "#888888", "iamlogin": "#c0392b", "nscd": "#2980b9", "sss": "#16a085",
           "cache_oslogin": "#8e44ad", "cache": "#d35400", "sss_socket": "#27ae60",
           "systemd": "#2c3e50", "extrausers": "#b7950b", "files": "#7f5539"}
UNITS = (("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9))


def tick_text(value):
    unit, scale = [pair for pair in UNITS if value >= pair[1]][-1]
    return f"{value / scale:.0f} {unit}"


class Panel:
    def __init__(self, left, sizes, low, high):
        self.left, self.low, self.high = left, low, high
        self.first, self.last = math.log10(sizes[0]), math.log10(sizes[-1])

    def x(self, users):
        span = (self.last - self.first) or 1
        return self.left + (math.log10(users) - self.first) / span * PANEL

    def y(self, ns):
        return BOTTOM - (math.log10(ns) - self.low) / (self.high - self.low) * (BOTTOM - TOP)


def spread(labels, least):
    """the heights of @labels ((height, text, colour)), moved apart to @least pixels"""
    placed = []
    for height, text, colour in sorted(labels):
        if placed and height - placed[-1][0] < least:
            height = placed[-1][0] + least
        placed.append((height, text, colour))
    return placed


def text(x, y, what, colour="#333", size=12, anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" '
            f'text-anchor="{anchor}" font-weight="{weight}">{what}</text>')


def panel_svg(panel, title, case, report, sizes):
    out = [text(panel.left, TOP - 16, title, size=15, weight="bold")]
    for power in range(panel.low, panel.high + 1):
        y = panel.y(10 ** power)
        out.append(f'<path d="M{panel.left} {y:.1f}h{PANEL}" stroke="#ddd"/>')
        out.append(text(panel.left - 8, y + 4, tick_text(10 ** power), anchor="end"))
    for users in sizes:
        out.append(f'<path d="M{panel.x(users):.1f} {TOP}V{BOTTOM}" stroke="#eee"/>')
        out.append(text(panel.x(users), BOTTOM + 20, f"{users:,}", anchor="middle"))
    labels = []
    for peer, label in report["labels"].items():
        points = []
        for users in sizes:
            found = report["sizes"][str(users)]["peers"].get(peer, {}).get("cases", {})
            value = found.get(case, {}).get("cost")
            if value:
                points.append((panel.x(users), panel.y(value)))
        if not points:
            continue
        colour = COLOURS.get(peer, "#000")
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        width = 3 if peer == "iamlogin" else 1.6
        dash = ' stroke-dasharray="5 4"' if peer == "floor" else ""
        out.append(f'<path d="M{path}" fill="none" stroke="{colour}" '
                   f'stroke-width="{width}"{dash}/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        labels.append((points[-1][1], label.split(":")[0], colour))
    for height, label, colour in spread(labels, 15):
        out.append(text(panel.left + PANEL + 10, height + 4, label, colour,
                        weight="bold" if label == "iamlogin" else "normal"))
    return out


def svg(report):
    sizes = sorted(int(users) for users in report["sizes"])
    values = [found["cost"] for users in sizes
              for peer in report["sizes"][str(users)]["peers"].values()
              for case, found in peer.get("cases", {}).items()
              if case in dict(PANELS) and "cost" in found]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
           f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
           "<!-- made by: make bench-nss -->",
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
           text(LEFT, 22, "Cost of one NSS call against the number of users "
                          f"({report['machine']['processor']}, lower quartiles of "
                          f"{report['rounds']} rounds)", size=13)]
    for n, (case, title) in enumerate(PANELS):
        panel = Panel(LEFT + n * (PANEL + GAP), sizes, low, high)
        out += panel_svg(panel, title, case, report, sizes)
    out.append(text(LEFT, BOTTOM + 44, "users (both axes logarithmic)"))
    return "\n".join(out + ["</svg>"]) + "\n"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="ascii") as report_file:
        sys.stdout.write(svg(json.load(report_file)))
