"""Distances and boxes, in degrees × 100 000."""

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0
KM_A_DEGREE = 111.0


def distance_km(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Great-circle distance (haversine) between two places."""
    lat1, lat2 = radians(one[0] / 1e5), radians(other[0] / 1e5)
    step = radians((other[1] - one[1]) / 1e5)
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(step / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(chord))


def box(here: tuple[int, int], radius_km: float) -> dict[str, int]:
    """South, north, west and east of everything within a radius; a little more than needed, never less."""
    latitude = radius_km / KM_A_DEGREE * 1e5 + 1
    farthest = min(89.0, abs(here[0]) / 1e5 + radius_km / KM_A_DEGREE)
    longitude = latitude / cos(radians(farthest))
    return {
        "south": int(here[0] - latitude), "north": int(here[0] + latitude),
        "west": int(here[1] - longitude), "east": int(here[1] + longitude),
    }  # fmt: skip
