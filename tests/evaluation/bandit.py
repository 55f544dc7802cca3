"""A simulated shop with known truth: customers with features, five actions, a logging policy that prefers some."""

from dataclasses import dataclass

import numpy as np

from offerloop.evaluation.off_policy.log import Log, Predictions

NAMES = ("none", "coupon 1", "coupon 2", "coupon 5", "coupon 10")
FACE = np.array([0.0, 1.0, 2.0, 5.0, 10.0])
FEATURES = 4
MEAN_SPEND = 30.0


@dataclass(frozen=True)
class Bandit:
    """A population of N customers; logs are drawn from it with replacement, so that its means are the truth.

    `chance` (N, K) is the probability of buying after each action. A binary world has the purchase as its value; a
    money world has the spend, zero for most and gamma for buyers, and the face value of the coupon as its cost.
    """

    features: np.ndarray
    chance: np.ndarray
    logging: np.ndarray
    money: bool

    @classmethod
    def world(cls, seed, money, floor=0.02, size=50_000):
        rng = np.random.default_rng(seed)
        features = rng.normal(size=(size, FEATURES))
        taste = rng.normal(size=(FEATURES, len(NAMES)))
        pull = features @ taste * 0.6 + rng.normal(size=len(NAMES)) * 0.4
        chance = 1 / (1 + np.exp(1.5 - pull - 0.3 * np.sin(3 * features[:, :1])))
        habit = softmax(features @ rng.normal(size=(FEATURES, len(NAMES))))
        return cls(features, chance, (1 - floor * len(NAMES)) * habit + floor, money)

    @property
    def value(self):
        """Expected value (N, K)."""
        return self.chance * MEAN_SPEND if self.money else self.chance

    @property
    def cost(self):
        """Expected cost (N, K)."""
        return self.chance * FACE

    def truth(self, policy):
        """Mean value, cost and profit of probabilities (N, K); only value in a binary world."""
        value, cost = (policy * self.value).sum(axis=1).mean(), (policy * self.cost).sum(axis=1).mean()
        return np.array([value, cost, value - cost]) if self.money else np.array([value])

    def draw(self, n, rng, full=True):
        """Who came (n,), rows of the population, and the log of their decisions."""
        who = rng.integers(len(self.features), size=n)
        action = drawn(self.logging[who], rng)
        bought = rng.random(n) < self.chance[who, action]
        value = bought * rng.gamma(2.0, MEAN_SPEND / 2, n) if self.money else bought * 1.0
        return who, Log(
            action=action,
            propensity=self.logging[who, action],
            value=value,
            names=NAMES,
            cost=bought * FACE[action] if self.money else None,
            propensities=self.logging[who] if full else None,
        )

    def fitted(self, who, log):
        """Predictions by one linear regression per action, each half of the rows from the other half."""
        design = np.column_stack([np.ones(len(who)), self.features[who]])
        outcomes = log.outcomes[:, :2]
        tables = np.zeros((*log.shape, outcomes.shape[1]))
        half = np.arange(len(who)) % 2 == 0
        for own in (half, ~half):
            for action in range(len(NAMES)):
                seen = ~own & (log.action == action)
                gram = design[seen].T @ design[seen] + np.eye(design.shape[1])
                tables[own, action] = design[own] @ np.linalg.solve(gram, design[seen].T @ outcomes[seen])
        return Predictions(tables[..., 0], tables[..., 1] if self.money else None)

    def perfect(self, who):
        """The expectations themselves as predictions."""
        return Predictions(self.value[who], self.cost[who] if self.money else None)


def softmax(pull):
    raised = np.exp(pull - pull.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def drawn(shares, rng):
    """One position per row of probabilities (n, K)."""
    return np.minimum((shares.cumsum(axis=1) < rng.random((len(shares), 1))).sum(axis=1), shares.shape[1] - 1)


def twenty(bandit):
    """Twenty policies (N, K) from the logging policy itself to ones that it hardly ever agrees with."""
    best = np.log(bandit.value - bandit.cost * bandit.money + 1e-3)
    habit = np.log(bandit.logging)
    even = np.full(habit.shape, 1 / habit.shape[1])
    mild = [softmax(habit), even, softmax(0.5 * habit), softmax(2 * habit), softmax(-0.5 * habit)]
    keen = [softmax(sharp * best) for sharp in (0.5, 1.0, 2.0, 4.0, 8.0)]
    both = [softmax(sharp * best + habit) for sharp in (1.0, 2.0, 4.0)]
    single = [np.eye(len(NAMES))[action][np.newaxis].repeat(len(habit), axis=0) for action in (0, 3)]
    certain = np.eye(len(NAMES))[best.argmax(axis=1)]
    mixed = [share * certain + (1 - share) * bandit.logging for share in (0.25, 0.5, 1.0)]
    odd = [softmax(-habit), np.eye(len(NAMES))[habit.argmin(axis=1)]]
    return mild + keen + both + single + mixed + odd


def some_log(seed, n=30, cost=True):
    """A log of random numbers, a random policy and random predictions; no action is without a row."""
    rng = np.random.default_rng(seed)
    propensities, policy = rng.dirichlet(np.ones(3), n), rng.dirichlet(np.ones(3), n)
    action = np.append([0, 1, 2], rng.integers(0, 3, n - 3))
    log = Log(
        action=action,
        propensity=propensities[np.arange(n), action],
        value=rng.exponential(5, n),
        names=("none", "small", "large"),
        cost=rng.exponential(1, n) if cost else None,
        propensities=propensities,
    )
    return log, policy, Predictions(rng.normal(5, 2, (n, 3)), rng.normal(1, 1, (n, 3)) if cost else None)


def numbers(estimate):
    """Value, low and high."""
    return estimate.value, estimate.low, estimate.high
