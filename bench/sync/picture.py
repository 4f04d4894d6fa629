"""Draws what measure.py found: for each work the ratio to the passthrough and to sshfs, and the goal as a line.

usage: measure.py ... | tail -n 1 | picture.py >FILE.svg
"""

import json
import math
import sys

ROW, BAR, LEFT, WIDTH, TOP, GAP = 40, 13, 120, 250, 64, 50
# Ratios are drawn on a logarithmic scale from a tenth to ten times (passthrough) and a half to fifty times (sshfs).
SCALES = [("passthrough", "to a bare passthrough", 0.1, 10, "#2f6f8f", [0.1, 1, 10]),
          ("sshfs", "to sshfs over loopback", 0.5, 50, "#8f6f2f", [0.5, 1, 10, 50])]


def place(value, low, high):
    return WIDTH * (math.log(min(max(value, low), high)) - math.log(low)) / (math.log(high) - math.log(low))


def text(x, y, words, anchor="start", size=12, color="#222"):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}" text-anchor="{anchor}">{words}</text>'


def main():
    result = json.load(sys.stdin)
    works = result["works"]
    height = TOP + ROW * len(works) + 40
    width = LEFT + 2 * WIDTH + GAP + 50
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" font-family="sans-serif">',
           f'<rect width="{width}" height="{height}" fill="#fff"/>',
           text(10, 22, "The synced folder's speed, as a ratio (more is better; the line is the goal)", size=14)]
    for index, (_, title, low, high, color, ticks) in enumerate(SCALES):
        left = LEFT + index * (WIDTH + GAP)
        out.append(text(left, 48, title, color=color))
        for tick in ticks:
            x = left + place(tick, low, high)
            out.append(f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 34}" stroke="#ddd"/>')
            out.append(text(x, height - 18, f"{tick:g}", "middle", 11, "#666"))
        for row, (work, line) in enumerate(works.items()):
            y = TOP + row * ROW + 8
            if index == 0:
                out.append(text(LEFT - 8, y + BAR - 2, work, "end"))
            ratio, goal = line["ratios"][index], line["goals"][index]
            if ratio is None:
                continue
            length = place(ratio, low, high)
            out.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{color}"/>')
            end = length
            if goal is not None and length <= place(goal, low, high) <= length + 36:
                end = place(goal, low, high)
            out.append(text(left + end + 4, y + BAR - 2, f"{ratio:.2f}", size=11))
            if goal is not None:
                x = left + place(goal, low, high)
                out.append(f'<line x1="{x:.1f}" y1="{y - 5}" x2="{x:.1f}" y2="{y + BAR + 5}" stroke="#c22" '
                           'stroke-width="2"/>')
    out.append("</svg>")
    print("\n".join(out))


main()
