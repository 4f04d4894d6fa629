#!/usr/bin/env python3
"""Makes training/digits.csv (third party) and dataset/digits.csv (host) from scikit-learn's digits.csv.gz.

The source has 1797 rows of 64 pixels and a label. Neighbouring rows seem to share their writers (a model does worse on
a block of rows it has not seen than on rows dealt out in turn), so the cut is one cut and the host gets the last rows.
"""

import argparse
import gzip
from pathlib import Path

TRAINING_ROWS = 1197
HEADER = ",".join([f"pixel_{row}_{column}" for row in range(8) for column in range(8)] + ["label"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", help="digits.csv.gz of scikit-learn (sklearn/datasets/data/)")
    lines = gzip.open(parser.parse_args().source, "rt", encoding="ascii").read().split()
    here = Path(__file__).parent
    for folder, rows in (("training", lines[:TRAINING_ROWS]), ("dataset", lines[TRAINING_ROWS:])):
        text = "\n".join([HEADER, *rows]) + "\n"
        (here / folder / "digits.csv").write_text(text, encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
