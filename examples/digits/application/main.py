#!/usr/bin/env python3
"""Recognises the handwritten digits of a dataset: main.py -d /dataset/ -o /output/

Writes predictions.csv (file, row, predicted, confidence, actual) and accuracy.json. Exit status: 0 done, 1 the dataset
or the output folder cannot be used, 2 wrong usage.
"""

import argparse
import contextlib
import csv
import json
import os
import sys
from pathlib import Path

from classifier import Classifier
from dataset import DatasetError, read_folder, shown

MODEL = Path(__file__).with_name("model.npz")


def main():
    parser = argparse.ArgumentParser(description="recognise handwritten digits")
    parser.add_argument("-d", "--dataset", required=True, metavar="DIR", help="folder with *.csv")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder for the results")
    arguments = parser.parse_args()
    try:
        files = read_folder(arguments.dataset)
    except DatasetError as e:
        return fail(str(e))
    classifier = Classifier.load(MODEL)
    results = [(digits, *classifier.predict(digits.images)) for digits in files]
    summary = summarise(results)
    try:
        write(Path(arguments.output), results, summary)
    except OSError as e:
        return fail(f"cannot write to output folder {shown(arguments.output)}: {e.strerror}")
    if summary["accuracy"] is None:
        print(f"{summary['digits']} digits, none labelled")
    else:
        print(f"accuracy {summary['accuracy']:.3f} on {summary['labelled']} digits")
    return 0


def fail(message):
    """Says it on stdout, like the result: cloister.yaml lets stdout leave the enclave and keeps stderr inside."""
    print(f"digits: error: {message}")
    return 1


def summarise(results):
    """Counts over all files; accuracy is None when no file has labels."""
    labelled = [(digits.labels, predicted) for digits, predicted, _ in results if digits.labels is not None]
    known = sum(len(labels) for labels, _ in labelled)
    correct = sum(int((labels == predicted).sum()) for labels, predicted in labelled)
    return {
        "digits": sum(len(digits.images) for digits, _, _ in results),
        "labelled": known,
        "correct": correct,
        "accuracy": correct / known if known else None,
    }


def write(folder, results, summary):
    """Writes both files, each whole or not at all."""
    folder.mkdir(exist_ok=True)
    with replacing(folder / "predictions.csv") as out:
        write_predictions(out, results)
    with replacing(folder / "accuracy.json") as out:
        out.write(json.dumps(summary, indent=2) + "\n")


def write_predictions(out, results):
    """One line per digit; row counts from 1 after the header, actual is empty where it is not known."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "row", "predicted", "confidence", "actual"])
    for digits, predicted, confidences in results:
        for i, (digit, confidence) in enumerate(zip(predicted, confidences)):
            actual = "" if digits.labels is None else digits.labels[i]
            writer.writerow([digits.file_name, i + 1, digit, f"{confidence:.4f}", actual])


@contextlib.contextmanager
def replacing(path):
    """A file that takes its name only once it is whole."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with open(partial, "w", encoding="utf-8", errors="surrogateescape", newline="") as out:
            yield out
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


if __name__ == "__main__":
    sys.exit(main())
