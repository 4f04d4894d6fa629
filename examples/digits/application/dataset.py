"""Reads labelled or unlabelled digits from CSV files, strictly.

One header line naming pixel_0_0 to pixel_7_7 row by row, then `label` if the digits are known; one line per digit.
What is refused is refused with its place and never with its content: the message may be kept where the data may not.
"""

import csv
import os
import stat
from pathlib import Path
from typing import NamedTuple

import numpy as np

PIXELS = 64
PIXEL_NAMES = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
MAX_ROWS = 1_000_000

_PIXEL_VALUES = {str(value): value for value in range(17)}
_LABELS = {str(value): value for value in range(10)}


class DatasetError(Exception):
    """The dataset cannot be used; the message is one line without content of the dataset."""


class Digits(NamedTuple):
    """The digits of one file: images are uint8 (n, 64) from 0 to 16, labels uint8 (n,) from 0 to 9, or None."""

    file_name: str
    images: np.ndarray
    labels: np.ndarray | None


def shown(path):
    """The path as text that stays on one line."""
    return "".join(c if c.isprintable() else "?" for c in str(path))


def read_folder(folder):
    """Every *.csv of the folder in order of its name."""
    try:
        paths = sorted(path for path in Path(folder).iterdir() if path.name.endswith(".csv"))
    except OSError as e:
        raise DatasetError(f"cannot list dataset folder {shown(folder)}: {e.strerror}") from e
    if not paths:
        raise DatasetError(f"no .csv file in dataset folder {shown(folder)}")
    return [read_file(path) for path in paths]


def read_file(path):
    """The digits of one regular file; a link, a pipe or a device in its place is refused."""
    name = shown(path.name)
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise DatasetError(f"{name} is not a regular file")
        with open(path, encoding="utf-8", newline="") as file:
            return _parse(name, path.name, csv.reader(file))
    except OSError as e:
        raise DatasetError(f"cannot read {name}: {e.strerror}") from e
    except UnicodeDecodeError as e:
        raise DatasetError(f"{name} is not text in UTF-8") from e
    except csv.Error as e:
        raise DatasetError(f"{name} is not CSV") from e


def _parse(name, file_name, reader):
    header = next(reader, None)
    if header == PIXEL_NAMES:
        labelled = False
    elif header == [*PIXEL_NAMES, "label"]:
        labelled = True
    else:
        raise DatasetError(f"{name} line 1: expected the header pixel_0_0,...,pixel_7_7 and optionally label")
    images, labels = bytearray(), bytearray()
    for fields in reader:
        place = f"{name} line {reader.line_num}"
        if len(fields) != len(header):
            raise DatasetError(f"{place}: expected {len(header)} fields, found {len(fields)}")
        if len(images) == MAX_ROWS * PIXELS:
            raise DatasetError(f"{place}: more than {MAX_ROWS} digits in one file")
        for column in range(PIXELS):
            images.append(_value(_PIXEL_VALUES, fields[column], place, PIXEL_NAMES[column], 16))
        if labelled:
            labels.append(_value(_LABELS, fields[PIXELS], place, "label", 9))
    if not images:
        raise DatasetError(f"{name} has no digits")
    return Digits(
        file_name,
        np.frombuffer(bytes(images), np.uint8).reshape(-1, PIXELS),
        np.frombuffer(bytes(labels), np.uint8) if labelled else None,
    )


def _value(values, field, place, column, largest):
    value = values.get(field)
    if value is None:
        raise DatasetError(f"{place}: {column} is not a whole number from 0 to {largest}")
    return value
