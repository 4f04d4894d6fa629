#!/usr/bin/env python3
"""Trains the model on training/digits.csv and writes application/model.npz (or the path given); needs numpy only.

Kernel ridge regression has a closed form: no epochs, no random numbers. The weights are rounded to multiples of
WEIGHT_UNIT, far above the rounding errors in which one BLAS differs from another, so that the bytes do not differ.
"""

import argparse
import io
import os
import sys
import zipfile
from pathlib import Path

sys.dont_write_bytecode = True  # a __pycache__ in application/ would become part of the package
HERE = Path(__file__).resolve().parent
APPLICATION = HERE.parent / "application"
sys.path.insert(0, str(APPLICATION))

import numpy as np  # noqa: E402

from classifier import kernel, probabilities  # noqa: E402
from dataset import read_file  # noqa: E402

# Best in leave-one-out accuracy on the training part alone: see loo_scores.
GAMMA = 0.001
RIDGE = 0.01
WEIGHT_UNIT = 2.0**-10
SHARPNESSES = range(1, 21)


def main():
    parser = argparse.ArgumentParser(description="train the digits model")
    parser.add_argument("model", nargs="?", type=Path, default=APPLICATION / "model.npz")
    target = parser.parse_args().model
    digits = read_file(HERE / "digits.csv")
    model, accuracy = train(digits.images, digits.labels)
    write(target, model)
    print(f"{len(digits.labels)} digits, leave-one-out accuracy {accuracy:.3f}")


def train(images, labels):
    """Images (n, 64) and labels (n,) give the arrays of the model and its leave-one-out accuracy."""
    targets = 2.0 * np.eye(10)[labels] - 1
    inverse = np.linalg.inv(kernel(images, images, GAMMA) + RIDGE * np.eye(len(images)))
    weights = inverse @ targets
    scores = loo_scores(targets, weights, inverse)
    model = {
        "gamma": np.array(GAMMA),
        "images": images,
        "sharpness": np.array(calibrate(scores, labels), np.uint8),
        "weight_unit": np.array(WEIGHT_UNIT),
        "weights": np.rint(weights / WEIGHT_UNIT).astype(np.int16),
    }
    return model, (scores.argmax(axis=1) == labels).mean()


def loo_scores(targets, weights, inverse):
    """What the model without row i says of row i, for every i, without training n models: (n, 10)."""
    return targets - weights / np.diag(inverse)[:, None]


def calibrate(scores, labels):
    """The sharpness with which the probability of the right digit is largest, as a mean of logarithms."""
    rows = np.arange(len(labels))
    return max(SHARPNESSES, key=lambda s: np.log(probabilities(scores, s)[rows, labels]).mean())


def write(target, arrays):
    """An uncompressed .npz whose bytes depend on the arrays alone: fixed order, dates and modes."""
    partial = target.with_name(target.name + ".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            content = io.BytesIO()
            np.lib.format.write_array(content, arrays[name], version=(1, 0), allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, content.getvalue())
    os.replace(partial, target)


if __name__ == "__main__":
    main()
