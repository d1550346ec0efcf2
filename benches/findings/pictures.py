"""Pictures as SVG text, without any library: the same numbers give the same bytes."""

import math
from html import escape

INK, GREY, RULE = "#1f2a30", "#5d6b72", "#d5dce0"
# Colours that stay apart for the colour-blind, each with a shape of its own.
MARKS = [("#0072b2", "circle"), ("#d55e00", "square"), ("#009e73", "triangle"), ("#6b4c9a", "diamond"), ("#8a6d00", "cross")]
FONT = 'font-family="DejaVu Sans, Arial, sans-serif"'


def number(value, language, decimals=0, signed=False):
    """Writes a number as people of the language do."""
    text = f"{abs(value):,.{decimals}f}"
    if language == "fr":
        text = text.replace(",", "\u202f").replace(".", ",")
    zero = not any(digit in "123456789" for digit in text)
    sign = "" if zero else "\u2212" if value < 0 else "+" if signed else ""
    return sign + text


def mark(kind, x, y, size=5.0):
    colour, shape = MARKS[kind % len(MARKS)]
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{colour}"/>'
    if shape == "square":
        return f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size:.1f}" height="{2 * size:.1f}" fill="{colour}"/>'
    if shape == "triangle":
        return f'<path d="M{x:.1f} {y - size - 1:.1f}L{x + size + 1:.1f} {y + size:.1f}H{x - size - 1:.1f}Z" fill="{colour}"/>'
    if shape == "diamond":
        return f'<path d="M{x:.1f} {y - size - 1:.1f}L{x + size + 1:.1f} {y:.1f}L{x:.1f} {y + size + 1:.1f}L{x - size - 1:.1f} {y:.1f}Z" fill="{colour}"/>'
    return f'<path d="M{x - size:.1f} {y - size:.1f}L{x + size:.1f} {y + size:.1f}M{x - size:.1f} {y + size:.1f}L{x + size:.1f} {y - size:.1f}" stroke="{colour}" stroke-width="2.5"/>'


def text(x, y, words, anchor="start", size=12, colour=INK, weight="normal", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}" font-weight="{weight}"{more}>{escape(words)}</text>'


def page(width, height, title, description, body):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="t d" {FONT}>'
    named = f'<title id="t">{escape(title)}</title><desc id="d">{escape(description)}</desc>'
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, named, ground, text(16, 26, title, size=15, weight="bold"), *body, "</svg>"]) + "\n"


def steps(low, high, wanted=5):
    """Returns round values that span a range."""
    raw = max(high - low, 1e-9) / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    return [step * place for place in range(first, last + 1)]


def legend(kinds, x, y, gap=22):
    body = []
    for place, (kind, words) in enumerate(kinds):
        body.append(mark(kind, x, y + gap * place - 4))
        body.append(text(x + 14, y + gap * place, words, colour=INK))
    return body


def strips(title, description, rows, columns, unit, language, kinds):
    """One strip for each group of points: where the teams of each kind of place lie, reading by reading.

    `rows`: (name, [(kind, value)], mean) for each reading and place; a line without points is a heading.
    """
    values = [value for _, points, _ in rows for _, value in points]
    ticks = steps(min([*values, 0.0]), max([*values, 0.0]), 6)
    left, right, top, gap = 190, 720, 60, 26
    bottom = top + gap * len(rows)
    place = lambda value: left + (value - ticks[0]) / (ticks[-1] - ticks[0]) * (right - left)
    body = []
    for tick in ticks:
        heavy = abs(tick) < 1e-9
        body.append(f'<path d="M{place(tick):.1f} {top - 12}V{bottom - 8}" stroke="{INK if heavy else RULE}" stroke-width="{1.2 if heavy else 1}"/>')
        body.append(text(place(tick), bottom + 8, number(tick, language, 0, True), "middle", 11, GREY))
    body.append(text((left + right) / 2, bottom + 28, unit, "middle", 12, GREY))
    for line, (name, points, mean) in enumerate(rows):
        y = top + gap * line
        body.append(text(16, y + 4, name, weight="normal" if points else "bold"))
        if points:
            body.append(f'<path d="M{left} {y}H{right}" stroke="{RULE}" stroke-dasharray="2 3"/>')
        for kind, value in points:
            body.append(mark(kind, place(value), y))
        if points:
            body.append(f'<path d="M{place(mean):.1f} {y - 10}V{y + 10}" stroke="{INK}" stroke-width="2.5"/>')
    body += legend(kinds, 200, bottom + 54)
    return page(740, bottom + 54 + 22 * len(kinds), title, description, body)


def plane(title, description, points, across, up, language, kinds, lines=(), decimals=(0, 1)):
    """Points by two measures. `points`: (kind, x, y); `lines`: (words, "v" or "h", value)."""
    xs, ys = [x for _, x, _ in points], [y for _, _, y in points]
    for _, way, value in lines:
        (xs if way == "v" else ys).append(value)
    horizontal, vertical = steps(min(xs), max(xs)), steps(min(ys), max(ys))
    left, right, top, bottom = 80, 700, 60, 400
    px = lambda value: left + (value - horizontal[0]) / (horizontal[-1] - horizontal[0]) * (right - left)
    py = lambda value: bottom - (value - vertical[0]) / (vertical[-1] - vertical[0]) * (bottom - top)
    body = []
    for tick in horizontal:
        body.append(f'<path d="M{px(tick):.1f} {top}V{bottom}" stroke="{RULE}"/>')
        body.append(text(px(tick), bottom + 18, number(tick, language, decimals[0]), "middle", 11, GREY))
    for tick in vertical:
        body.append(f'<path d="M{left} {py(tick):.1f}H{right}" stroke="{RULE}"/>')
        body.append(text(left - 8, py(tick) + 4, number(tick, language, decimals[1]), "end", 11, GREY))
    for words, way, value in lines:
        if way == "v":
            body.append(f'<path d="M{px(value):.1f} {top}V{bottom}" stroke="{INK}" stroke-dasharray="5 4"/>')
            body.append(text(px(value) + 5, top + 12, words, size=11))
        else:
            body.append(f'<path d="M{left} {py(value):.1f}H{right}" stroke="{INK}" stroke-dasharray="5 4"/>')
            body.append(text(right - 4, py(value) - 5, words, "end", 11))
    body.append(text((left + right) / 2, bottom + 40, across, "middle", 12, GREY))
    body.append(text(16, top - 12, up, size=12, colour=GREY))
    body += [mark(kind, px(x), py(y)) for kind, x, y in points]
    body += legend(kinds, 90, bottom + 66)
    return page(740, bottom + 66 + 22 * len(kinds), title, description, body)


def bars(title, description, rows, unit, language, decimals=0, kinds=(), lines=()):
    """Bars from zero. `rows`: (name, kind, value)."""
    values = [value for _, _, value in rows] + [value for _, value in lines]
    ticks = steps(min([*values, 0.0]), max([*values, 0.0]), 5)
    left, right, top, gap = 300, 660, 56, 26
    bottom = top + gap * len(rows)
    place = lambda value: left + (value - ticks[0]) / (ticks[-1] - ticks[0]) * (right - left)
    body = []
    for tick in ticks:
        body.append(f'<path d="M{place(tick):.1f} {top - 10}V{bottom - 6}" stroke="{INK if abs(tick) < 1e-9 else RULE}"/>')
        body.append(text(place(tick), bottom + 10, number(tick, language), "middle", 11, GREY))
    body.append(text((left + right) / 2, bottom + 30, unit, "middle", 12, GREY))
    for words, value in lines:
        body.append(f'<path d="M{place(value):.1f} {top - 10}V{bottom - 6}" stroke="{INK}" stroke-dasharray="5 4"/>')
        body.append(text(place(value), top - 14, words, "middle", 11))
    for line, (name, kind, value) in enumerate(rows):
        y = top + gap * line
        ends = sorted((place(0.0), place(value)))
        body.append(text(left - 8 if min(ticks) >= 0 else 16, y + 8, name, "end" if min(ticks) >= 0 else "start"))
        body.append(f'<rect x="{ends[0]:.1f}" y="{y - 4}" width="{max(ends[1] - ends[0], 1):.1f}" height="16" fill="{MARKS[kind % len(MARKS)][0]}"/>')
        side = ("start", ends[1] + 5) if value >= 0 else ("end", ends[0] - 5)
        body.append(text(side[1], y + 8, number(value, language, decimals, min(ticks) < 0), side[0], 11))
    body += legend(list(kinds), 200, bottom + 54) if kinds else []
    return page(740, bottom + 44 + 24 * len(kinds), title, description, body)
