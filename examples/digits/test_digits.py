"""Tests of the digits example; run with `python3 -m unittest` in this folder. Needs numpy only."""

import csv
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
APPLICATION = HERE / "application"
HEADER = ",".join(f"pixel_{row}_{column}" for row in range(8) for column in range(8))
BLANK = ",".join(["0"] * 64)
SECRET = "patient-4711"


def run_python(*arguments):
    return subprocess.run([sys.executable, "-B", *map(str, arguments)], capture_output=True, text=True, timeout=120)


class DigitsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dataset, self.output = Path(folder.name) / "dataset", Path(folder.name) / "output"
        self.dataset.mkdir()

    def run_main(self, dataset=None):
        return run_python(APPLICATION / "main.py", "-d", dataset or self.dataset, "-o", self.output)

    def write(self, text, name="digits.csv"):
        (self.dataset / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def assert_refused(self, message, dataset=None):
        result = self.run_main(dataset)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertRegex(result.stdout, rf"\Adigits: error: .*{message}.*\n\Z")
        self.assertNotIn(SECRET, result.stdout + result.stderr)
        self.assertEqual(result.stderr, "")
        self.assertFalse(self.output.exists() and os.listdir(self.output))


class CommittedDatasetTest(DigitsTest):
    def test_host_dataset_is_recognised_with_97_percent(self):
        result = self.run_main(HERE / "dataset")
        self.assertEqual(result.returncode, 0, result.stderr)
        summary = json.loads((self.output / "accuracy.json").read_text())
        self.assertGreaterEqual(summary["accuracy"], 0.97)
        self.assertEqual(result.stdout, f"accuracy {summary['accuracy']:.3f} on 600 digits\n")
        self.assertEqual(sorted(os.listdir(self.output)), ["accuracy.json", "predictions.csv"])

    def test_predictions_agree_with_the_summary(self):
        self.run_main(HERE / "dataset")
        with open(self.output / "predictions.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        summary = json.loads((self.output / "accuracy.json").read_text())
        self.assertEqual([row["row"] for row in rows], [str(i) for i in range(1, 601)])
        self.assertEqual(sum(row["predicted"] == row["actual"] for row in rows), summary["correct"])
        self.assertTrue(all(0 < float(row["confidence"]) <= 1 for row in rows))

    def test_training_again_gives_the_same_bytes(self):
        model = self.dataset / "model.npz"
        result = run_python(HERE / "training" / "train.py", model)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(model.read_bytes(), (APPLICATION / "model.npz").read_bytes())

    def test_no_digit_is_in_both_parts(self):
        training, host = (
            set((HERE / part / "digits.csv").read_text().splitlines()[1:]) for part in ("training", "dataset")
        )
        self.assertEqual((len(training), len(host), training & host), (1197, 600, set()))


class OtherDatasetTest(DigitsTest):
    def test_digits_without_labels_are_predicted(self):
        self.write(f"{HEADER}\n{BLANK}\n")
        self.assertEqual(self.run_main().stdout, "1 digits, none labelled\n")
        self.assertIsNone(json.loads((self.output / "accuracy.json").read_text())["accuracy"])
        self.assertRegex((self.output / "predictions.csv").read_text(), r"\ndigits\.csv,1,\d,[01]\.\d{4},\n\Z")

    def test_several_files_are_read_in_order_of_their_names(self):
        self.write(f"{HEADER}\n{BLANK}\n", "b.csv")
        self.write(f"{HEADER},label\n{BLANK},0\n", "a.csv")
        self.write("not a table", "notes.txt")
        self.assertRegex(self.run_main().stdout, r"\Aaccuracy [01]\.000 on 1 digits\n\Z")
        lines = (self.output / "predictions.csv").read_text().splitlines()
        self.assertEqual([line.split(",")[0] for line in lines], ["file", "a.csv", "b.csv"])


class RefusalTest(DigitsTest):
    def test_missing_folder_fails(self):
        self.assert_refused("cannot list dataset folder", self.dataset / "absent")

    def test_folder_without_csv_fails(self):
        self.assert_refused("no .csv file")

    def test_link_in_place_of_a_file_fails(self):
        (self.dataset / "link.csv").symlink_to(APPLICATION / "main.py")
        self.assert_refused("link.csv is not a regular file")

    def test_pipe_in_place_of_a_file_fails(self):
        os.mkfifo(self.dataset / "pipe.csv")
        self.assert_refused("pipe.csv is not a regular file")

    def test_line_break_in_a_file_name_stays_on_one_line(self):
        self.write("", "a\nb.csv")
        self.assert_refused(r"a\?b.csv line 1")

    def test_malformed_content_fails_without_showing_it(self):
        cells = BLANK.split(",")
        cases = {
            "empty file": ("", "line 1: expected the header"),
            "wrong header": (f"{SECRET}\n{BLANK}\n", "line 1: expected the header"),
            "header alone": (f"{HEADER}\n", "has no digits"),
            "short row": (f"{HEADER}\n{BLANK}\n{SECRET}\n", "line 3: expected 64 fields, found 1"),
            "long row": (f"{HEADER}\n{BLANK},{SECRET}\n", "line 2: expected 64 fields, found 65"),
            "blank line": (f"{HEADER}\n\n{BLANK}\n", "line 2: expected 64 fields, found 0"),
            "text pixel": (f"{HEADER}\n{','.join([SECRET, *cells[1:]])}\n", "line 2: pixel_0_0 is not"),
            "large pixel": (f"{HEADER}\n{','.join([*cells[1:], '17'])}\n", "line 2: pixel_7_7 is not"),
            "fraction": (f"{HEADER}\n{','.join([*cells[1:], '1.5'])}\n", "line 2: pixel_7_7 is not"),
            "text label": (f"{HEADER},label\n{BLANK},{SECRET}\n", "line 2: label is not"),
            "empty label": (f"{HEADER},label\n{BLANK},\n", "line 2: label is not"),
            "not UTF-8": (b"\xff\xfe" + SECRET.encode(), "is not text"),
            "huge field": (f'"{SECRET * 20000}', "is not CSV"),
        }
        for name, (content, message) in cases.items():
            with self.subTest(name):
                self.write(content)
                self.assert_refused(message)

    def test_output_that_is_a_file_fails(self):
        self.write(f"{HEADER}\n{BLANK}\n")
        self.output.write_text("")
        result = self.run_main()
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        self.assertRegex(result.stdout, r"\Adigits: error: cannot write to output folder .*\n\Z")


if __name__ == "__main__":
    unittest.main()
