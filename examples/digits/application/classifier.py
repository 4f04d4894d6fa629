"""The confidential model: kernel ridge regression with a Gaussian kernel, one output per digit.

The model holds the handwriting it learnt from, image by image: whoever reads model.npz has the training data.
"""

import numpy as np

BATCH_ROWS = 1024


def kernel(left, right, gamma):
    """exp(-gamma * squared distance) of every pair; images (n, 64) and (m, 64) of 0 to 16 give (n, m).

    The distances are whole numbers below 2**53 and so exact, whatever order the machine's BLAS adds in.
    """
    left, right = left.astype(np.float64), right.astype(np.float64)
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None, :]
    return np.exp(-gamma * (squares - 2 * (left @ right.T)))


def probabilities(scores, sharpness):
    """Softmax of sharpness * scores along each row: (n, 10) to (n, 10)."""
    shifted = sharpness * (scores - scores.max(axis=1, keepdims=True))
    exponentials = np.exp(shifted)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


class Classifier:
    """Tells digits from images; immutable."""

    def __init__(self, images, weights, gamma, sharpness):
        self._images, self._weights = images, weights
        self._gamma, self._sharpness = gamma, sharpness

    @classmethod
    def load(cls, path):
        """Reads what training/train.py wrote."""
        with np.load(path, allow_pickle=False) as model:
            weights = model["weights"] * model["weight_unit"]
            return cls(model["images"], weights, float(model["gamma"]), float(model["sharpness"]))

    def predict(self, images):
        """Images uint8 (n, 64) give digits uint8 (n,) and confidences float64 (n,) from 0 to 1."""
        digits = np.empty(len(images), np.uint8)
        confidences = np.empty(len(images))
        for start in range(0, len(images), BATCH_ROWS):
            batch = slice(start, start + BATCH_ROWS)
            scores = kernel(images[batch], self._images, self._gamma) @ self._weights
            digits[batch] = scores.argmax(axis=1)
            confidences[batch] = probabilities(scores, self._sharpness).max(axis=1)
        return digits, confidences
