"""Numbers as people read them. What is not known, or not a number, is a dash."""

import math

DASH = "\N{EN DASH}"


def known(value: object) -> bool:
    """Whether there is a number to print."""
    return isinstance(value, int | float) and math.isfinite(value)


def share(value: float | None) -> str:
    """A share or a score, three decimals: 0.873."""
    return f"{value:.3f}" if value is not None and known(value) else DASH


def percent(value: float | None) -> str:
    """A share in percent, one decimal: 87.3 %."""
    return f"{hundredths(value)} %" if known(value) else DASH


def hundredths(value: float | None) -> str:
    """A share in percent for columns whose heading says so: 87.3."""
    return f"{100 * value:.1f}" if value is not None and known(value) else DASH


def points(difference: float | None) -> str:
    """A difference of two shares in points, with its sign: +1.4, -0.2."""
    return f"{100 * difference:+.1f}" if difference is not None and known(difference) else DASH


def unsigned_points(difference: float | None) -> str:
    """A difference of two shares in points, the sign of a lead left out: 1.4, -0.2."""
    return points(difference).removeprefix("+")


def signed(value: float | None) -> str:
    """A number of either sign, two decimals, with a true minus: 0.42, \N{MINUS SIGN}1.30."""
    if value is None or not known(value):
        return DASH
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def minutes(value: float | None) -> str:
    """Minutes, one decimal: 27.5 min."""
    return f"{value:.1f} min" if value is not None and known(value) else DASH


def p_value(value: float | None) -> str:
    """A p value: three decimals, or <0.001."""
    if value is None or not known(value):
        return DASH
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def count(value: float | None) -> str:
    """A count with commas: 2,388."""
    return f"{value:,.0f}" if value is not None and known(value) else DASH


def parameters(value: float | None) -> str:
    """A number of parameters: 950, 14.2 K, 22.7 M, 1.5 B."""
    if value is None or not known(value):
        return DASH
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value >= size:
            return f"{value / size:.1f} {letter}"
    return f"{value:.0f}"


def duration(seconds: float | None) -> str:
    """Seconds as 0.4 s, 48 s, 3 min 05 s or 1 h 02 min."""
    if seconds is None or not known(seconds):
        return DASH
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def memory(megabytes: float | None) -> str:
    """Memory in MB, or in GB from 1,000 MB up."""
    if megabytes is None or not known(megabytes):
        return DASH
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes:.0f} MB"
