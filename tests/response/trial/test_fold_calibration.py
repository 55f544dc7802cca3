import numpy as np
import pytest

from offerloop.response.trial.crossfit import Calibration
from offerloop.response.trial.fold_calibration import FoldPredictions, drawn_to

ROWS, OFFERS, FOLDS = 600, 3, 5


def predictions_and_effects(seed, spread=1.0, mean=0.2):
    """Raw predictions (2, n, K), realised effects (n, K) that they partly predict, and folds (2, n)."""
    rng = np.random.default_rng(seed)
    raw = rng.normal(1, spread, size=(2, ROWS, OFFERS))
    effect = mean + 0.4 * raw.mean(axis=0) + rng.normal(size=(ROWS, OFFERS))
    raw[:, :, 0] = effect[:, 0] = 0
    return raw, effect, np.stack([rng.permutation(ROWS) % FOLDS for _ in range(2)])


def calibrated_row_by_row(raw, effect, fold, whose=None):
    """The definition: a line through all rows of the other folds, for predictions less their fold's mean."""
    found = np.empty_like(raw)
    for division, parts in enumerate(fold):
        centred = raw[division].copy()
        for left_out in range(FOLDS):
            centred[parts == left_out] -= centred[parts == left_out].mean(axis=0)
        for left_out in range(FOLDS):
            out = parts == left_out
            others = None if whose is None else whose[~out]
            found[division, out] = Calibration.of(centred[~out], effect[~out], others).applied(centred[out])
    return found


@pytest.mark.parametrize(("spread", "mean"), [(1.0, 0.2), (1e-4, 1_000.0), (100.0, 0.0), (0.0, 5.0)])
def test_each_fold_gets_the_line_of_the_rows_of_the_others(spread, mean):
    raw, effect, fold = predictions_and_effects(1, spread, mean)
    np.testing.assert_allclose(
        drawn_to(raw, effect, fold), calibrated_row_by_row(raw, effect, fold), rtol=1e-8, atol=1e-9 * max(mean, 1)
    )


def test_rows_of_a_cluster_tell_as_much_as_one_row():
    """Six rows of each customer are alike: taken for six customers, they would leave more of the slopes."""
    raw, effect, fold = predictions_and_effects(4)
    same, whose = np.tile(fold[:1], 6), np.tile(np.arange(ROWS), 6)
    raw, effect = 0.15 * effect + raw, np.tile(effect, (6, 1))
    six = np.tile(raw, (1, 6, 1))[:1]
    found = drawn_to(six, effect, same, whose)
    np.testing.assert_allclose(found, calibrated_row_by_row(six, effect, same, whose), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(found[:, :ROWS], drawn_to(raw[:1], effect[:ROWS], fold[:1]), rtol=1e-8, atol=1e-9)
    assert not np.allclose(found, drawn_to(six, effect, same))


def test_a_prediction_without_error_is_kept():
    raw, _, fold = predictions_and_effects(2)
    raw[1] = raw[0]
    centred = raw[0] - np.stack([raw[0][fold[0] == left_out].mean(axis=0) for left_out in range(FOLDS)])[fold[0]]
    np.testing.assert_allclose(drawn_to(raw[:1], centred, fold[:1])[0], centred, atol=1e-6)


def test_signs_of_the_residuals_change_the_sums_as_if_each_draw_were_added_up():
    raw, effect, fold = predictions_and_effects(3)
    rng = np.random.default_rng(3)
    residual, signs = rng.normal(size=effect.shape), rng.choice([-1.0, 1.0], size=(4, ROWS))
    predictions = FoldPredictions.of(raw[0], fold[0])
    together = predictions.signed_sums(effect, residual, signs)
    for draw, sign in enumerate(signs):
        np.testing.assert_allclose(together[:, draw], predictions.sums(effect + sign[:, None] * residual), atol=1e-8)
    whose = fold[0].argsort(kind="stable").argsort() // 2
    clustered, alike = FoldPredictions.of(raw[0], fold[0], whose), signs[:, whose]
    together = clustered.signed_sums(effect, residual, alike)
    for draw, sign in enumerate(alike):
        np.testing.assert_allclose(together[:, draw], clustered.sums(effect + sign[:, None] * residual), atol=1e-8)
