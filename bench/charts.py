"""Charts for the documents: plain SVG files without references to anything outside."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, FOOT = 760, 300, 44, 62, 30
FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
INK, RULE, FILLS = "#3b4252", "#dfe3ea", ("#c9792b", "#2a5db0")
"""Orange and blue: told apart by everybody, and by lightness alone."""


def columns(title: str, labels: Sequence[str], series: dict[str, Sequence[float]]) -> str:
    """Grouped columns, one group a label, at most two ``series`` by name."""
    top = max(max(values) for values in series.values())
    step = 1 if top <= 8 else 2
    scale = (HEIGHT - TOP - FOOT) / (int(top / step + 1) * step)
    group = (WIDTH - LEFT - 12) / len(labels)
    bar = group * 0.36
    base = HEIGHT - FOOT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="{FONT}" font-size="13" fill="{INK}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" font-size="15" font-weight="600">{escape(title)}</text>',
    ]
    for n, name in enumerate(series):
        x = LEFT + n * 260
        lines.append(f'<rect x="{x}" y="36" width="11" height="11" rx="2" fill="{FILLS[n]}"/>')
        lines.append(f'<text x="{x + 17}" y="46">{escape(name)}</text>')
    for value in range(0, int(top / step + 1) * step + 1, step):
        y = base - value * scale
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - 12}" y1="{y:.1f}" y2="{y:.1f}" stroke="{RULE}"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value}</text>')
    for at, label in enumerate(labels):
        middle = LEFT + (at + 0.5) * group
        lines.append(f'<text x="{middle:.1f}" y="{base + 19}" text-anchor="middle">{escape(label)}</text>')
        for n, values in enumerate(series.values()):
            high = values[at] * scale
            x = middle + (n - len(series) / 2) * bar
            lines.append(
                f'<rect x="{x:.1f}" y="{base - high:.1f}" width="{bar - 2:.1f}" height="{high:.1f}" '
                f'rx="2" fill="{FILLS[n]}"/>'
            )
            if high:
                lines.append(
                    f'<text x="{x + bar / 2 - 1:.1f}" y="{base - high - 4:.1f}" font-size="10" '
                    f'text-anchor="middle">{values[at]:.1f}</text>'
                )
    return "\n".join([*lines, "</svg>", ""])
